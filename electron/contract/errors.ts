/**
 * The one exception of the project, for a broken world: a missing file, a refused session, a full disk.
 * Not here: expected failures (a bad program, a wrong answer). Those are values.
 */

export type ErrorCode =
  | 'usage'
  | 'config'
  | 'checkpoint'
  | 'engine'
  /** A graphics device that is gone: a new process finds it again, this one never does. */
  | 'device'
  | 'sandbox'
  | 'store'
  | 'wire'
  | 'cancelled'

/** message names the thing, what was expected and what was found, in one sentence. */
export class AppError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AppError'
    this.code = code
  }
}

/** Throws AppError('cancelled') once the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AppError('cancelled', 'cancelled')
}

/** A sentence for anything thrown, for logs and stderr. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
