/**
 * What to measure: a model, suites, how it is asked. One click with the defaults: the run's last checkpoint on the two
 * suites that ship, against where the run began.
 */
import { Play } from 'lucide-react'
import { useState } from 'react'
import type { SuiteReport } from '../../../electron/contract/evaluation.ts'
import type { Checkpoint } from '../../../electron/contract/history.ts'
import type { ModelReport } from '../../../electron/contract/workbench.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Count, Temperature } from '../../components/sampling.tsx'
import { Segments, Select } from '../../components/select.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import { COMMON } from '../../strings/common.ts'
import type { EvalDraft } from '../../text/eval-draft.ts'
import { draftOf, modelChoices, runChoices, startOf } from '../../text/eval-draft.ts'
import layout from '../layout.module.css'
import styles from './evaluate.module.css'
import { SuiteChecks } from './suite-checks.tsx'

const NONE = 'none'
const DECODINGS = (['greedy', 'sampled'] as const).map((id) => ({
  id,
  label: EVALUATE.decodings[id],
}))
const LIMITS = (['all', '16', '64', '256'] as const).map((id) => ({
  id,
  label: EVALUATE.limits[id],
}))

type Props = { readonly run: string | null; readonly onClose: () => void }

export function StartDialog({ run, onClose }: Props) {
  const models = useAsk('models.list', {})
  const checkpoints = useAsk('checkpoints.list', { run: run ?? '' }, { enabled: run !== null })
  const shelf = useAsk('evaluations.suites', {})
  const [draft, setDraft] = useState<EvalDraft>(() => draftOf(run))
  const start = useOrder('evals.start', ['jobs.list'])
  const act = () => {
    start.mutate(startOf(draft, models.data ?? []), {
      onSuccess: () => addNote('info', EVALUATE.started),
      onError: (error) => addNote('warning', error.message),
    })
    onClose()
  }
  const change = (part: Partial<EvalDraft>) => setDraft({ ...draft, ...part })
  return (
    <Dialog label={EVALUATE.startTitle} open onClose={onClose}>
      <div className={styles['dialog']}>
        <h1>{EVALUATE.startTitle}</h1>
        <div className={styles['form']}>
          <Who
            run={run}
            models={models.data ?? []}
            checkpoints={checkpoints.data ?? []}
            draft={draft}
            onChange={change}
          />
          <SuiteFields
            suites={shelf.data?.suites ?? []}
            run={run}
            draft={draft}
            onChange={change}
          />
          <How draft={draft} onChange={change} />
          <div className={styles['foot']}>
            {draft.suites.length === 0 ? <p>{EVALUATE.needSuite}</p> : null}
            <Button label={COMMON.cancel} onPress={onClose} />
            <Button
              icon={Play}
              look="primary"
              label={EVALUATE.startNow}
              disabled={draft.suites.length === 0}
              onPress={act}
            />
          </div>
        </div>
      </div>
    </Dialog>
  )
}

type FieldProps = {
  readonly draft: EvalDraft
  readonly onChange: (part: Partial<EvalDraft>) => void
}

type WhoProps = FieldProps & {
  readonly run: string | null
  readonly models: readonly ModelReport[]
  readonly checkpoints: readonly Checkpoint[]
}

function Who({ run, models, checkpoints, draft, onChange }: WhoProps) {
  const against = runChoices(run, checkpoints)
  return (
    <>
      <Select
        label={EVALUATE.whichModel}
        choices={modelChoices(run, models, checkpoints)}
        value={draft.model}
        onChange={(model) => onChange({ model })}
      />
      <Select
        label={EVALUATE.against}
        choices={[{ id: NONE, label: EVALUATE.alone }, ...against]}
        value={against.some(({ id }) => id === draft.against) ? draft.against : NONE}
        onChange={(next) => onChange({ against: next })}
      />
    </>
  )
}

type SuiteProps = FieldProps & {
  readonly suites: readonly SuiteReport[]
  readonly run: string | null
}

function SuiteFields({ suites, run, draft, onChange }: SuiteProps) {
  return (
    <fieldset>
      <legend>{EVALUATE.suites}</legend>
      <SuiteChecks
        suites={suites}
        withRun={run !== null && draft.model.startsWith('run:')}
        chosen={draft.suites}
        onChange={(next) => onChange({ suites: next })}
      />
    </fieldset>
  )
}

function How({ draft, onChange }: FieldProps) {
  const { decoding, samples, temperature, limit, seed } = draft
  return (
    <fieldset>
      <legend>{EVALUATE.decoding}</legend>
      <div className={layout['two']}>
        <Segments
          label={EVALUATE.decoding}
          choices={DECODINGS}
          value={decoding}
          onChange={(next) => onChange({ decoding: next })}
        />
        <Select
          label={EVALUATE.limit}
          choices={LIMITS}
          value={limit}
          onChange={(next) => onChange({ limit: next })}
        />
        {decoding === 'greedy' ? null : (
          <>
            <Count
              label={EVALUATE.answersPerItem}
              value={samples}
              min={2}
              max={64}
              onChange={(next) => onChange({ samples: next })}
            />
            <Temperature
              label={EVALUATE.temperature}
              value={temperature}
              least={0.1}
              onChange={(next) => onChange({ temperature: next })}
            />
          </>
        )}
        <Count
          label={EVALUATE.seedField}
          value={seed}
          min={1}
          max={20}
          onChange={(next) => onChange({ seed: next })}
        />
      </div>
    </fieldset>
  )
}
