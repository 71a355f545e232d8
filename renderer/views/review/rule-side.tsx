/**
 * One rule: what it is, or the form of the user's own with its trial, and switching it on.
 */
import { useState } from 'react'
import type { RuleDraft, RuleTrial, RuleView } from '../../../electron/contract/review.ts'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/fields.tsx'
import { Facts, Panel } from '../../components/panel.tsx'
import { useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { fixed, integer } from '../../format.ts'
import { useRoute } from '../../state/route.ts'
import { RULES } from '../../strings/review.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import styles from './review.module.css'

const onError = (error: Error): void => addNote('warning', error.message)

type Props = {
  readonly run: string
  /** null: a new one. */
  readonly rule: RuleView | null
  readonly onKept: (id: string | null) => void
}

export function RuleSide({ run, rule, onKept }: Props) {
  if (rule !== null && rule.own === null) return <BuiltIn rule={rule} />
  return <OwnRule run={run} rule={rule} onKept={onKept} />
}

function BuiltIn({ rule }: { readonly rule: RuleView }) {
  const { id, reason, category, score } = rule
  return (
    <Panel title={RULES.edit(id)}>
      <div className={layout['stack']}>
        <p>{reason}</p>
        <Facts
          facts={[
            [RULES.category, category],
            [RULES.score, fixed(score)],
            [RULES.suggested, integer(rule.episodes)],
            [RULES.judged, integer(rule.judged)],
          ]}
        />
        <LookButton id={id} />
      </div>
    </Panel>
  )
}

function LookButton({ id }: { readonly id: string }) {
  const change = useRoute((state) => state.change)
  const look = () => change({ tab: 'queue', source: 'suggested', rule: id })
  return (
    <div className={layout['row']}>
      <Button label={RULES.look} onPress={look} />
    </div>
  )
}

/** As typed: lists are lines, a score is a text until it is whole. */
type Form = Readonly<
  Record<'id' | 'category' | 'score' | 'reason' | 'phrases' | 'unless' | 'patterns', string>
>

const NEW: Form = {
  id: 'user.',
  category: 'other',
  score: '0.5',
  reason: '',
  phrases: '',
  unless: '',
  patterns: '',
}

function formOf(own: RuleView['own']): Form {
  if (own === null) return NEW
  const { id, category, score, reason, phrases, unless, patterns } = own
  return {
    id,
    category,
    reason,
    score: String(score),
    phrases: phrases.join('\n'),
    unless: unless.join(' '),
    patterns: patterns.join('\n'),
  }
}

function draftOf(form: Form, roles: RuleDraft['roles']): RuleDraft {
  const parts = (text: string, cut: RegExp): string[] =>
    text
      .split(cut)
      .map((part) => part.trim())
      .filter((part) => part !== '')
  return {
    id: form.id.trim(),
    category: form.category.trim(),
    reason: form.reason.trim(),
    score: Number(form.score),
    phrases: parts(form.phrases, /\n/),
    unless: parts(form.unless, /\s+/),
    patterns: parts(form.patterns, /\n/),
    roles,
  }
}

function OwnRule({ run, rule, onKept }: Props) {
  const own = rule?.own ?? null
  const [form, setForm] = useState<Form>(formOf(own))
  const save = useOrder('rules.save', ['rules.list'])
  const draft = draftOf(form, own?.roles ?? [])
  const changed = JSON.stringify(form) !== JSON.stringify(formOf(own))
  const keep = () => save.mutate(draft, { onSuccess: () => onKept(draft.id), onError })
  return (
    <Panel title={rule === null ? RULES.added : RULES.edit(rule.id)}>
      <div className={styles['editor']}>
        <RuleFields form={form} isNew={rule === null} onChange={setForm} />
        <div className={styles['acts']}>
          <Button label={RULES.save} look="primary" disabled={!changed} onPress={keep} />
          {rule === null || own === null ? null : (
            <RuleActs
              run={run}
              rule={rule}
              enabled={own.enabled}
              changed={changed}
              onKept={onKept}
            />
          )}
        </div>
        {rule === null ? null : <Trial trial={rule.trial} />}
        <p className={layout['muted']}>{RULES.effect}</p>
      </div>
    </Panel>
  )
}

type FieldsProps = {
  readonly form: Form
  readonly isNew: boolean
  readonly onChange: (form: Form) => void
}

const FIELDS = [
  ['category', RULES.category, '', 1],
  ['score', RULES.score, RULES.scoreHint, 1],
  ['reason', RULES.reason, RULES.reasonHint, 1],
  ['phrases', RULES.phrases, RULES.phrasesHint, 3],
  ['unless', RULES.unless, RULES.unlessHint, 1],
  ['patterns', RULES.patterns, RULES.patternsHint, 2],
] as const

function RuleFields({ form, isNew, onChange }: FieldsProps) {
  return (
    <>
      {isNew ? (
        <TextField
          label={RULES.id}
          hint={RULES.idHint}
          value={form.id}
          onChange={(id) => onChange({ ...form, id })}
        />
      ) : null}
      {FIELDS.map(([key, label, hint, lines]) => (
        <TextField
          key={key}
          label={label}
          {...(hint === '' ? {} : { hint })}
          lines={lines}
          value={form[key]}
          onChange={(value) => onChange({ ...form, [key]: value })}
        />
      ))}
    </>
  )
}

type ActsProps = {
  readonly run: string
  readonly rule: RuleView
  readonly enabled: boolean
  /** Not kept yet: what would be tried is not what is typed. */
  readonly changed: boolean
  readonly onKept: (id: string | null) => void
}

function RuleActs({ run, rule: { id, trial }, enabled, changed, onKept }: ActsProps) {
  const attempt = useOrder('rules.try', ['jobs.list'])
  const turn = useOrder('rules.switch', ['rules.list'])
  const remove = useOrder('rules.remove', ['rules.list'])
  return (
    <>
      <Button
        label={RULES.tryIt}
        disabled={changed}
        onPress={() => attempt.mutate({ run, id }, { onError })}
      />
      <Button
        label={enabled ? RULES.turnOff : RULES.turnOn}
        disabled={changed || (!enabled && trial === null)}
        onPress={() => turn.mutate({ id, enabled: !enabled }, { onError })}
      />
      <Button
        label={RULES.remove}
        look="danger"
        onPress={() => remove.mutate({ id }, { onSuccess: () => onKept(null), onError })}
      />
    </>
  )
}

function Trial({ trial }: { readonly trial: RuleTrial | null }) {
  if (trial === null) return <p role="status">{RULES.untried}</p>
  const { hits, episodes, run, examples } = trial
  return (
    <div className={layout['stack']} role="status">
      <p>{RULES.trial(integer(hits), integer(episodes), run)}</p>
      {examples.length === 0 ? null : (
        <ul className={styles['list']} aria-label={RULES.examples}>
          {examples.map(({ episode, quote }) => (
            <li key={episode}>
              <span className="mono">{visible(episode)}</span>
              <code>{visible(quote)}</code>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
