/**
 * Ctrl-C and its kin. The first asks for saving and stopping, a later one ends at once.
 */

export type Interrupt = {
  /** Fires once, at the first signal: save and stop. */
  readonly signal: AbortSignal
  /** Fires at a later one: end now. */
  readonly force: AbortSignal
  /** Back to the usual: a signal ends the process. */
  readonly close: () => void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** A terminal tells all its processes, and npm tells its child again: such doubles are one wish. */
const DOUBLE_MS = 500

export function listenForInterrupt(
  source: Pick<NodeJS.Process, 'on' | 'off'> = process,
  now: () => number = Date.now,
): Interrupt {
  const gentle = new AbortController()
  const hard = new AbortController()
  let firstMs = Number.NaN
  const heard = (): void => {
    if (!gentle.signal.aborted) {
      firstMs = now()
      gentle.abort()
    } else if (now() - firstMs >= DOUBLE_MS) hard.abort()
  }
  for (const name of SIGNALS) source.on(name, heard)
  const close = (): void => {
    for (const name of SIGNALS) source.off(name, heard)
  }
  return { signal: gentle.signal, force: hard.signal, close }
}

/** Listens while body runs. A later signal ends the process without waiting for it. */
export async function withInterrupt<T>(body: (interrupt: Interrupt) => Promise<T>): Promise<T> {
  const interrupt = listenForInterrupt()
  interrupt.force.addEventListener('abort', () => process.exit(130))
  try {
    return await body(interrupt)
  } finally {
    interrupt.close()
  }
}
