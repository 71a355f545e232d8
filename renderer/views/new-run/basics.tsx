/**
 * What a beginner chooses: how long, which preset, model and device.
 */
import { PRESETS } from '../../../electron/contract/config.ts'
import { RECIPES } from '../../../electron/contract/inputs.ts'
import type { ModelReport } from '../../../electron/contract/workbench.ts'
import { Select, Segments } from '../../components/select.tsx'
import { Slider, Switch, TextField } from '../../components/fields.tsx'
import { useAsk } from '../../data/ask.ts'
import { useSetting } from '../../data/settings.ts'
import { NEW_RUN } from '../../strings/runs.ts'
import type { Draft } from '../../text/run-draft.ts'
import { visible } from '../../text/neutral.ts'
import { DevicePicker } from './device-picker.tsx'
import styles from './new-run.module.css'

export type DraftProps = { readonly draft: Draft; readonly onChange: (draft: Draft) => void }

const PRESET_CHOICES = Object.keys(PRESETS)
  .toSorted((a, b) => Number(b === 'nano') - Number(a === 'nano'))
  .map((id) => ({
    id,
    label: Object.entries(NEW_RUN.presets).find(([name]) => name === id)?.[1] ?? id,
  }))
const RECIPE_CHOICES = RECIPES.map((id) => ({ id, label: NEW_RUN.recipes[id] }))
const PLAN_CHOICES = [
  { id: 'time' as const, label: NEW_RUN.byTime },
  { id: 'steps' as const, label: NEW_RUN.bySteps },
]

export function Basics({ draft, onChange }: DraftProps) {
  const change = (part: Partial<Draft>) => onChange({ ...draft, ...part })
  return (
    <section className={`${styles['column']} ${styles['side']}`} aria-label={NEW_RUN.basics}>
      <Dial draft={draft} onChange={onChange} />
      <Select
        label={NEW_RUN.preset}
        choices={PRESET_CHOICES}
        value={draft.preset}
        onChange={(preset) => change({ preset })}
      />
      <Select
        label={NEW_RUN.recipe}
        choices={RECIPE_CHOICES}
        value={draft.recipe}
        onChange={(recipe) => change({ recipe })}
      />
      <ModelChoice draft={draft} onChange={onChange} />
      <DevicePicker device={draft.device} onChange={(device) => change({ device })} />
      <TextField
        label={NEW_RUN.engine}
        hint={NEW_RUN.engineHint}
        value={draft.engine}
        onChange={(engine) => change({ engine })}
      />
      <Switch
        label={NEW_RUN.evaluate}
        value={draft.evaluate}
        onChange={(evaluate) => change({ evaluate })}
      />
    </section>
  )
}

function Dial({ draft, onChange }: DraftProps) {
  const usual = useSetting('minutes')
  return (
    <div className={styles['dial']}>
      <Segments
        label={NEW_RUN.plan0}
        choices={PLAN_CHOICES}
        value={draft.minutes === null ? 'steps' : 'time'}
        onChange={(plan) => onChange({ ...draft, minutes: plan === 'time' ? usual : null })}
      />
      {draft.minutes === null ? null : (
        <Slider
          label={NEW_RUN.minutes}
          value={draft.minutes}
          min={1}
          max={Math.max(120, usual)}
          step={1}
          onChange={(minutes) => onChange({ ...draft, minutes })}
          format={(minutes) => NEW_RUN.minutesValue(String(minutes))}
        />
      )}
    </div>
  )
}

function ModelChoice({ draft, onChange }: DraftProps) {
  const models = useAsk('models.list', {})
  const usable = (models.data ?? []).filter(({ problems }) => problems.length === 0)
  const choices = [
    { id: '', label: NEW_RUN.modelDefault },
    ...usable.map((model) => ({ id: modelKey(model), label: visible(model.label) })),
  ]
  const value = draft.model === null ? '' : JSON.stringify(draft.model)
  return (
    <Select
      label={NEW_RUN.model}
      choices={choices}
      value={value}
      onChange={(key) => {
        const model = usable.find((one) => modelKey(one) === key)?.ref ?? null
        onChange({ ...draft, model })
      }}
    />
  )
}

function modelKey({ ref }: ModelReport): string {
  return JSON.stringify(ref)
}
