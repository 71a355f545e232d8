/**
 * How long a rater looked at a trace: time while the page is seen. Time is an argument.
 */

export type Stopwatch = {
  readonly restart: () => void
  /** seen: whether the page is looked at. */
  readonly turn: (seen: boolean) => void
  readonly seconds: () => number
}

export function createStopwatch(clock: () => number): Stopwatch {
  let before = 0
  let since: number | null = clock()
  const total = (): number => before + (since === null ? 0 : clock() - since)
  return {
    restart: () => {
      before = 0
      if (since !== null) since = clock()
    },
    turn: (seen) => {
      before = total()
      since = seen ? clock() : null
    },
    seconds: () => Math.round(total()) / 1_000,
  }
}
