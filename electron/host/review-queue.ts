/**
 * Which traces a rater is given, in which order: by filter, by chance, by score, by disagreement. The cost grows with
 * the queue and not with the run, so that a queue over a million episodes is there at once.
 * Not here: what is shown of a trace (review-item.ts), single looks at the history (store/queue.ts).
 */
import type { QueueInput, QueueSource } from '../contract/review.ts'
import { KINDS, ROLES } from '../contract/task.ts'
import { seededRandom } from '../safety/random.ts'
import { pageEpisodes } from '../store/episode-pages.ts'
import { readWorstJudged } from '../store/judgements.ts'
import {
  isRatedBy,
  readCandidate,
  readCandidateAt,
  readEpisodesByRule,
  readStepCounts,
} from '../store/queue.ts'
import type { Candidate, StepCount } from '../store/queue.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { readTopScores } from '../store/suggestions.ts'
import { CONCERN, conflictsOf, readRatings } from './flag-ratings.ts'

type Draw = {
  readonly store: Store
  readonly key: number
  readonly request: QueueInput
}

/** Episodes to look at, without repeats; at most `limit`. */
export function readQueue(store: Store, rater: string, request: QueueInput): string[] {
  const draw: Draw = { store, key: runKey(store, request.run), request }
  const items: string[] = []
  const seen = new Set<string>()
  for (const candidate of SOURCES[request.source](draw)) {
    if (items.length >= request.limit) break
    if (seen.has(candidate.id) || !fits(candidate, request.filter)) continue
    seen.add(candidate.id)
    if (isTaken(draw, candidate.id, rater)) continue
    items.push(candidate.id)
  }
  return items
}

function isTaken({ store, key, request }: Draw, id: string, rater: string): boolean {
  const comesBack = request.source === 'one' || request.source === 'disagreement'
  return request.unrated && !comesBack && isRatedBy(store, key, id, rater)
}

function fits(candidate: Candidate, filter: QueueInput['filter']): boolean {
  const names = ['step', 'role', 'kind', 'purpose', 'task', 'correct', 'status'] as const
  return names.every((name) => filter[name] === undefined || filter[name] === candidate[name])
}

type Source = (draw: Draw) => Iterable<Candidate>

const SOURCES: Readonly<Record<QueueSource, Source>> = {
  newest,
  random,
  stratified,
  suggested: (draw) => {
    const { store, key, request } = draw
    const { rule } = request
    return known(
      draw,
      rule === undefined ? topScores(draw) : readEpisodesByRule(store, key, rule, LOOKS),
    )
  },
  judged: (draw) => known(draw, readWorstJudged(draw.store, draw.key, CONCERN, LOOKS)),
  disagreement: (draw) =>
    known(
      draw,
      conflictsOf(readRatings(draw.store, draw.request.run)).map(({ episode }) => episode),
    ),
  one: (draw) => known(draw, draw.request.episode === undefined ? [] : [draw.request.episode]),
}

/** How many episodes are looked at for one queue, at most: a filter may fit hardly any. */
const LOOKS = 20_000
const PIECE = 500

function* newest({ store, request: { run, filter } }: Draw): Generator<Candidate> {
  let after: { readonly after?: string } = {}
  for (let looked = 0; looked < LOOKS; looked += PIECE) {
    const page = pageEpisodes(store, { run, filter, limit: PIECE, ...after })
    yield* page.rows
    if (page.next === null) return
    after = { after: page.next }
  }
}

function* random({ store, key, request: { filter, seed } }: Draw): Generator<Candidate> {
  const steps = stepsOf(store, key, filter.step)
  const total = steps.at(-1)?.upto ?? 0
  const next = seededRandom(seed)
  for (let looked = 0; looked < Math.min(LOOKS, 20 * total); looked += 1) {
    const at = Math.floor(next() * total)
    const step = stepAt(steps, at)
    const found = readCandidateAt(store, key, step.step, at - step.upto + step.episodes)
    if (found !== null) yield found
  }
}

type Placed = StepCount & {
  /** Episodes up to and with this step. */
  readonly upto: number
}

function stepsOf(store: Store, key: number, step: number | undefined): Placed[] {
  let upto = 0
  return readStepCounts(store, key)
    .filter((row) => step === undefined || row.step === step)
    .map((row) => {
      upto += row.episodes
      return { ...row, upto }
    })
}

function stepAt(steps: readonly Placed[], at: number): Placed {
  let [low, high] = [0, steps.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle]?.upto ?? 0) > at) high = middle
    else low = middle + 1
  }
  return steps[low] ?? { step: 0, episodes: 0, upto: 0 }
}

const TENTHS = 10
/** Places looked at for one episode of a role and kind, which may be rare in a step. */
const TRIES = 60

/** In rounds, one of every stratum each, so that a queue that is cut short is still balanced. */
function* stratified({ store, key, request: { filter, seed, limit } }: Draw): Generator<Candidate> {
  const steps = stepsOf(store, key, filter.step)
  const next = seededRandom(seed)
  const strata = strataOf(steps)
  if (strata.length === 0) return
  for (let round = 0; round < 1 + (4 * limit) / strata.length; round += 1) {
    for (const { within, role, kind } of strata) {
      if (!fitsStratum(filter, role, kind)) continue
      for (let look = 0; look < TRIES; look += 1) {
        const { step, episodes } = within[Math.floor(next() * within.length)] ?? NO_STEP
        const found = readCandidateAt(store, key, step, Math.floor(next() * episodes))
        if (found === null || found.role !== role || found.kind !== kind) continue
        yield found
        break
      }
    }
  }
}

const NO_STEP: StepCount = { step: 0, episodes: 0 }

function strataOf(steps: readonly StepCount[]) {
  const tenths = Array.from({ length: TENTHS }, (_, at) =>
    steps.slice(
      Math.floor((at * steps.length) / TENTHS),
      Math.floor(((at + 1) * steps.length) / TENTHS),
    ),
  ).filter((within) => within.length > 0)
  return tenths.flatMap((within) =>
    ROLES.flatMap((role) => KINDS.map((kind) => ({ within, role, kind }))),
  )
}

function fitsStratum(
  filter: QueueInput['filter'],
  role: Candidate['role'],
  kind: Candidate['kind'],
): boolean {
  return (filter.role ?? role) === role && (filter.kind ?? kind) === kind
}

function* topScores({ store, key }: Draw): Generator<string> {
  let after: { readonly score: number; readonly key: number } | null = null
  for (let looked = 0; looked < LOOKS; looked += PIECE) {
    const piece = readTopScores(store, key, after, PIECE)
    for (const { episode } of piece) yield episode
    after = piece.at(-1) ?? null
    if (after === null) return
  }
}

function* known({ store, key }: Draw, ids: Iterable<string>): Generator<Candidate> {
  for (const id of ids) {
    const found = readCandidate(store, key, id)
    if (found !== null) yield found
  }
}
