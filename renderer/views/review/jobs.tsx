/**
 * Scans, trials, judges and exports under way: how far they are, and calling them off; what the last one said.
 */
import { X } from 'lucide-react'
import { useEffect } from 'react'
import type { Job, JobResult } from '../../../electron/contract/workbench.ts'
import { IconButton } from '../../components/button.tsx'
import { Bar } from '../../components/panel.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { etaRange, integer } from '../../format.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import { EXCHANGE, RULES } from '../../strings/review.ts'
import layout from '../layout.module.css'
import styles from './review.module.css'

type Ending = (title: string, result: JobResult) => string | null

const said: Ending = (title, result) => {
  if (result.type === 'scan') {
    return RULES.scanDone(integer(result.suggested), integer(result.episodes))
  }
  if (result.type === 'judge') {
    return RULES.judgeDone(integer(result.judged), integer(result.unparsable))
  }
  if (result.type === 'trial')
    return `${title}: ${integer(result.hits)} / ${integer(result.episodes)}`
  return result.type === 'export' ? EXCHANGE.exported(title, integer(result.rows)) : null
}

const SHOWN = 3

/** onDone: something that others show has changed. */
export function ReviewJobs({ onDone }: { readonly onDone?: () => void }) {
  const jobs = useAsk('jobs.list', {}, { everyMs: 1_000 })
  const all = jobs.data ?? []
  const ended = all.filter(({ state }) => state !== 'running').length
  useEffect(() => {
    if (ended > 0) onDone?.()
    // What it does is the same at every draw.
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, [ended])
  const running = all.filter(({ state }) => state === 'running')
  const rest = all.filter(({ state }) => state !== 'running').slice(0, SHOWN)
  if (running.length + rest.length === 0) return null
  return (
    <div className={styles['jobs']} role="log" aria-label={RULES.jobs}>
      {[...running, ...rest].map((job) => (
        <JobRow key={job.id} job={job} />
      ))}
    </div>
  )
}

function JobRow({ job }: { readonly job: Job }) {
  const { id, title, state, done, total, error, result, secondsLeft } = job
  const cancel = useOrder('jobs.cancel', ['jobs.list'])
  if (state !== 'running') {
    return (
      <p className={layout['muted']}>
        {error?.message ?? (result === null ? `${title}: ${state}` : said(title, result))}
      </p>
    )
  }
  return (
    <div className={layout['row']}>
      <span>{title}</span>
      {total === null ? null : (
        <>
          <Bar label={title} done={done} total={total} />
          <span className="number">
            {RULES.job(integer(done), integer(total))}
            {secondsLeft === null ? '' : `, ${EVALUATE.left(etaRange(secondsLeft))}`}
          </span>
        </>
      )}
      <IconButton icon={X} label={RULES.cancel(title)} onPress={() => cancel.mutate({ job: id })} />
    </div>
  )
}
