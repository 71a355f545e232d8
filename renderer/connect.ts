/**
 * What a transport is to the client: a way to connect, then messages both ways. Types only, of no platform.
 */
import type { Request } from '../electron/contract/wire.ts'

export type WireEvents = {
  readonly message: (reply: unknown) => void
  /** Once, and never after close(). */
  readonly closed: (reason: string) => void
}
export type Wire = { readonly send: (request: Request) => void; readonly close: () => void }
/** Rejects with AppError('usage') where trying again cannot help. */
export type Connect = (events: WireEvents) => Promise<Wire>
