/**
 * A titled part of a page, a list of facts, a bar of progress.
 */
import type { ReactNode } from 'react'
import { useId } from 'react'
import { classes } from './classes.ts'
import styles from './states.module.css'

type PanelProps = {
  readonly title: string
  readonly tools?: ReactNode
  /** Beside the title, small: a unit, a count. */
  readonly note?: string
  /** Without the padding: for tables and code. */
  readonly flush?: boolean
  readonly className?: string | undefined
  readonly children: ReactNode
}

export function Panel({ title, tools, note, flush = false, className, children }: PanelProps) {
  const id = useId()
  return (
    <section className={classes(styles['panel'], className)} aria-labelledby={id}>
      <div className={styles['head']}>
        <h2 id={id}>{title}</h2>
        {note === undefined ? null : <p>{note}</p>}
        <div className={styles['tools']}>{tools}</div>
      </div>
      {flush ? children : <div className={styles['body']}>{children}</div>}
    </section>
  )
}

export type Fact = readonly [name: string, value: ReactNode]

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={styles['facts']}>
      {facts.map(([name, value]) => (
        <FactRow key={name} name={name} value={value} />
      ))}
    </dl>
  )
}

function FactRow({ name, value }: { readonly name: string; readonly value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}

type BarProps = { readonly label: string; readonly done: number; readonly total: number }

export function Bar({ label, done, total }: BarProps) {
  const share = total <= 0 ? 0 : Math.min(1, done / total)
  return (
    <div
      className={styles['bar']}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done}
    >
      <div className={styles['fill']} style={{ width: `${share * 100}%` }} />
    </div>
  )
}
