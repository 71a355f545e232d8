/**
 * Small marks that always come with a glyph and words, never colour alone: kinds, verdicts, states, intervals.
 */
import {
  ArrowDownToLine,
  ArrowUpFromLine,
  Ban,
  Check,
  CircleDashed,
  CircleDot,
  CirclePause,
  CircleSlash,
  CircleX,
  Minus,
  Sigma,
  X,
} from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import type { RunState } from '../../electron/contract/history.ts'
import type { Kind, Variant } from '../../electron/contract/task.ts'
import { COMMON } from '../strings/common.ts'
import { fixed, percent } from '../format.ts'
import styles from './states.module.css'

type Tone = 'right' | 'wrong' | 'invalid' | 'unsafe' | 'good' | 'danger' | 'accent' | Kind

type MarkProps = { readonly icon: LucideIcon; readonly tone: Tone; readonly label: string }

export function Mark({ icon: Icon, tone, label }: MarkProps) {
  return (
    <span className={styles['tag']}>
      <Icon size={13} aria-hidden className={styles[tone]} />
      {label}
    </span>
  )
}

const KIND_ICONS: Readonly<Record<Kind, LucideIcon>> = {
  deduction: ArrowDownToLine,
  abduction: ArrowUpFromLine,
  induction: Sigma,
}

type KindProps = { readonly kind: Kind; readonly variant?: Variant | undefined }

export function KindMark({ kind, variant }: KindProps) {
  return <Mark icon={KIND_ICONS[kind]} tone={kind} label={COMMON.kindOf(kind, variant)} />
}

export function CorrectMark({ correct }: { readonly correct: boolean | null }) {
  if (correct === null) return <Mark icon={Minus} tone="invalid" label={COMMON.notJudged} />
  return correct ? (
    <Mark icon={Check} tone="right" label={COMMON.right} />
  ) : (
    <Mark icon={X} tone="wrong" label={COMMON.wrong} />
  )
}

export function PassMark({ pass }: { readonly pass: boolean }) {
  return pass ? (
    <Mark icon={Check} tone="right" label={COMMON.passed} />
  ) : (
    <Mark icon={Ban} tone="wrong" label={COMMON.failed} />
  )
}

const STATES: Readonly<Record<RunState, { readonly icon: LucideIcon; readonly tone: Tone }>> = {
  running: { icon: CircleDot, tone: 'accent' },
  paused: { icon: CirclePause, tone: 'wrong' },
  finished: { icon: Check, tone: 'right' },
  interrupted: { icon: CircleSlash, tone: 'invalid' },
  crashed: { icon: CircleX, tone: 'danger' },
}

export function StatePill({ state, label }: { readonly state: RunState; readonly label?: string }) {
  const { icon: Icon, tone } = STATES[state] ?? { icon: CircleDashed, tone: 'invalid' }
  return (
    <span className={styles['pill']}>
      <Icon size={13} aria-hidden className={styles[tone]} />
      {label ?? COMMON.states[state]}
    </span>
  )
}

type IntervalProps = { readonly score: number; readonly low: number; readonly high: number }

/** A share with its 95% interval, drawn on 0 to 1 and said in words. */
export function Interval({ score, low, high }: IntervalProps) {
  const label = COMMON.interval(percent(score, 1), percent(low, 1), percent(high, 1))
  return (
    <span className={styles['interval']} role="img" aria-label={label} title={label}>
      <span
        className={styles['span']}
        style={{ left: `${low * 100}%`, width: `${fixed((high - low) * 100)}%` }}
      />
      <span className={styles['mark']} style={{ left: `${score * 100}%` }} />
    </span>
  )
}
