/**
 * The line to a hidden page, whoever holds that page: messages as values, one end, and what is known of its process.
 * Not here: who makes one (browser.ts, port.ts), what is said over it (page.ts). The other end is
 * resources/pyodide/page.js.
 */
import * as v from 'valibot'
import { ENDINGS } from '../frame.ts'
import type { SelfTestRow } from '../level.ts'

export type PageJob = {
  readonly id: number
  /** One digit for what is asked, then the request as JSON. */
  readonly text: string
  readonly wallMs: number
  readonly memoryBytes: number
  readonly replyBytes: number
}

export type ToPage =
  | {
      readonly type: 'start'
      readonly slot: number
      readonly hashSeed: number
      readonly stripped: boolean
    }
  | { readonly type: 'run'; readonly slot: number; readonly job: PageJob }
  | { readonly type: 'cancel'; readonly slot: number; readonly id: number }
  | { readonly type: 'stop'; readonly slot: number }
  | { readonly type: 'probe'; readonly url: string }

const Row = v.strictTuple([v.string(), v.boolean(), v.string()])
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

/** The page is ours, but a program might have taken it over: what it says is checked like a child's reply. */
export const FromPage = v.variant('type', [
  v.object({ type: v.literal('open') }),
  /** left: names that a worker should no longer have. */
  v.object({ type: v.literal('ready'), slot: count, left: v.array(v.string()) }),
  v.object({
    type: v.literal('reply'),
    slot: count,
    id: count,
    ending: v.picklist(ENDINGS),
    code: count,
    wallMs: v.pipe(v.number(), v.minValue(0)),
    text: v.string(),
  }),
  v.object({ type: v.literal('lost'), slot: count, why: v.string() }),
  v.object({ type: v.literal('probed'), rows: v.array(Row) }),
])
export type FromPage = v.InferOutput<typeof FromPage>

export type PageLine = {
  readonly post: (message: ToPage) => void
  /** Called for every message, from the moment that it is given. */
  readonly listen: (heard: (message: unknown) => void) => void
  /** Resolves when the page or its process is gone, for whatever reason. */
  readonly gone: Promise<void>
  /** Ends page and process; resolves when both are gone. */
  readonly close: () => Promise<void>
  /** Whether the page's process was seen to be shut in by the browser. */
  readonly confinement: SelfTestRow
}

/** Where pages come from. Throws AppError('sandbox') saying what to install when there is none to be had. */
export type PageSource = () => Promise<PageLine>
