/**
 * Runs the program again in the sandbox, with the input that was kept or an edited one.
 */
import { Play } from 'lucide-react'
import { useState } from 'react'
import { NO_ERROR } from '../../../electron/contract/task.ts'
import type { Task } from '../../../electron/contract/task.ts'
import type { ProgramRun } from '../../../electron/contract/workbench.ts'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/fields.tsx'
import { Facts, Panel } from '../../components/panel.tsx'
import { Failed } from '../../components/states.tsx'
import { TextBlock } from '../../components/snippet.tsx'
import { useOrder } from '../../data/ask.ts'
import { duration } from '../../format.ts'
import { COMMON } from '../../strings/common.ts'
import { TASK } from '../../strings/tasks.ts'
import layout from '../layout.module.css'

type Props = { readonly task: Task; /** The output that was kept. */ readonly kept: string }

export function Rerun({ task, kept }: Props) {
  const [first] = task.pairs
  const [input, setInput] = useState(first?.input ?? '')
  const run = useOrder('sandbox.run')
  return (
    <Panel title={TASK.rerun}>
      <div className={layout['stack']}>
        <TextField
          label={TASK.input}
          hint={TASK.rerunHint}
          value={input}
          onChange={setInput}
          lines={3}
        />
        <div className={layout['row']} data-part="rerun">
          <Button
            icon={Play}
            label={TASK.rerun}
            disabled={run.isPending}
            onPress={() => run.mutate({ program: task.program, input })}
          />
        </div>
        {run.error === null ? null : <Failed error={run.error} />}
        {run.data === undefined ? null : (
          <Outcome
            run={run.data}
            told={toldBy(run.data, task)}
            kept={run.variables.input === first?.input ? kept : null}
          />
        )}
      </div>
    </Panel>
  )
}

/** Both streams, where something was printed to them. */
function PrintedText({ printed }: Pick<ProgramRun, 'printed'>) {
  if (printed === null) return <p className={layout['muted']}>{TASK.notTold}</p>
  const streams = (['stdout', 'stderr'] as const).filter((name) => printed[name] !== '')
  if (streams.length === 0) return <p className={layout['muted']}>{TASK.nothingPrinted}</p>
  return streams.map((name) => (
    <div key={name}>
      <h3>{TASK.streams[name]}</h3>
      <TextBlock label={TASK.streams[name]} text={printed[name]} />
    </div>
  ))
}

/** What can be compared with the output that was kept. */
function toldBy({ status, output, detail }: ProgramRun, { variant }: Task): string | undefined {
  if (variant !== 'error') return output
  return status === 'ok' ? NO_ERROR : status === 'exception' ? detail : undefined
}

type OutcomeProps = {
  readonly run: ProgramRun
  readonly told: string | undefined
  readonly kept: string | null
}

function Outcome({ run, told, kept }: OutcomeProps) {
  return (
    <div role="status" className={layout['stack']}>
      <Facts
        facts={[
          [TASK.status, COMMON.statuses[run.status]],
          [TASK.cpu, duration(run.cpuMs / 1000)],
          [TASK.wall, duration(run.wallMs / 1000)],
          [TASK.level, String(run.level)],
        ]}
      />
      <TextBlock label={TASK.output} text={run.output ?? run.detail ?? ''} />
      <PrintedText printed={run.printed} />
      {kept === null || told === undefined ? null : (
        <p>{told === kept ? TASK.same : TASK.different}</p>
      )}
    </div>
  )
}
