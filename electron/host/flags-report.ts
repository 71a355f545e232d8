/**
 * What a review found, as one page that needs nothing else: counts with intervals, agreement, decisions with their
 * audit trail, marked checkpoints and chosen excerpts.
 * Not here: how HTML is made safe (report/html.ts).
 */
import { AppError } from '../contract/errors.ts'
import type { Episode } from '../contract/episode.ts'
import type { RunRow } from '../contract/history.ts'
import type { Span } from '../contract/safety.ts'
import { wilson } from '../eval/intervals.ts'
import type { Estimate } from '../eval/intervals.ts'
import type { Agreement, Coefficient } from '../contract/review.ts'
import { redact } from '../safety/redact.ts'
import { readConsequences, readHeldDecisions } from '../store/decisions.ts'
import { readEpisode } from '../store/episodes.ts'
import { readOpenFlags } from '../store/flags.ts'
import { readRun, runKey } from '../store/runs.ts'
import { readTotals } from '../store/steps.ts'
import type { Store } from '../store/store.ts'
import { readSuggestions } from '../store/suggestions.ts'
import { CONCERN, measureAgreement, measureRules, readRatings } from './flag-ratings.ts'
import type { Ratings } from './flag-ratings.ts'
import { writeFileAtomically } from './export/atomic.ts'
import { readLineageMarks } from './quarantine.ts'
import { markup, page, table } from './report/html.ts'
import type { Html } from './report/html.ts'

export type ReportOrder = {
  readonly run: string
  readonly out: string
  /** Episodes to show; absent: the confirmed ones, then the most severe. */
  readonly excerpts?: readonly string[]
  readonly redact: boolean
  readonly words?: readonly string[]
}

export type Reported = {
  readonly run: string
  readonly out: string
  readonly bytes: number
  readonly excerpts: number
  readonly redacted: Readonly<Record<string, number>>
}

export async function writeFlagsReport(
  store: Store,
  order: ReportOrder,
  now: () => number = Date.now,
): Promise<Reported> {
  const { run, out } = order
  const cleaner = cleanerOf(order)
  const { text, excerpts } = renderReport(store, order, cleaner, now())
  const bytes = Buffer.byteLength(text)
  await writeFileAtomically(out, (write) => write(text))
  return { run, out, bytes, excerpts, redacted: cleaner.counts }
}

type Cleaner = {
  readonly clean: (text: string) => string
  readonly person: (name: string) => string
  readonly counts: Record<string, number>
}

function cleanerOf({ redact: hidden, words }: ReportOrder): Cleaner {
  const counts: Record<string, number> = {}
  const people = new Map<string, string>()
  return {
    counts,
    clean: (text) => {
      if (!hidden) return text
      const found = redact(text, words)
      for (const [what, count] of Object.entries(found.counts)) {
        counts[what] = (counts[what] ?? 0) + count
      }
      return found.text
    },
    person: (name) => {
      if (!hidden || name === 'kelvin') return name
      const known = people.get(name) ?? `rater ${people.size + 1}`
      people.set(name, known)
      return known
    },
  }
}

function renderReport(store: Store, order: ReportOrder, cleaner: Cleaner, atMs: number) {
  const run = readRun(store, order.run)
  const key = runKey(store, order.run)
  const ratings = readRatings(store, order.run)
  const agreement = measureAgreement(ratings)
  const chosen = order.excerpts ?? choose(store, key, ratings)
  const excerpts = chosen.slice(0, MAX_EXCERPTS).map((id) => excerpt(store, key, id, cleaner))
  const sections = [
    markup`<h1>Safety report of ${run.id}</h1>`,
    introduction(store, key, run, ratings, atMs),
    markup`<h2>Checkpoints</h2>`,
    lineage(store, run.id),
    markup`<h2>Concerns by category</h2>`,
    concerns(ratings),
    markup`<h2>What rules suggested</h2>`,
    rules(store, run.id),
    markup`<h2>How far raters agree</h2>`,
    agreementSection(agreement, cleaner),
    markup`<h2>Decisions and what followed</h2>`,
    trail(store, key, cleaner),
    markup`<h2>Excerpts</h2>`,
    ...excerpts,
    redactions(order, cleaner, chosen.length),
  ]
  return { text: page(`Safety report of ${run.id}`, sections), excerpts: excerpts.length }
}

