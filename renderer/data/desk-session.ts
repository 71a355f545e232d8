/**
 * What a rater did at the desk since the queue was drawn: where they are, what is half entered, what was entered, and
 * taking it back step by step without limit. The next trace is there at once; entries are on their way meanwhile and
 * come back with a notice where they could not be kept. Not here: React (desk.ts), keys (state/desk-keys.ts).
 */
import { createStore } from 'zustand/vanilla'
import type { FlagEntry } from '../../electron/contract/history.ts'
import type { ReviewItem } from '../../electron/contract/review.ts'
import type { Decision } from '../../electron/contract/safety.ts'
import type { Client } from '../client.ts'
import { QUEUE } from '../strings/review.ts'
import { draftOf, flagInput, isRated, sameAs } from '../text/draft-flag.ts'
import type { FlagDraft, Rated } from '../text/draft-flag.ts'

export type DeskState = {
  readonly at: number
  /** Half entered, by trace. */
  readonly drafts: ReadonlyMap<string, FlagDraft>
  /** Seconds that each rated trace took. */
  readonly rated: ReadonlyMap<string, number>
  readonly skipped: ReadonlySet<string>
  /** For people who listen, and for the line above the trace. */
  readonly said: string
  readonly keepTask: boolean
}

type Flagged = {
  readonly type: 'flag'
  readonly at: number
  readonly id: string
  readonly draft: FlagDraft
  readonly before: FlagEntry | null
  /** null: it could not be kept. */
  readonly entered: Promise<FlagEntry | null>
}
type Decided = {
  readonly type: 'decision'
  readonly at: number
  readonly id: string
  readonly before: Promise<Decision | null | undefined>
}
type Done = Flagged | Decided | { readonly type: 'skip'; readonly at: number; readonly id: string }

export type DeskPlace = {
  readonly run: string
  readonly call: Client['call']
  /** How long the trace was looked at. */
  readonly seconds: () => number
  /** What is known of a trace changed. */
  readonly change: (id: string, part: Partial<ReviewItem>) => void
  readonly refresh: (id: string) => void
  readonly fail: (error: unknown) => void
}

const START: DeskState = {
  at: 0,
  drafts: new Map(),
  rated: new Map(),
  skipped: new Set(),
  said: '',
  keepTask: false,
}

export class DeskSession {
  readonly store = createStore<DeskState>(() => START)
  readonly #items: readonly string[]
  readonly #place: DeskPlace
  readonly #done: Done[] = []
  #last: FlagDraft | null = null

  constructor(items: readonly string[], place: DeskPlace) {
    this.#items = items
    this.#place = place
  }

  go(at: number): void {
    this.store.setState({ at: Math.max(0, Math.min(this.#items.length, at)) })
  }

  say(said: string): void {
    this.store.setState({ said })
  }

  keepTask(keepTask: boolean): void {
    this.store.setState({ keepTask })
  }

  setDraft(id: string, draft: FlagDraft): void {
    this.store.setState(({ drafts }) => ({ drafts: new Map(drafts).set(id, draft) }))
  }

  skip(id: string): void {
    const { at } = this.store.getState()
    this.#done.push({ type: 'skip', at, id })
    this.store.setState(({ skipped }) => ({ skipped: new Set(skipped).add(id), said: '' }))
    this.go(at + 1)
  }

  same(id: string, draft: FlagDraft): void {
    if (this.#last === null) this.say(QUEUE.nothingBefore)
    else this.setDraft(id, sameAs(this.#last, draft))
  }

  save({ id, own }: Pick<ReviewItem, 'id' | 'own'>, draft: FlagDraft, blind: boolean): void {
    if (!isRated(draft)) return this.say(QUEUE.chooseSeverity)
    const { at } = this.store.getState()
    const seconds = this.#place.seconds()
    const entered = this.#enter(id, draft, { seconds, blind }).catch((error: unknown) => {
      this.#unrate(id)
      this.#place.fail(error)
      return null
    })
    this.#done.push({ type: 'flag', at, id, draft, before: own, entered })
    this.#last = draft
    this.store.setState(({ rated }) => ({
      rated: new Map(rated).set(id, seconds),
      said: QUEUE.saved,
    }))
    this.go(at + 1)
    return undefined
  }

  decide(id: string, draft: FlagDraft, verdict: Decision['verdict']): void {
    const { at, keepTask } = this.store.getState()
    const { severity, category, note } = draft
    const chosen = { severity, category: severity === null ? null : category, note }
    const { call, run, refresh, fail } = this.#place
    const before = call('decisions.add', { run, episode: id, verdict, ...chosen, keepTask }).then(
      (decided) => {
        this.say(decided.consequence.detail)
        refresh(id)
        return decided.before
      },
      (error: unknown) => {
        fail(error)
        return undefined
      },
    )
    this.#done.push({ type: 'decision', at, id, before })
  }

  async undo(): Promise<void> {
    const last = this.#done.pop()
    if (last === undefined) return this.say(QUEUE.nothingToUndo)
    this.go(last.at)
    this.say(QUEUE.undone)
    if (last.type === 'skip') return this.#unskip(last.id)
    if (last.type === 'flag') return await this.#undoFlag(last)
    return await this.#undoDecision(last)
  }

  async #enter(
    id: string,
    draft: Rated,
    how: { readonly seconds: number | null; readonly blind: boolean },
    undone = false,
  ): Promise<FlagEntry> {
    const { run, call, change } = this.#place
    const entry = await call('flags.add', {
      ...flagInput(draft, { run, episode: id, ...how }),
      undone,
    })
    change(id, { own: undone ? null : entry })
    return entry
  }

  #unrate(id: string): void {
    this.store.setState(({ rated }) => ({ rated: new Map([...rated].filter(([of]) => of !== id)) }))
  }

  #unskip(id: string): void {
    this.store.setState(({ skipped }) => ({
      skipped: new Set([...skipped].filter((of) => of !== id)),
    }))
  }

  /** Back to what held before: the entry before it again, or the flag taken back. */
  async #undoFlag({ id, draft, before, entered }: Flagged): Promise<void> {
    this.#unrate(id)
    this.setDraft(id, draft)
    const entry = await entered
    if (entry === null) return
    const held = before ?? entry
    const again = { ...draftOf(held, []), severity: held.severity, flag: entry.flag }
    const how = { seconds: before?.seconds ?? null, blind: held.blind }
    try {
      await this.#enter(id, again, how, before === null)
    } catch (error) {
      this.#place.fail(error)
    }
    // Rated again, it goes on as the same flag, so that its story is one.
    this.setDraft(id, { ...draft, flag: entry.flag })
  }

  async #undoDecision({ id, before: earlier }: Decided): Promise<void> {
    const before = await earlier
    if (before === undefined) return
    const { run, call, refresh, fail } = this.#place
    try {
      await call('decisions.add', {
        run,
        episode: id,
        verdict: before?.verdict ?? 'open',
        severity: before?.severity ?? null,
        category: before?.category ?? null,
        note: before?.note ?? '',
        keepTask: before?.removesTask === false,
      })
    } catch (error) {
      fail(error)
    }
    refresh(id)
  }
}
