/**
 * The response as tokens, coloured by one of their values; or as a table of them.
 */
import { useState } from 'react'
import type { ResponseTrace } from '../../../electron/contract/evaluation.ts'
import { Switch } from '../../components/fields.tsx'
import { Panel } from '../../components/panel.tsx'
import { Segments } from '../../components/select.tsx'
import { TextBlock } from '../../components/snippet.tsx'
import { integer } from '../../format.ts'
import { TRACE } from '../../strings/tasks.ts'
import { colouringsFor, nextColouring } from '../../text/token-colour.ts'
import type { Colouring } from '../../text/token-colour.ts'
import layout from '../layout.module.css'
import { TokenStrip } from './token-strip.tsx'
import { TokenTable } from './token-table.tsx'
import styles from './trace.module.css'

const SHAPES = [
  { id: 'text' as const, label: TRACE.asText },
  { id: 'table' as const, label: TRACE.asTable },
]

type Props = {
  readonly trace: ResponseTrace
  /** Absent: the response. */
  readonly title?: string
  /** One of several side by side: probabilities only. */
  readonly compact?: boolean
  readonly active: number | null
  readonly onActive: (token: number | null) => void
}

export function ResponsePanel(props: Props) {
  const { trace, title = TRACE.response, compact = false, active, onActive } = props
  const [colouring, setColouring] = useState<Colouring>('logprob')
  const [numeric, setNumeric] = useState(false)
  const [shape, setShape] = useState<'text' | 'table'>('text')
  const { ends, tokens } = trace
  const among = colouringsFor(trace.seen != null)
  const tools = (
    <div className={layout['row']}>
      {compact ? null : (
        <Segments
          label={TRACE.colouring}
          choices={among.map((id) => ({ id, label: TRACE.colourings[id] }))}
          value={colouring}
          onChange={setColouring}
        />
      )}
      <Switch label={TRACE.numeric} value={numeric} onChange={setNumeric} />
      <Segments label={TRACE.tokenTable} choices={SHAPES} value={shape} onChange={setShape} />
    </div>
  )
  return (
    <Panel
      className={styles['response']}
      title={`${title}, ${TRACE.promptTokens(integer(tokens.length))}`}
      flush
      tools={tools}
    >
      {shape === 'table' ? (
        <TokenTable trace={trace} onActive={onActive} />
      ) : ends === null ? (
        <div className={layout['scroll']}>
          <p className={styles['legend']}>{TRACE.notAligned}</p>
          <TextBlock label={title} text={trace.response} />
        </div>
      ) : (
        <>
          <p className={styles['legend']}>{TRACE.legends[colouring]}</p>
          <TokenStrip
            trace={trace}
            ends={ends}
            colouring={colouring}
            numeric={numeric}
            active={active}
            onActive={onActive}
            onNextColouring={() => setColouring(nextColouring(colouring, among))}
          />
        </>
      )}
    </Panel>
  )
}
