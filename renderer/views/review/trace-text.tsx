/**
 * Model text to read and to select from, by mouse or by keys: text nodes only, hidden characters spelled out, long
 * texts laid out where they are seen. A selection is told as characters of the raw text.
 */
import type { KeyboardEvent } from 'react'
import { memo, useMemo } from 'react'
import { classes } from '../../components/classes.ts'
import { markedText, rawPlace } from '../../text/marked-text.ts'
import type { Mark, Piece } from '../../text/marked-text.ts'
import styles from './review.module.css'

type Props = {
  readonly target: 'prompt' | 'response'
  readonly label: string
  readonly text: string
  readonly marks: readonly Mark[]
}

export function TraceText({ target, label, text, marks }: Props) {
  // Marks are made anew with every draw; what they say decides.
  const name = JSON.stringify(marks)
  const blocks = useMemo(() => {
    const same: readonly Mark[] = JSON.parse(name)
    return markedText(text, same)
  }, [text, name])
  return (
    <div
      className={styles['text']}
      role="region"
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- arrow keys select its words
      tabIndex={0}
      data-target={target}
      onKeyDown={onKey}
    >
      {blocks.map((pieces) => (
        <Block key={pieces[0]?.start ?? 0} pieces={pieces} />
      ))}
    </div>
  )
}

const Block = memo(function Block({ pieces }: { readonly pieces: readonly Piece[] }) {
  return (
    <div className={styles['block']}>
      {pieces.map((piece) => (
        <PieceText key={piece.start} piece={piece} />
      ))}
    </div>
  )
})

function PieceText({ piece: { start, end, shown, whole, marks } }: { readonly piece: Piece }) {
  const place = { 'data-start': start, 'data-end': end, ...(whole ? { 'data-whole': '' } : {}) }
  const [first] = marks
  if (first === undefined) return <span {...place}>{shown}</span>
  const tones = [...new Set(marks.map(({ tone }) => styles[tone]))]
  return (
    <mark
      {...place}
      className={classes(...tones)}
      title={marks.map(({ title }) => title).join('\n')}
    >
      {shown}
    </mark>
  )
}

/** Words and lines, as in editors: with Shift the selection grows, with Alt by single characters. */
function onKey(event: KeyboardEvent<HTMLElement>): void {
  const selection = window.getSelection()
  if (selection === null || event.ctrlKey || event.metaKey) return
  const move = MOVES[event.key]
  if (move === undefined) return
  event.preventDefault()
  begin(selection, event.currentTarget)
  const { direction, unit } = move
  const size = unit === 'word' && event.altKey ? 'character' : unit
  if (event.shiftKey) selection.modify('extend', direction, size)
  else step(selection, direction, size)
  show(selection, event.currentTarget)
}

type Move = { readonly direction: 'forward' | 'backward'; readonly unit: 'word' | 'line' }

const MOVES: Readonly<Record<string, Move>> = {
  ArrowRight: { direction: 'forward', unit: 'word' },
  ArrowLeft: { direction: 'backward', unit: 'word' },
  ArrowDown: { direction: 'forward', unit: 'line' },
  ArrowUp: { direction: 'backward', unit: 'line' },
}

function begin(selection: Selection, pane: HTMLElement): void {
  if (selection.rangeCount > 0 && pane.contains(selection.anchorNode)) return
  // What is marked is what a rater looks for.
  const first = pane.querySelector('mark') ?? pane.querySelector('[data-start]')
  selection.collapse(first?.firstChild ?? pane, 0)
}

/** The next word, selected, so that it is seen where the keys are. */
function step(selection: Selection, direction: Move['direction'], size: string): void {
  if (selection.isCollapsed && direction === 'forward' && size !== 'line') {
    return selection.modify('extend', 'forward', size)
  }
  if (direction === 'forward') selection.collapseToEnd()
  else selection.collapseToStart()
  if (size === 'line') {
    selection.modify('move', direction, 'line')
    return selection.modify('extend', 'forward', 'word')
  }
  return selection.modify('extend', direction, size)
}

function show(selection: Selection, pane: HTMLElement): void {
  if (selection.rangeCount === 0) return
  const seen = selection.getRangeAt(0).getBoundingClientRect()
  const frame = pane.getBoundingClientRect()
  if (seen.bottom > frame.bottom) pane.scrollTop += seen.bottom - frame.bottom + 24
  if (seen.top < frame.top) pane.scrollTop -= frame.top - seen.top + 24
}

type Range = {
  readonly target: 'prompt' | 'response'
  readonly start: number
  readonly end: number
}

/** null: nothing of one text is selected. */
export function rangeIn(selection: Selection | null): Range | null {
  if (selection === null || selection.rangeCount === 0) return null
  const range = selection.getRangeAt(0)
  const target = targetOf(range.startContainer)
  if (target === null || target !== targetOf(range.endContainer)) return null
  const start = placeOf(range.startContainer, range.startOffset, 'start')
  const end = placeOf(range.endContainer, range.endOffset, 'end')
  return start === null || end === null ? null : { target, start, end }
}

function elementOf(node: Node): Element | null {
  return node instanceof Element ? node : node.parentElement
}

function targetOf(node: Node): Range['target'] | null {
  const name = elementOf(node)?.closest<HTMLElement>('[data-target]')?.dataset['target']
  return name === 'prompt' || name === 'response' ? name : null
}

function placeOf(node: Node, offset: number, side: 'start' | 'end'): number | null {
  const own = elementOf(node)?.closest<HTMLElement>('[data-start]')
  if (own !== null && own !== undefined) {
    return rawPlace(pieceOf(own), node instanceof Element ? 0 : offset, side)
  }
  return betweenPieces(node, offset, side)
}

/** A place between pieces: before a child, or behind the last. */
function betweenPieces(node: Node, offset: number, side: 'start' | 'end'): number | null {
  const after = node.childNodes[offset]
  if (after instanceof HTMLElement) {
    const first = after.matches('[data-start]')
      ? after
      : after.querySelector<HTMLElement>('[data-start]')
    if (first !== null) return pieceOf(first).start
  }
  const all = node instanceof Element ? [...node.querySelectorAll<HTMLElement>('[data-start]')] : []
  const last = all.at(-1)
  if (last === undefined) return null
  return side === 'end' ? pieceOf(last).end : pieceOf(last).start
}

function pieceOf({ dataset }: HTMLElement): Pick<Piece, 'start' | 'end' | 'whole'> {
  return {
    start: Number(dataset['start']),
    end: Number(dataset['end']),
    whole: dataset['whole'] !== undefined,
  }
}
