/**
 * One line of tokens. Text nodes only: hidden characters, line ends and escapes are shown as marks.
 */
import { memo } from 'react'
import type { ResponseTrace } from '../../../electron/contract/evaluation.ts'
import { fixed } from '../../format.ts'
import { classes } from '../../components/classes.ts'
import { visible } from '../../text/neutral.ts'
import { shownValue, tone, toneColour } from '../../text/token-colour.ts'
import type { Colouring } from '../../text/token-colour.ts'
import type { Piece, TokenLine } from '../../text/token-lines.ts'
import { valuesAt } from '../../text/token-values.ts'
import styles from './trace.module.css'

type Props = {
  readonly trace: ResponseTrace
  readonly line: TokenLine
  readonly start: number
  readonly colouring: Colouring
  readonly numeric: boolean
  readonly active: number | null
}

function Line({ trace, line, start, colouring, numeric, active }: Props) {
  return (
    <div
      className={classes(styles['line'], numeric && styles['numbered'])}
      style={{ transform: `translateY(${start}px)` }}
    >
      {line.map((piece, at) => (
        <PieceView
          // oxlint-disable-next-line react/no-array-index-key -- pieces of one line never move
          key={at}
          piece={piece}
          trace={trace}
          colouring={colouring}
          numeric={numeric}
          active={piece.token === active && piece.token >= 0}
        />
      ))}
    </div>
  )
}

/** A line whose active token is elsewhere is drawn once. */
export const LineView = memo(Line, (before, after) => {
  const holds = ({ line, active }: Props) => line.some(({ token }) => token === active)
  return (
    before.line === after.line &&
    before.start === after.start &&
    before.colouring === after.colouring &&
    before.numeric === after.numeric &&
    !holds(before) &&
    !holds(after)
  )
})

type PieceProps = Pick<Props, 'trace' | 'colouring' | 'numeric'> & {
  readonly piece: Piece
  readonly active: boolean
}

function PieceView({ piece, trace, colouring, numeric, active }: PieceProps) {
  const values = valuesAt(trace, piece.token)
  const background = toneColour(tone(colouring, values))
  const ended = piece.text.endsWith('\n')
  const text = (
    <>
      {visible(ended ? piece.text.slice(0, -1) : piece.text)}
      {ended ? <span className={styles['mark']}>↵</span> : null}
    </>
  )
  return (
    <span
      className={classes(
        styles['piece'],
        active && styles['active'],
        numeric && styles['stacked'],
        values.clipped && styles['clipped'],
      )}
      data-token={piece.token}
      style={background === '' ? {} : { background }}
    >
      {numeric ? <span>{text}</span> : text}
      {numeric ? <small>{fixed(shownValue(colouring, values))}</small> : null}
    </span>
  )
}
