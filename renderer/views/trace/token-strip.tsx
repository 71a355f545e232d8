/**
 * Tokens as running text, only visible lines drawn. Pointing or arrow keys choose a token; its values stand beside.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import type { KeyboardEvent } from 'react'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { ResponseTrace } from '../../../electron/contract/evaluation.ts'
import { integer } from '../../format.ts'
import { TRACE } from '../../strings/tasks.ts'
import { layoutTokens, lineOfToken } from '../../text/token-lines.ts'
import type { TokenLine } from '../../text/token-lines.ts'
import type { Colouring } from '../../text/token-colour.ts'
import { LineView } from './token-line.tsx'
import styles from './trace.module.css'

type Props = {
  readonly trace: ResponseTrace
  readonly ends: Int32Array
  readonly colouring: Colouring
  readonly numeric: boolean
  readonly active: number | null
  readonly onActive: (token: number | null) => void
  readonly onNextColouring: () => void
}

export function TokenStrip(props: Props) {
  const { trace, ends, numeric, active, onActive } = props
  const host = useRef<HTMLDivElement>(null)
  const columns = useColumns(host, numeric)
  const lines = useMemo(
    () => layoutTokens(trace.response, ends, columns),
    [trace.response, ends, columns],
  )
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => host.current,
    estimateSize: () => (numeric ? 34 : 20),
    overscan: 20,
  })
  useEffect(() => virtual.measure(), [numeric, virtual])
  const move = (token: number) => {
    const next = Math.max(0, Math.min(trace.tokens.length - 1, token))
    onActive(next)
    virtual.scrollToIndex(lineOfToken(lines, next))
  }
  return (
    <div
      ref={host}
      className={styles['strip']}
      role="group"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- arrow keys choose tokens
      tabIndex={0}
      aria-label={TRACE.tokens(integer(trace.tokens.length))}
      onKeyDown={(event) => onKey(event, props, lines, move)}
      onMouseOver={(event) => {
        const token = tokenAt(event.target)
        if (token !== null) onActive(token)
      }}
      onFocus={() => {
        if (active === null) onActive(0)
      }}
    >
      <div className={styles['space']} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <LineView key={index} {...props} line={lines[index] ?? []} start={start} />
        ))}
      </div>
    </div>
  )
}

function tokenAt(target: EventTarget): number | null {
  if (!(target instanceof HTMLElement)) return null
  const text = target.closest<HTMLElement>('[data-token]')?.dataset['token']
  return text === undefined || Number(text) < 0 ? null : Number(text)
}

function onKey(
  event: KeyboardEvent,
  { active, onNextColouring }: Props,
  lines: readonly TokenLine[],
  move: (token: number) => void,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const at = active ?? 0
  const line = lineOfToken(lines, at)
  const keys: Readonly<Record<string, () => void>> = {
    ArrowRight: () => move(at + 1),
    ArrowLeft: () => move(at - 1),
    ArrowDown: () => move(firstOf(lines, line + 1) ?? at),
    ArrowUp: () => move(firstOf(lines, line - 1) ?? at),
    Home: () => move(0),
    End: () => move(Number.MAX_SAFE_INTEGER),
    c: onNextColouring,
  }
  const act = keys[event.key]
  if (act === undefined) return
  event.preventDefault()
  act()
}

function firstOf(lines: readonly TokenLine[], line: number): number | null {
  return lines[Math.max(0, line)]?.find(({ token }) => token >= 0)?.token ?? null
}

/** How many characters fit; numbers over tokens need room. */
function useColumns(host: { readonly current: HTMLElement | null }, numeric: boolean): number {
  const [columns, setColumns] = useState(100)
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const measure = () => {
      const pen = document.createElement('canvas').getContext('2d')
      if (pen === null) return
      pen.font = getComputedStyle(element).font
      const room = element.clientWidth - 40
      const fit = Math.floor(room / pen.measureText('m').width / (numeric ? 2 : 1))
      setColumns(Math.max(20, fit))
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [host, numeric])
  return columns
}
