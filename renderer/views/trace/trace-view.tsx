/**
 * One response: prompt, tokens with their values, reward and advantage.
 */
import { ArrowLeft, Flag } from 'lucide-react'
import { useState } from 'react'
import type { EpisodeTrace } from '../../../electron/contract/workbench.ts'
import { Button } from '../../components/button.tsx'
import { CorrectMark, KindMark } from '../../components/marks.tsx'
import { Panel } from '../../components/panel.tsx'
import { Loaded } from '../../components/states.tsx'
import { TextBlock } from '../../components/snippet.tsx'
import { useAsk } from '../../data/ask.ts'
import { useReviewAction } from '../../data/review-command.ts'
import { useScreenCommands } from '../../data/screen-commands.ts'
import { integer } from '../../format.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { TRACE } from '../../strings/tasks.ts'
import { AnswerView } from '../evaluate/answer-view.tsx'
import layout from '../layout.module.css'
import { NoRun } from '../no-run.tsx'
import { ResponsePanel } from './response-panel.tsx'
import { TraceSide } from './trace-side.tsx'
import styles from './trace.module.css'

/** A response of a run, or an answer of an evaluation. */
export function TraceView() {
  const evaluation = useParam('evaluation')
  return evaluation === null ? <EpisodeView /> : <AnswerView evaluation={evaluation} />
}

function EpisodeView() {
  const run = useParam('run')
  const id = useParam('episode')
  const query = useAsk(
    'episodes.show',
    { run: run ?? '', id: id ?? '' },
    { enabled: run !== null && id !== null },
  )
  if (run === null || id === null) return <NoRun />
  return (
    <Loaded query={query} what={id}>
      {(trace) => <Trace key={trace.id} trace={trace} />}
    </Loaded>
  )
}

function Trace({ trace }: { readonly trace: EpisodeTrace }) {
  const [active, setActive] = useState<number | null>(null)
  return (
    <div className={layout['page']}>
      <TraceBar trace={trace} />
      <div className={layout['split']}>
        <div className={styles['panes']}>
          <Panel
            className={styles['prompt']}
            title={`${TRACE.prompt}, ${TRACE.promptTokens(integer(trace.promptTokens.length))}`}
            flush
          >
            <TextBlock label={TRACE.prompt} text={trace.prompt} />
          </Panel>
          <ResponsePanel trace={trace} active={active} onActive={setActive} />
        </div>
        <TraceSide trace={trace} active={active} />
      </div>
    </div>
  )
}

function TraceBar({ trace }: { readonly trace: EpisodeTrace }) {
  const go = useRoute((state) => state.go)
  const { task, kind, variant, role, correct, id } = trace
  const review = useReviewAction(id)
  useScreenCommands([review])
  return (
    <div className={layout['bar']}>
      {task === null ? null : (
        <Button
          icon={ArrowLeft}
          look="quiet"
          label={TRACE.back}
          onPress={() => go('task', { id: task })}
        />
      )}
      <h1 className="mono">{id}</h1>
      <span>{COMMON.roles[role]}</span>
      <KindMark kind={kind} variant={variant} />
      <CorrectMark correct={correct} />
      <span className={layout['grow']} />
      <Button icon={Flag} label={review.label} onPress={review.act} />
    </div>
  )
}
