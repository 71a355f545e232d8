/**
 * Evaluations and exports under way, to watch and to cancel; what failed says why.
 */
import { X } from 'lucide-react'
import type { Job } from '../../../electron/contract/workbench.ts'
import { IconButton } from '../../components/button.tsx'
import { Bar, Panel } from '../../components/panel.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { integer } from '../../format.ts'
import { EVALUATE } from '../../strings/places.ts'
import layout from '../layout.module.css'

export function Jobs() {
  const jobs = useAsk('jobs.list', {})
  const open = (jobs.data ?? []).filter(({ state }) => state === 'running' || state === 'failed')
  if (open.length === 0) return null
  return (
    <div style={{ padding: '12px 12px 0' }}>
      <Panel title={EVALUATE.jobs}>
        <div className={layout['stack']}>
          {open.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </div>
      </Panel>
    </div>
  )
}

function JobRow({ job }: { readonly job: Job }) {
  const { id, title, state, done, total, error } = job
  const cancel = useOrder('jobs.cancel', ['jobs.list'])
  return (
    <div className={layout['row']}>
      <span>{title}</span>
      {state === 'failed' ? <span role="alert">{error?.message}</span> : null}
      {state === 'running' && total !== null ? (
        <>
          <Bar label={title} done={done} total={total} />
          <span className="number">
            {integer(done)} / {integer(total)}
          </span>
        </>
      ) : null}
      {state === 'running' ? (
        <IconButton
          icon={X}
          label={EVALUATE.cancel(title)}
          onPress={() => cancel.mutate({ job: id })}
        />
      ) : null}
    </div>
  )
}
