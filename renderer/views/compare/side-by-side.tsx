/**
 * One item: what was asked, and what each answered. Of two answers also how they differ, line by line.
 */
import type {
  ComparedAnswer,
  ComparedRow,
  ComparedSuite,
  ComparePlace,
} from '../../../electron/contract/compare.ts'
import { CodeView } from '../../components/code-view.tsx'
import { CorrectMark } from '../../components/marks.tsx'
import { Panel } from '../../components/panel.tsx'
import { TextBlock } from '../../components/snippet.tsx'
import { Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { useSetting } from '../../data/settings.ts'
import { COMPARE } from '../../strings/compare.ts'
import { nameOf } from '../../text/compared.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import styles from './compare.module.css'

type Props = {
  readonly places: readonly ComparePlace[]
  readonly suite: ComparedSuite
  readonly row: ComparedRow
}

export function SideBySide({ places, suite: { suite, temperature }, row }: Props) {
  const { item, sample } = row
  const answer = useAsk('compare.answer', {
    places: [...places],
    suite,
    temperature,
    item,
    sample,
  })
  return (
    <Loaded query={answer} what={COMPARE.answers}>
      {(found) => (
        <div className={layout['stack']}>
          {found.question === null ? null : <Question question={found.question} />}
          <AnswerColumns places={places} answers={found.answers} />
          {found.answers.length === 2 ? <Difference answers={found.answers} /> : null}
        </div>
      )}
    </Loaded>
  )
}

function Question({ question }: { readonly question: NonNullable<ComparedAnswer['question']> }) {
  const pairs = question.pairs.map(({ input, output }) => `f(${input}) = ${output}`).join('\n')
  return (
    <Panel title={COMPARE.question} flush>
      <div className={layout['two']}>
        <TextBlock python label={COMPARE.question} text={question.program} />
        <TextBlock label={COMPARE.item} text={pairs} />
      </div>
    </Panel>
  )
}

type Answers = { readonly answers: ComparedAnswer['answers'] }

function AnswerColumns({
  places,
  answers,
}: Answers & { readonly places: readonly ComparePlace[] }) {
  return (
    <div
      className={styles['side']}
      style={{ gridTemplateColumns: `repeat(${places.length}, minmax(220px, 1fr))` }}
    >
      {answers.map(({ correct, reason, response }, at) => {
        const place = places[at]
        const name = place === undefined ? '' : nameOf(place)
        return (
          <Panel key={name} title={name} tools={<CorrectMark correct={correct} />} flush>
            <TextBlock label={COMPARE.answerOf(name)} text={response} />
            {reason === '' ? null : <p className={styles['full']}>{visible(reason)}</p>}
          </Panel>
        )
      })}
    </div>
  )
}

function Difference({ answers: [before, after] }: Answers) {
  const wrap = useSetting('wrapCode')
  if (before === undefined || after === undefined) return null
  if (before.response === after.response) return <p className={layout['muted']}>{COMPARE.same}</p>
  return (
    <Panel title={COMPARE.lines} flush>
      <CodeView
        label={COMPARE.lines}
        text={after.response}
        against={before.response}
        wrap={wrap}
        height={220}
      />
    </Panel>
  )
}
