/**
 * One answer of an evaluation as a trace: what was asked, the response token by token, the verdict and its reason;
 * beside it what another model answered to the same item.
 */
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import type { AnswerTrace } from '../../../electron/contract/evaluation.ts'
import { Button } from '../../components/button.tsx'
import { CorrectMark, KindMark } from '../../components/marks.tsx'
import { Facts, Panel } from '../../components/panel.tsx'
import type { Fact } from '../../components/panel.tsx'
import { Loaded } from '../../components/states.tsx'
import { TextBlock } from '../../components/snippet.tsx'
import { useAsk } from '../../data/ask.ts'
import { fixed, integer, NOTHING, percent } from '../../format.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import { TRACE } from '../../strings/tasks.ts'
import { samplingText } from '../../text/board.ts'
import { visible } from '../../text/neutral.ts'
import { tokenText } from '../../text/token-text.ts'
import layout from '../layout.module.css'
import { ResponsePanel } from '../trace/response-panel.tsx'
import styles from './evaluate.module.css'

const CORRECT = { right: true, wrong: false, undecided: null } as const

export function AnswerView({ evaluation }: { readonly evaluation: string }) {
  const item = useParam('item') ?? ''
  const against = useParam('against')
  const sample = Number(useParam('sample') ?? '0')
  const query = useAsk('evaluations.answer', { evaluation, item, sample })
  const other = useAsk(
    'evaluations.answer',
    { evaluation: against ?? '', item, sample },
    { enabled: against !== null },
  )
  return (
    <Loaded query={query} what={item}>
      {(answer) => (
        <Answers
          key={`${answer.evaluation.id} ${item} ${sample}`}
          answer={answer}
          before={other.data}
          missing={other.error !== null}
        />
      )}
    </Loaded>
  )
}

type Pointed = { readonly trace: AnswerTrace; readonly token: number | null }

type Props = {
  readonly answer: AnswerTrace
  readonly before: AnswerTrace | undefined
  readonly missing: boolean
}

function Answers({ answer, before, missing }: Props) {
  const [pointed, setPointed] = useState<Pointed>({ trace: answer, token: null })
  const both = before === undefined ? [answer] : [before, answer]
  return (
    <div className={layout['page']}>
      <AnswerBar answer={answer} />
      <div className={layout['split']}>
        <div className={styles['panes']}>
          <Panel
            title={`${TRACE.prompt}, ${TRACE.promptTokens(integer(answer.promptTokens))}`}
            flush
          >
            <TextBlock label={TRACE.prompt} text={answer.prompt} />
          </Panel>
          {missing ? <p className={layout['muted']}>{EVALUATE.noOther}</p> : null}
          <div className={styles['pair']}>
            {both.map((trace) => (
              <ResponsePanel
                key={trace.evaluation.id}
                trace={trace}
                compact={both.length > 1}
                title={both.length === 1 ? TRACE.response : visible(trace.evaluation.label)}
                active={pointed.trace === trace ? pointed.token : null}
                onActive={(token) => setPointed({ trace, token })}
              />
            ))}
          </div>
        </div>
        <section className={layout['aside']} aria-label={COMMON.details}>
          {both.toReversed().map((trace) => (
            <Verdict key={trace.evaluation.id} trace={trace} />
          ))}
          <Panel title={TRACE.token}>
            <TokenFacts pointed={pointed} />
          </Panel>
        </section>
      </div>
    </div>
  )
}

function AnswerBar({ answer }: { readonly answer: AnswerTrace }) {
  const go = useRoute((state) => state.go)
  const against = useParam('against')
  const { evaluation, item, kind, sample, samples, state } = answer
  return (
    <div className={layout['bar']}>
      <Button
        icon={ArrowLeft}
        look="quiet"
        label={EVALUATE.back}
        onPress={() =>
          go('evaluate', { tab: 'answers', evaluation: evaluation.id, against: against ?? '' })
        }
      />
      <h1 className="mono">{visible(item)}</h1>
      <span>{visible(evaluation.title)}</span>
      {kind === null ? null : <KindMark kind={kind} />}
      <CorrectMark correct={CORRECT[state]} />
      {samples > 1 ? (
        <span>{`${EVALUATE.sample} ${integer(sample + 1)} / ${integer(samples)}`}</span>
      ) : null}
    </div>
  )
}

function Verdict({ trace }: { readonly trace: AnswerTrace }) {
  const { evaluation, state, status, reason, answer, stopReason, tokens } = trace
  const { template, seed } = evaluation
  const facts: readonly Fact[] = [
    [EVALUATE.verdict, <CorrectMark key="verdict" correct={CORRECT[state]} />],
    [EVALUATE.reason, visible(reason) || NOTHING],
    [EVALUATE.readAs, <code key="answer">{answer === null ? NOTHING : visible(answer)}</code>],
    [TRACE.status, status === null ? NOTHING : COMMON.statuses[status]],
    [EVALUATE.stop, EVALUATE.stops[stopReason] ?? stopReason],
    [EVALUATE.length, integer(tokens.length)],
    [EVALUATE.asked, [template, samplingText(evaluation), EVALUATE.seed(String(seed))].join(', ')],
  ]
  return (
    <Panel title={visible(evaluation.label)} note={visible(evaluation.title)}>
      <Facts facts={facts} />
    </Panel>
  )
}

function TokenFacts({ pointed: { trace, token } }: { readonly pointed: Pointed }) {
  if (token === null) return <p className={layout['muted']}>{TRACE.pointAt}</p>
  const logprob = trace.logprobs[token] ?? Number.NaN
  const text = tokenText(trace, token)
  return (
    <div role="status">
      <Facts
        facts={[
          [TRACE.text, <code key="text">{text === '' ? TRACE.ended : (text ?? NOTHING)}</code>],
          [TRACE.position, `${integer(token)} / ${integer(trace.tokens.length)}`],
          [TRACE.tokenId, String(trace.tokens[token] ?? NOTHING)],
          [TRACE.logprob, fixed(logprob, 4)],
          [TRACE.probability, percent(Math.exp(logprob), 1)],
        ]}
      />
    </div>
  )
}
