/**
 * The main process's end: keeps the workbench process up, makes the processes that compute for it, does what only a desktop can.
 * Knows no Electron: how a process is made and what a port is are arguments.
 * Not here: windows (window.ts), what the workbench does (workbench-line.ts).
 */
import * as v from 'valibot'
import { messageOf } from '../../contract/errors.ts'
import type { Picked } from '../../contract/workbench.ts'
import type { Desk } from '../desk.ts'
import { endingOf } from '../trainer-child.ts'
import { FromWorkbench } from './messages.ts'
import type { Activity, Ask, ChildKind, ToWorkbench } from './messages.ts'

export type Child<Port> = {
  readonly postMessage: (message: unknown, ports?: readonly Port[]) => void
  readonly kill: () => void
  readonly onMessage: (heard: (message: unknown) => void) => void
  readonly onOutput: (heard: (text: string) => void) => void
  readonly onExit: (heard: (code: number) => void) => void
}

export type KeeperOptions<Port> = {
  readonly fork: (what: 'workbench' | ChildKind) => Child<Port>
  readonly desk: Desk
  readonly open: ToWorkbench & { readonly type: 'open' }
  readonly onReady: () => void
  readonly onActivity: (activity: Activity) => void
  /** It ended by itself. restarts: whether it is being started again. */
  readonly onGone: (why: string, restarts: boolean) => void
  readonly output: (text: string) => void
  readonly now: () => number
}

const MAX_RESTARTS = 3
const WINDOW_MS = 10 * 60_000
const NAMES: Readonly<Record<ChildKind, string>> = { trainer: 'the trainer', errand: 'its process' }
const IDLE: Activity = { training: 0, share: null }

export class Keeper<Port> {
  readonly #options: KeeperOptions<Port>
  readonly #children = new Map<number, Child<Port>>()
  readonly #grants = new Map<number, PromiseWithResolvers<Picked>>()
  #workbench: Child<Port> | null = null
  #closing: PromiseWithResolvers<void> | null = null
  #ends: number[] = []
  #why = ''
  #lastGrant = 0

  constructor(options: KeeperOptions<Port>) {
    this.#options = options
  }

  start(): void {
    const child = this.#options.fork('workbench')
    this.#workbench = child
    this.#why = ''
    child.onMessage((message) => this.#heard(message))
    child.onOutput(this.#options.output)
    child.onExit((code) => this.#ended(code))
    child.postMessage(this.#options.open)
  }

  /** False: there is no workbench to connect to. */
  connect(port: Port): boolean {
    if (this.#workbench === null) return false
    this.#workbench.postMessage({ type: 'connect' } satisfies ToWorkbench, [port])
    return true
  }

  /** The handle of a path that the user dropped. */
  grant(path: string): Promise<Picked> {
    this.#lastGrant += 1
    const waiting = Promise.withResolvers<Picked>()
    this.#grants.set(this.#lastGrant, waiting)
    this.#tell({ type: 'grant', id: this.#lastGrant, path })
    return waiting.promise
  }

  /** Saves and stops what runs, then ends the workbench. */
  async close(): Promise<void> {
    if (this.#workbench === null) return
    this.#closing ??= Promise.withResolvers<void>()
    this.#tell({ type: 'close' })
    await this.#closing.promise
  }

  #tell(message: ToWorkbench): void {
    this.#workbench?.postMessage(message)
  }

  #heard(given: unknown): void {
    const parsed = v.safeParse(FromWorkbench, given)
    if (!parsed.success) return this.#options.output('a message was not understood\n')
    const message = parsed.output
    if (message.type === 'ready') this.#options.onReady()
    else if (message.type === 'failed') this.#why = message.message
    else if (message.type === 'ask') void this.#answer(message.id, message.ask)
    else if (message.type === 'granted') this.#granted(message)
    else if (message.type === 'activity') this.#options.onActivity(message.activity)
    else if (message.type !== 'closed') this.#orderChild(message)
  }

  #orderChild(message: FromWorkbench & { readonly type: 'launch' | 'tell' | 'kill' }): void {
    const child = this.#children.get(message.id)
    if (message.type === 'launch') this.#launch(message.id, message.what)
    else if (message.type === 'tell') child?.postMessage(message.message)
    else child?.kill()
  }

  async #answer(id: number, ask: Ask): Promise<void> {
    try {
      this.#tell({ type: 'answer', id, value: await answerOf(ask, this.#options.desk) })
    } catch (cause) {
      this.#tell({ type: 'refusal', id, message: messageOf(cause) })
    }
  }

  #granted({ id, handle, label }: FromWorkbench & { readonly type: 'granted' }): void {
    this.#grants.get(id)?.resolve({ handle, label })
    this.#grants.delete(id)
  }

  #launch(id: number, what: ChildKind): void {
    const child = this.#options.fork(what)
    this.#children.set(id, child)
    const owner = this.#workbench
    // A child of an earlier workbench has nobody to talk to: it was told to save and stop.
    const tell = (message: ToWorkbench): void => {
      if (this.#workbench === owner) owner?.postMessage(message)
    }
    child.onMessage((message) => tell({ type: 'said', id, message }))
    child.onOutput((text) => tell({ type: 'output', id, text }))
    child.onExit((code) => {
      if (this.#children.get(id) === child) this.#children.delete(id)
      tell({ type: 'ended', id, how: endingOf(NAMES[what], code, null) })
    })
  }

  #ended(code: number): void {
    const { now, onGone, onActivity } = this.#options
    this.#workbench = null
    for (const child of this.#children.values()) child.postMessage({ type: 'stop' })
    this.#children.clear()
    for (const waiting of this.#grants.values()) waiting.reject(new Error('the host has ended'))
    this.#grants.clear()
    onActivity(IDLE)
    if (this.#closing !== null) return this.#closing.resolve()
    this.#ends = [...this.#ends, now()].filter((at) => at > now() - WINDOW_MS)
    const why = this.#why === '' ? `the host ended with exit status ${code}` : this.#why
    const restarts = this.#why === '' && this.#ends.length <= MAX_RESTARTS
    if (restarts) this.start()
    onGone(why, restarts)
  }
}

async function answerOf(ask: Ask, desk: Desk): Promise<unknown> {
  if (ask.name === 'pick') return await desk.pick(ask.purpose, ask.suggested)
  if (ask.name === 'reveal') return await desk.reveal(ask.path)
  if (ask.name === 'openLink') return await desk.openLink(ask.url)
  if (ask.name === 'notify') return desk.notify(ask.title, ask.body)
  return await desk.acceptNoIsolation()
}
