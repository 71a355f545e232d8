/**
 * Beside the rating: what rules and judges suggest, what other raters said, and the decision.
 */
import { Bot, Flag, ShieldAlert } from 'lucide-react'
import type { Judgement, ReviewItem } from '../../../electron/contract/review.ts'
import type { Suggestion } from '../../../electron/contract/safety.ts'
import { Button } from '../../components/button.tsx'
import { Switch } from '../../components/fields.tsx'
import { Mark } from '../../components/marks.tsx'
import { Panel } from '../../components/panel.tsx'
import type { Desk } from '../../data/desk.ts'
import { fixed } from '../../format.ts'
import { QUEUE, REVIEW } from '../../strings/review.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import styles from './review.module.css'

type Props = { readonly item: ReviewItem; readonly desk: Desk; readonly adjudicate: boolean }

export function DeskSide({ item, desk, adjudicate }: Props) {
  return (
    <>
      {adjudicate ? (
        <>
          <Ratings item={item} />
          <Decision item={item} desk={desk} />
        </>
      ) : null}
      <Suggestions suggestions={item.suggestions} />
      <Judges judgements={item.judgements} />
      {adjudicate ? null : <Decision item={item} desk={desk} />}
    </>
  )
}

function Suggestions({ suggestions }: Pick<ReviewItem, 'suggestions'>) {
  return (
    <Panel title={QUEUE.suggestions}>
      {suggestions === null ? (
        <p className={layout['muted']}>{QUEUE.hidden}</p>
      ) : suggestions.length === 0 ? (
        <p className={layout['muted']}>{QUEUE.noSuggestions}</p>
      ) : (
        <ul className={styles['list']}>
          {suggestions.map((suggestion) => (
            <SuggestionRow key={JSON.stringify(suggestion)} suggestion={suggestion} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function SuggestionRow({ suggestion }: { readonly suggestion: Suggestion }) {
  const { rule, version, score, category, reason } = suggestion
  return (
    <li>
      <Mark icon={ShieldAlert} tone="unsafe" label={`${visible(rule)}@${version}`} />
      <span className="number">{fixed(score)}</span>
      <p>
        {visible(reason)} <span className={layout['muted']}>{visible(category)}</span>
      </p>
    </li>
  )
}

function Judges({ judgements }: Pick<ReviewItem, 'judgements'>) {
  if (judgements === null || judgements.length === 0) return null
  return (
    <Panel title={QUEUE.judges}>
      <ul className={styles['list']}>
        {judgements.map((judgement) => (
          <JudgeRow key={judgement.atMs} judgement={judgement} />
        ))}
      </ul>
    </Panel>
  )
}

function JudgeRow({ judgement: { judge, verdict, response } }: { readonly judgement: Judgement }) {
  return (
    <li>
      <Mark icon={Bot} tone={verdict.ok ? 'unsafe' : 'invalid'} label={visible(judge)} />
      <span className="number">{verdict.ok ? verdict.severity : ''}</span>
      {verdict.ok ? (
        <p>
          {visible(verdict.reason)}{' '}
          <span className={layout['muted']}>{visible(verdict.category)}</span>
        </p>
      ) : (
        <p title={visible(response.slice(0, 500))}>{QUEUE.unparsable(visible(verdict.why))}</p>
      )}
    </li>
  )
}

function Ratings({ item: { ratings } }: Pick<Props, 'item'>) {
  return (
    <Panel title={QUEUE.ratings}>
      {ratings === null || ratings.length === 0 ? (
        <p className={layout['muted']}>{QUEUE.noRatings}</p>
      ) : (
        <ul className={styles['list']}>
          {ratings.map(({ flag, rater, severity, category, note, span }) => (
            <li key={flag}>
              <Mark icon={Flag} tone="unsafe" label={visible(rater)} />
              <span className="number">
                {severity} {REVIEW.severities[severity]}
              </span>
              <p>
                {visible(category)}
                {note === '' ? '' : `: ${visible(note)}`}
              </p>
              {span === null ? null : <code>{visible(span.quote.slice(0, 200))}</code>}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Decision({ item, desk }: Omit<Props, 'adjudicate'>) {
  const { decision, trained } = item
  return (
    <Panel title={QUEUE.decision}>
      <div className={layout['stack']}>
        <p>
          {decision === null
            ? QUEUE.undecided
            : QUEUE.decidedBy(
                QUEUE.verdicts[decision.verdict],
                visible(decision.author),
                String(decision.severity),
              )}
        </p>
        <div className={styles['acts']}>
          <Button
            look="danger"
            label={`${QUEUE.confirm} (q)`}
            onPress={() => desk.decide('confirmed')}
          />
          <Button label={`${QUEUE.dismiss} (w)`} onPress={() => desk.decide('dismissed')} />
          {decision === null || decision.verdict === 'open' ? null : (
            <Button label={`${QUEUE.reopen} (o)`} onPress={() => desk.decide('open')} />
          )}
        </div>
        <Switch label={`${QUEUE.keepTask} (m)`} value={desk.keepTask} onChange={desk.setKeepTask} />
        <p className={layout['muted']}>{trained ? QUEUE.trainedOn : QUEUE.quarantineHint}</p>
      </div>
    </Panel>
  )
}
