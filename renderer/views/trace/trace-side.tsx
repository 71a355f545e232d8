/**
 * Beside a trace: the token pointed at, how the reward came about, and what is known of the episode.
 */
import { Fragment } from 'react'
import type { EpisodeTrace } from '../../../electron/contract/workbench.ts'
import { Facts, Panel } from '../../components/panel.tsx'
import type { Fact } from '../../components/panel.tsx'
import { figure, fixed, integer, NOTHING, percent, signed } from '../../format.ts'
import { COMMON } from '../../strings/common.ts'
import { TASK, TRACE } from '../../strings/tasks.ts'
import { visible } from '../../text/neutral.ts'
import { tokenText } from '../../text/token-text.ts'
import { valuesAt } from '../../text/token-values.ts'
import layout from '../layout.module.css'
import styles from './trace.module.css'

type Props = { readonly trace: EpisodeTrace; readonly active: number | null }

export function TraceSide({ trace, active }: Props) {
  return (
    <section className={layout['aside']} aria-label={COMMON.details}>
      <Panel title={TRACE.token}>
        <TokenFacts trace={trace} active={active} />
      </Panel>
      <Panel title={TRACE.parts}>
        <RewardSum trace={trace} />
      </Panel>
      <Panel title={TRACE.outcome}>
        <Facts
          facts={[
            [TRACE.purpose, COMMON.purposes[trace.purpose]],
            [TRACE.status, trace.status === null ? NOTHING : COMMON.statuses[trace.status]],
            [TRACE.advantage, signed(trace.advantage, 3)],
            [TRACE.trained, trace.trained ? TASK.yes : TASK.no],
            [TRACE.outcomes, trace.outcomes.map((one) => figure(one)).join(', ') || NOTHING],
            [TRACE.stopped, TRACE.stops[trace.stopReason]],
            [TRACE.prompts, trace.promptVersion],
            [TRACE.seed, String(trace.seed)],
          ]}
        />
      </Panel>
      <Panel title={TRACE.flags}>
        <Flags trace={trace} />
      </Panel>
    </section>
  )
}

function TokenFacts({ trace, active }: Props) {
  if (active === null) return <p className={layout['muted']}>{TRACE.pointAt}</p>
  const { logprob, probability, advantage } = valuesAt(trace, active)
  const text = tokenText(trace, active)
  return (
    <div role="status">
      <Facts
        facts={[
          [TRACE.text, <code key="text">{text === '' ? TRACE.ended : (text ?? NOTHING)}</code>],
          [TRACE.position, `${integer(active)} / ${integer(trace.tokens.length)}`],
          [TRACE.tokenId, String(trace.tokens[active] ?? NOTHING)],
          [TRACE.logprob, fixed(logprob, 4)],
          [TRACE.probability, percent(probability, 1)],
          ...trainedFacts(trace, active),
          [TRACE.advantage, advantage === null ? NOTHING : signed(advantage, 3)],
          [TRACE.share, signed(trace.reward / trace.tokens.length, 4)],
        ]}
      />
    </div>
  )
}

function trainedFacts(trace: EpisodeTrace, token: number): readonly Fact[] {
  const { newLogprob, ratio, clipped, entropy } = valuesAt(trace, token)
  if (newLogprob === null || ratio === null) return []
  const written = fixed(ratio, 4)
  return [
    [TRACE.newLogprob, fixed(newLogprob, 4)],
    [TRACE.ratio, clipped ? TRACE.clipped(written) : written],
    [TRACE.entropy, TRACE.nats(fixed(entropy, 3))],
  ]
}

function RewardSum({ trace }: Pick<Props, 'trace'>) {
  const parts = Object.entries(trace.rewardParts)
  return (
    <div className={styles['sum']}>
      {parts.length === 0 ? <span className={layout['muted']}>{TRACE.noParts}</span> : null}
      {parts.map(([name, value]) => (
        <Fragment key={name}>
          <span>{name}</span>
          <span className="number">{signed(value, 3)}</span>
        </Fragment>
      ))}
      <span className={styles['total']}>{TRACE.total}</span>
      <span className={`${styles['total']} number`}>{signed(trace.reward, 3)}</span>
    </div>
  )
}

function Flags({ trace: { flags } }: Pick<Props, 'trace'>) {
  const standing = flags.filter(({ undone }) => !undone)
  if (standing.length === 0) return <p className={layout['muted']}>{TRACE.noFlags}</p>
  return (
    <ul className={layout['stack']}>
      {standing.map(({ flag, rater, severity, category, note, span }) => (
        <li key={flag}>
          <strong>
            {severity} {category}
          </strong>{' '}
          <span className={layout['muted']}>{rater}</span>
          {span === null ? null : <p className="mono">{visible(span.quote)}</p>}
          {note === '' ? null : <p>{visible(note)}</p>}
        </li>
      ))}
    </ul>
  )
}