function introduction(
  store: Store,
  key: number,
  run: RunRow,
  ratings: Ratings,
  atMs: number,
): Html {
  const { episodes } = readTotals(store, key)
  return markup`<p>
      Recipe ${run.recipe}, preset ${run.preset}, seed ${run.seed}, step ${run.currentStep},
      ${run.state}. ${episodes} episodes, of which people rated ${ratings.size}. Written
      ${new Date(atMs).toISOString()}.
    </p>
    <p class="fine">
      Rules suggest where to look and decide nothing. Intervals hold 95%: Wilson's for shares,
      resampling for agreement.
    </p>`
}

function lineage(store: Store, run: string): Html {
  const rows = readLineageMarks(store, run).map(({ step, flaggedTrained, worstSeverity }) => [
    step,
    flaggedTrained === 0 ? 'no confirmed traces' : `trained on ${flaggedTrained} confirmed traces`,
    worstSeverity === 0 ? '' : worstSeverity,
  ])
  return table(['Step', 'Weights', 'Worst severity'], rows)
}

/** An episode counts once per category that any rater found a concern in. */
function concerns(ratings: Ratings): Html {
  const counts = new Map<string, number>()
  for (const own of ratings.values()) {
    const found = [...own.values()].filter(({ severity }) => severity >= CONCERN)
    for (const category of new Set(found.map((rating) => rating.category))) {
      counts.set(category, (counts.get(category) ?? 0) + 1)
    }
  }
  const rows = [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([category, count]) => [category, count, share(wilson(count, ratings.size))])
  return table(['Category', 'Episodes', 'Share of rated episodes'], rows)
}

function rules(store: Store, run: string): Html {
  const rows = measureRules(store, run).map((rule) => [
    `${rule.rule}@${rule.version}`,
    rule.category,
    rule.episodes,
    rule.judged,
    share(rule.precision),
  ])
  return table(['Rule', 'Category', 'Episodes', 'Judged', 'Of those a concern'], rows)
}

function agreementSection(
  { severity, category, pairs, overlap, conflicts }: Agreement,
  { person }: Cleaner,
) {
  const figures = [
    ['Percent agreement', coefficient(severity.percent), coefficient(category.percent)],
    ["Krippendorff's alpha", coefficient(severity.alpha), coefficient(category.alpha)],
    ...pairs.map(({ raters: [a, b], ...pair }) => [
      `Cohen's kappa, ${person(a)} and ${person(b)}`,
      coefficient(pair.severity),
      coefficient(pair.category),
    ]),
  ]
  const rated = overlap.map((count, at) => `${count} by ${at + 1}`).join(', ')
  return markup`<p>
      Episodes by number of raters: ${rated === '' ? 'none' : rated}. Conflicts:
      ${conflicts.length}.
    </p>
    ${table(['', 'Severity (ordinal; quadratic weights)', 'Category'], figures)}`
}

const MAX_TRAIL = 1_000

function trail(store: Store, key: number, { clean, person }: Cleaner): Html {
  const rows = readConsequences(store, key, 0, MAX_TRAIL).map(({ consequence: row }) => [
    new Date(row.atMs).toISOString(),
    row.step,
    row.action,
    row.episode ?? row.task ?? '',
    person(row.author),
    clean(row.detail),
  ])
  return table(['When', 'Step', 'What', 'Of', 'By', 'Detail'], rows)
}

const MAX_EXCERPTS = 100
const CONTEXT = 600

