/**
 * The query as a form, one row per column: what is set here stands in the line of text, and the other way round.
 */
import { ListFilter } from 'lucide-react'
import { useState } from 'react'
import { Button as BaseButton, DialogTrigger, Popover } from 'react-aria-components'
import { KINDS } from '../../../electron/contract/task.ts'
import type { ExactName, NumberName } from '../../../electron/contract/task-fields.ts'
import { RUN_STATUSES } from '../../../electron/contract/verdict.ts'
import { CHECK_ORDER } from '../../../electron/contract/checks.ts'
import controls from '../../components/controls.module.css'
import { TextField } from '../../components/fields.tsx'
import { Select } from '../../components/select.tsx'
import type { Choice } from '../../components/select.tsx'
import { CHARTS } from '../../strings/charts.ts'
import { COMMON } from '../../strings/common.ts'
import { FILTER } from '../../strings/task-filter.ts'
import { TASKS } from '../../strings/tasks.ts'
import { amongText, rangeOf, rangeText, valuesOf, withCondition } from '../../text/query-edit.ts'
import { FacetButtons } from './facet-buttons.tsx'
import styles from './tasks.module.css'

type Props = {
  readonly run: string
  readonly text: string
  readonly tags: readonly string[]
  readonly onChange: (text: string) => void
}

export function FilterForm(props: Props) {
  return (
    <DialogTrigger>
      <BaseButton className={controls['button'] ?? ''}>
        <ListFilter size={14} aria-hidden />
        {FILTER.form}
      </BaseButton>
      <Popover
        className={controls['popover'] ?? ''}
        style={{ maxWidth: 'none' }}
        placement="bottom end"
      >
        <div className={styles['form']}>
          <Facets {...props} />
          <Choices {...props} />
          {RANGES.map((field) => (
            <RangeRow key={field} field={field} {...props} />
          ))}
        </div>
      </Popover>
    </DialogTrigger>
  )
}

function Facets({ run, text, onChange }: Props) {
  return (
    <>
      <FacetButtons
        run={run}
        text={text}
        field="kind"
        label={TASKS.kind}
        choices={KINDS.map((kind) => ({ id: kind, label: COMMON.kinds[kind] }))}
        onChange={onChange}
      />
      <FacetButtons
        run={run}
        text={text}
        field="state"
        label={TASKS.state}
        choices={[
          { id: 'valid', label: TASKS.states.valid },
          { id: 'rejected', label: TASKS.states.rejected },
        ]}
        onChange={onChange}
      />
    </>
  )
}

const STATUS_CHOICES = RUN_STATUSES.map((id) => ({ id, label: COMMON.statuses[id] }))
const CHECK_CHOICES = CHECK_ORDER.map((id) => ({ id, label: CHARTS.checks[id] ?? id }))

function Choices({ text, tags, onChange }: Props) {
  const row = (
    field: ExactName & keyof typeof FILTER.fields,
    choices: readonly Choice<string>[],
  ) => (
    <Select
      label={FILTER.fields[field]}
      choices={[{ id: '', label: FILTER.any }, ...known(choices, valuesOf(text, field)[0])]}
      value={valuesOf(text, field)[0] ?? ''}
      onChange={(next) =>
        onChange(withCondition(text, field, amongText(field, next === '' ? [] : [next])))
      }
    />
  )
  return (
    <>
      {row('verdict', STATUS_CHOICES)}
      {row('check', CHECK_CHOICES)}
      {row(
        'tag',
        tags.map((tag) => ({ id: tag, label: tag })),
      )}
      <span />
    </>
  )
}

/** A value that was typed and is none of the usual ones is shown all the same. */
function known(choices: readonly Choice<string>[], value: string | undefined) {
  const isKnown = value === undefined || choices.some(({ id }) => id === value)
  return isKnown ? choices : [...choices, { id: value, label: value }]
}

const RANGES = [
  'step',
  'solve',
  'reward',
  'flags',
  'nodes',
  'cognitive',
  'cyclomatic',
  'halstead',
  'chars',
  'probes',
] as const satisfies readonly NumberName[]

type RangeProps = Props & { readonly field: (typeof RANGES)[number] }

function RangeRow({ field, text, onChange }: RangeProps) {
  const label = FILTER.fields[field]
  const [low, high] = rangeOf(text, field)
  const set = (from: string, to: string) =>
    onChange(withCondition(text, field, rangeText(field, from, to)))
  return (
    <div className={styles['range']} role="group" aria-label={label}>
      <span>{label}</span>
      <EndField
        key={`low ${low}`}
        label={FILTER.from(label)}
        value={low}
        onSet={(next) => set(next, high)}
      />
      <span>{FILTER.most}</span>
      <EndField
        key={`high ${high}`}
        label={FILTER.to(label)}
        value={high}
        onSet={(next) => set(low, next)}
      />
    </div>
  )
}

type EndProps = {
  readonly label: string
  readonly value: string
  readonly onSet: (value: string) => void
}

/** Set when it is left or Enter is pressed: half a number is none. */
function EndField({ label, value, onSet }: EndProps) {
  const [draft, setDraft] = useState(value)
  const set = () => {
    if (draft.trim() !== value && /^$|^[+-]?[\d.]+%?$/.test(draft.trim())) onSet(draft)
  }
  return (
    <span
      onBlur={set}
      onKeyDown={(event) => {
        if (event.key === 'Enter') set()
      }}
    >
      <TextField bare label={label} value={draft} onChange={setDraft} />
    </span>
  )
}
