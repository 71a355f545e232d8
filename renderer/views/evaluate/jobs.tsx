/**
 * Evaluations, fetches and exports under way, with the time left and a way to call them off; and evaluations that
 * were called off or killed, which go on where they were.
 */
import { Play, Trash2, X } from 'lucide-react'
import type { UnfinishedEvaluation } from '../../../electron/contract/evaluation.ts'
import type { Job } from '../../../electron/contract/workbench.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Bar, Panel } from '../../components/panel.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { etaRange, integer } from '../../format.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import styles from './evaluate.module.css'

const MOST_FAILED = 3

export function Jobs({ unfinished }: { readonly unfinished: readonly UnfinishedEvaluation[] }) {
  const jobs = useAsk('jobs.list', {})
  const running = (jobs.data ?? []).filter(({ state }) => state === 'running')
  const failed = (jobs.data ?? []).filter(({ state }) => state === 'failed')
  const open = [...running, ...failed.slice(0, MOST_FAILED)]
  if (open.length === 0 && unfinished.length === 0) return null
  return (
    <div className={layout['stack']} style={{ padding: '12px 12px 0' }}>
      {open.length === 0 ? null : (
        <Panel title={EVALUATE.jobs}>
          <div className={layout['stack']}>
            {open.map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </div>
        </Panel>
      )}
      {unfinished.length === 0 ? null : (
        <Panel title={EVALUATE.unfinished}>
          <div className={layout['stack']}>
            {unfinished.map((one) => (
              <UnfinishedRow key={one.id} evaluation={one} />
            ))}
          </div>
        </Panel>
      )}
    </div>
  )
}

function JobRow({ job }: { readonly job: Job }) {
  const { id, title, state, done, total, error, secondsLeft } = job
  const cancel = useOrder('jobs.cancel', ['jobs.list'])
  if (state === 'failed') {
    return (
      <p role="alert">
        {visible(title)}: {visible(error?.message ?? '')}
      </p>
    )
  }
  return (
    <div className={styles['job']}>
      <span>{visible(title)}</span>
      {total === null ? <span /> : <Bar label={title} done={done} total={total} />}
      <span className="number">
        {total === null ? integer(done) : `${integer(done)} / ${integer(total)}`}
        {secondsLeft === null ? '' : `, ${EVALUATE.left(etaRange(secondsLeft))}`}
      </span>
      <IconButton
        icon={X}
        label={EVALUATE.cancel(title)}
        onPress={() => cancel.mutate({ job: id })}
      />
    </div>
  )
}

function UnfinishedRow({ evaluation }: { readonly evaluation: UnfinishedEvaluation }) {
  const { id, title, label, done, total } = evaluation
  const resume = useOrder('evaluations.resume', ['evaluations.board', 'jobs.list'])
  const remove = useOrder('evaluations.remove', ['evaluations.board'])
  const name = EVALUATE.unfinishedText(title, label)
  const onError = (error: Error) => addNote('warning', error.message)
  return (
    <div className={styles['job']}>
      <span>{visible(name)}</span>
      <Bar label={name} done={done} total={total} />
      <span className="number">{`${integer(done)} / ${integer(total)}`}</span>
      <span className={layout['row']}>
        <Button
          icon={Play}
          label={EVALUATE.resume}
          onPress={() => resume.mutate({ evaluation: id }, { onError })}
        />
        <IconButton
          icon={Trash2}
          label={`${EVALUATE.discard}: ${name}`}
          onPress={() => remove.mutate({ evaluation: id }, { onError })}
        />
      </span>
    </div>
  )
}
