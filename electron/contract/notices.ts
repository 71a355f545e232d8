/**
 * What the user is told of without asking: a kind, a sentence, and the run that it is about.
 * Not here: who may switch it off (settings.ts), who finds it (host/notices.ts).
 */
import * as v from 'valibot'
import { whole } from './inputs.ts'

/** done: a run ended; crash: its process did; alarm: it warns of something; flag: a rule is sure of a bad trace. */
export const NOTICE_KINDS = ['done', 'crash', 'alarm', 'disk', 'flag'] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

export type Notice = {
  readonly seq: number
  readonly atMs: number
  readonly kind: NoticeKind
  readonly run: string | null
  readonly text: string
}

/** after: seq of the last one seen; 0: all that is kept. */
export const NoticesAfter = v.strictObject({ after: whole(0, 2 ** 52) })
