/**
 * One hidden page with its slots: routes what it says, and loses all slots with it.
 * Not here: where pages come from (line.ts), one slot (slot.ts), believing it (self-test.ts).
 */
import * as v from 'valibot'
import { AppError } from '../../contract/errors.ts'
import type { SelfTestRow } from '../level.ts'
import { FromPage } from './line.ts'
import type { PageLine } from './line.ts'
import { Slot } from './slot.ts'

export class Page {
  readonly #line: PageLine
  readonly #slots = new Map<number, Slot>()
  #probed: PromiseWithResolvers<SelfTestRow[]> | null = null
  #lastSlot = 0
  #alive = true

  constructor(line: PageLine) {
    this.#line = line
    line.listen((message) => this.#hear(message))
    void line.gone.then(() => this.#end())
  }

  get alive(): boolean {
    return this.#alive
  }

  get confinement(): SelfTestRow {
    return this.#line.confinement
  }

  startSlot(hashSeed: number, stripped: boolean): Slot {
    const number = (this.#lastSlot += 1)
    const { post } = this.#line
    const slot = new Slot({
      number,
      post,
      isPageAlive: () => this.#alive,
      killPage: () => void this.close(),
    })
    this.#slots.set(number, slot)
    void slot.ended().then(() => this.#slots.delete(number))
    if (this.#alive) post({ type: 'start', slot: number, hashSeed, stripped })
    else slot.lose('the page is gone')
    return slot
  }

  /** What the policies keep from a worker and from the page. Throws AppError('sandbox') when the page goes first. */
  probe(url: string): Promise<SelfTestRow[]> {
    const probed = Promise.withResolvers<SelfTestRow[]>()
    this.#probed = probed
    if (this.#alive) this.#line.post({ type: 'probe', url })
    else probed.reject(goneError())
    return probed.promise
  }

  async close(): Promise<void> {
    this.#end()
    await this.#line.close()
  }

  #hear(given: unknown): void {
    const parsed = v.safeParse(FromPage, given)
    if (!parsed.success) return void this.close()
    const message = parsed.output
    if (message.type === 'probed') {
      this.#probed?.resolve(message.rows.map(([name, pass, detail]) => ({ name, pass, detail })))
    } else if (message.type !== 'open') {
      this.#slots.get(message.slot)?.hear(message)
    }
  }

  #end(): void {
    if (!this.#alive) return
    this.#alive = false
    this.#probed?.reject(goneError())
    for (const slot of this.#slots.values()) slot.lose('the page is gone')
  }
}

function goneError(): AppError {
  return new AppError('sandbox', 'hidden page: expected an answer, found that it is gone')
}
