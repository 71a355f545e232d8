/**
 * Progress on stderr: lines rewritten in place on a terminal, a plain line now and then elsewhere.
 */
import { createLogUpdate } from 'log-update'
import { paceOf } from '../host/pace.ts'
import { bar, count, duration } from './format.ts'
import { hasColors } from './output.ts'
import pc from 'picocolors'
import type { Colors } from 'picocolors/types.js'

export type Picture = {
  /** Several lines, for a terminal. */
  readonly live: (colors: Colors) => string
  /** One line, for a log. */
  readonly plain: () => string
}

export type Progress = {
  /** Draws when it is time to. */
  readonly show: (picture: Picture) => void
  /** A line that stays; null: none. */
  readonly note: (text: (colors: Colors) => string | null) => void
  readonly close: () => void
}

const LIVE_MS = 100
const PLAIN_MS = 5_000
const SMALLEST = { columns: 20, rows: 4 } as const

export function createProgress(
  stream: NodeJS.WriteStream = process.stderr,
  now: () => number = Date.now,
): Progress {
  const colors = pc.createColors(hasColors(stream))
  return isLive(stream) ? liveProgress(stream, colors, now) : plainProgress(stream, colors, now)
}

/** A terminal that does not know its size, as within `script`, has none to draw in. */
function isLive(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>): boolean {
  return stream.isTTY && stream.columns >= SMALLEST.columns && stream.rows >= SMALLEST.rows
}

function liveProgress(stream: NodeJS.WriteStream, colors: Colors, now: () => number): Progress {
  const update = createLogUpdate(stream)
  let drawnMs = Number.NEGATIVE_INFINITY
  return {
    show: ({ live }) => {
      if (now() - drawnMs < LIVE_MS) return
      drawnMs = now()
      update(live(colors))
    },
    note: (text) => {
      const line = text(colors)
      if (line !== null) update.persist(line)
    },
    close: () => {
      update.clear()
      update.done()
    },
  }
}

function plainProgress(
  stream: Pick<NodeJS.WriteStream, 'write'>,
  colors: Colors,
  now: () => number,
): Progress {
  let writtenMs = now()
  return {
    show: ({ plain }) => {
      if (now() - writtenMs < PLAIN_MS) return
      writtenMs = now()
      stream.write(`${plain()}\n`)
    },
    note: (text) => {
      const line = text(colors)
      if (line !== null) stream.write(`${line}\n`)
    },
    close: () => undefined,
  }
}

/** Shows how far something is, with the time left. */
export function counting(progress: Progress, what: string, now: () => number = Date.now) {
  const pace = paceOf(now)
  return (done: number, total: number): void => {
    const seconds = pace(done, total)
    const left = seconds === null ? '' : `, ${duration(seconds)} left`
    const place = `${what} ${count(done)}/${count(total)}${left}`
    const share = total === 0 ? 1 : done / total
    progress.show({ plain: () => place, live: () => `${bar(share)} ${place}` })
  }
}