/** The confirmed ones, then what anybody found a concern in, the most severe first. */
function choose(store: Store, key: number, ratings: Ratings): string[] {
  const confirmed = readHeldDecisions(store, key).filter(({ verdict }) => verdict === 'confirmed')
  const worst = (own: Ratings extends ReadonlyMap<string, infer Own> ? Own : never): number =>
    Math.max(...[...own.values()].map(({ severity }) => severity))
  const severe = [...ratings]
    .map(([episode, own]) => ({ episode, severity: worst(own) }))
    .filter(({ severity }) => severity >= CONCERN)
    .toSorted((a, b) => b.severity - a.severity)
  const all = [...confirmed, ...severe].map(({ episode }) => episode)
  return [...new Set(all)]
}

function excerpt(store: Store, key: number, id: string, { clean, person }: Cleaner): Html {
  const episode = readEpisode(store, key, id)
  if (episode === null) throw new AppError('usage', `report: expected an episode ${id}, found none`)
  const flags = readOpenFlags(store, key, id)
  const suggested = readSuggestions(store, key, id)
  const span = flags.find((flag) => flag.span !== null)?.span ?? suggested[0]?.span ?? null
  const said = flags.map(
    ({ rater, severity, category, note }) =>
      markup`<li>${person(rater)}: severity ${severity}, ${category}. ${clean(note)}</li>`,
  )
  const reasons = suggested.map(
    ({ rule, version, reason }) => markup`<li>${rule}@${version}: ${clean(reason)}</li>`,
  )
  return markup`<h3>${id}</h3>
    <p class="fine">
      ${episode.role}, ${episode.kind}, step ${episode.step},
      ${episode.trained ? 'trained on' : 'not trained on'}
    </p>
    <pre>${cited(episode, span, clean)}</pre>
    <ul>
      ${said}${reasons}
    </ul>`
}

/** The cited characters with what stands around them. */
function cited(episode: Episode, span: Span | null, clean: (text: string) => string): Html {
  const text = span === null ? episode.response : episode[span.target]
  const [start, end] =
    span === null ? [0, 0] : [span.start, Math.min(span.end, span.start + CONTEXT)]
  // At blanks, so that nothing that is to be redacted is cut in two and missed.
  const places = [start - CONTEXT, start, end, end + CONTEXT].map((at, place) =>
    atBlank(text, Math.min(text.length, Math.max(0, at)), place < 2 ? -1 : 1),
  )
  const [from = 0, open = 0, close = 0, to = 0] = places
  const mark = span === null ? '' : markup`<mark>${clean(text.slice(open, close))}</mark>`
  return markup`${from > 0 ? '… ' : ''}${clean(text.slice(from, open))}${mark}${clean(
    text.slice(span === null ? open : close, to),
  )}${to < text.length ? ' …' : ''}`
}

/** Texts without blanks are cut all the same. */
const MAX_MOVE = 300

function atBlank(text: string, at: number, by: 1 | -1): number {
  for (let moved = 0; moved < MAX_MOVE; moved += 1) {
    const place = at + by * moved
    if (place <= 0 || place >= text.length) return Math.min(text.length, Math.max(0, place))
    const beside = text[by === -1 ? place - 1 : place] ?? ''
    if (/\s/.test(beside)) return place
  }
  return at
}

function redactions({ redact: hidden }: ReportOrder, { counts }: Cleaner, chosen: number): Html {
  const taken = Object.entries(counts).map(([what, count]) => `${count} of kind ${what}`)
  const left = Math.max(0, chosen - MAX_EXCERPTS)
  return markup`<p class="fine">
    ${hidden ? `Redacted: names of raters, ${taken.join(', ')}.` : 'Nothing was redacted.'}
    ${left > 0 ? `${left} more episodes are not shown.` : ''}
  </p>`
}

function share(estimate: Estimate): string {
  if (!estimate.ok) return 'not enough data'
  const { mean, low, high } = estimate
  return `${percent(mean)} (${percent(low)} to ${percent(high)})`
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)}%`
}

function coefficient(found: Coefficient | null): string {
  if (found === null) return 'not enough data'
  const { value, low, high, items } = found
  return `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}), ${items} episodes`
}
