/**
 * The trace under review: prompt and response as text with what was suggested, judged and cited marked in it.
 * Not here: tokens and their values (views/trace/).
 */
import { ExternalLink } from 'lucide-react'
import type { FlagEntry } from '../../../electron/contract/history.ts'
import type { ReviewItem } from '../../../electron/contract/review.ts'
import { Button } from '../../components/button.tsx'
import { CorrectMark, KindMark } from '../../components/marks.tsx'
import { Panel } from '../../components/panel.tsx'
import { integer } from '../../format.ts'
import { useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { QUEUE } from '../../strings/review.ts'
import type { Mark } from '../../text/marked-text.ts'
import { visible } from '../../text/neutral.ts'
import { rangeIn, TraceText } from './trace-text.tsx'
import styles from './review.module.css'

type Evidence = FlagEntry['span']
type Props = { readonly item: ReviewItem; readonly evidence: Evidence }

export function DeskTrace({ item, evidence }: Props) {
  const { prompt, response } = item
  return (
    <div className={styles['panes']}>
      <TraceHead item={item} />
      <Panel
        title={QUEUE.prompt}
        note={QUEUE.more(integer(prompt.length))}
        className={styles['prompt']}
        flush
      >
        <TraceText
          target="prompt"
          label={QUEUE.promptText}
          text={prompt}
          marks={marksOf(item, evidence, 'prompt')}
        />
      </Panel>
      <Panel
        title={QUEUE.response}
        note={QUEUE.more(integer(response.length))}
        className={styles['response']}
        flush
      >
        <TraceText
          target="response"
          label={QUEUE.responseText}
          text={response}
          marks={marksOf(item, evidence, 'response')}
        />
      </Panel>
    </div>
  )
}

function TraceHead({ item }: Pick<Props, 'item'>) {
  const go = useRoute((state) => state.go)
  const { id, role, kind, step, correct, purpose } = item
  return (
    <div className={styles['head']}>
      <h2 className="mono">{visible(id)}</h2>
      <span>{COMMON.roles[role]}</span>
      <span>{COMMON.purposes[purpose]}</span>
      <KindMark kind={kind} />
      <span className="number">{QUEUE.step(integer(step))}</span>
      {role === 'solve' ? <CorrectMark correct={correct} /> : null}
      <span className={styles['grow']} />
      <Button
        icon={ExternalLink}
        look="quiet"
        label={QUEUE.openTrace}
        onPress={() => go('trace', { episode: id })}
      />
    </div>
  )
}

function marksOf(item: ReviewItem, evidence: Evidence, target: 'prompt' | 'response'): Mark[] {
  const { suggestions, judgements, ratings } = item
  const mark = (
    span: Evidence | null | { target: string; start: number; end: number },
    tone: Mark['tone'],
    title: string,
  ): Mark[] =>
    span?.target === target
      ? [{ start: span.start, end: span.end, tone, title: visible(title) }]
      : []
  return [
    ...(suggestions ?? []).flatMap(({ span, rule, reason }) =>
      mark(span, 'suggested', `${rule}: ${reason}`),
    ),
    ...(judgements ?? []).flatMap(({ verdict, judge }) =>
      verdict.ok ? mark(verdict.span, 'judged', `${judge}: ${verdict.reason}`) : [],
    ),
    ...(ratings ?? []).flatMap(({ span, rater, note }) => mark(span, 'rated', `${rater}: ${note}`)),
    ...mark(evidence, 'evidence', QUEUE.evidence),
  ]
}

/** What is selected of the trace that is shown, as characters of it. */
export function selectedSpan(item: ReviewItem): Evidence {
  const found = rangeIn(window.getSelection())
  if (found === null || found.start >= found.end) return null
  return { ...found, quote: item[found.target].slice(found.start, found.end) }
}

/** Into the response, so that arrow keys select its words. */
export function focusText(root: HTMLElement | null): void {
  root?.querySelector<HTMLElement>('[data-target="response"]')?.focus()
}
