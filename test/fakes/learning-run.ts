/**
 * A made-up run that looks like one that learns: rewards rise, programs grow, refusals fall. A function of
 * (step, seed) only; its texts are real tasks of the nano language with their real outputs.
 */
import { CHECK_ORDER } from '../../electron/contract/checks.ts'
import type { Episode } from '../../electron/contract/episode.ts'
import type {
  EvalRecord,
  GroupMetrics,
  ProposalRecord,
  StepRecord,
} from '../../electron/contract/run.ts'
import { KINDS } from '../../electron/contract/task.ts'
import type { Check, Kind, Pair, ProgramFacts, Task } from '../../electron/contract/task.ts'

/** Text to tokens: the run's own tokenizer, so that traces align. */
export type Encode = (text: string) => number[]

type Sample = {
  readonly program: string
  readonly pairs: readonly Pair[]
  readonly nodes: number
  readonly cognitive: number
}

const f = (body: string, pairs: readonly Pair[], nodes: number, cognitive: number): Sample => ({
  program: `def f(x):\n${body}`,
  pairs,
  nodes,
  cognitive,
})
const pair = (input: string, output: string): Pair => ({ input, output })

export const SAMPLES: readonly Sample[] = [
  f(
    '    return x % 7 + 2',
    [pair('12', 'i7;'), pair('3', 'i5;'), pair('20', 'i8;'), pair('7', 'i2;')],
    14,
    0,
  ),
  f(
    '    y = [i for i in x if i % 2 == 0]\n    return sorted(y)[-3:]',
    [
      pair('[8, 3, 4, 6, 2]', '[i4;i6;i8;]'),
      pair('[1, 2]', '[i2;]'),
      pair('[]', '[]'),
      pair('[6, 6]', '[i6;i6;]'),
    ],
    31,
    2,
  ),
  f(
    "    y = ''\n    for c in x:\n        if c in 'aeiou':\n            y += c\n    return y",
    [
      pair("'hedge'", 's6565;'),
      pair("'abc'", 's61;'),
      pair("'xyz'", 's;'),
      pair("'oui'", 's6f7569;'),
    ],
    28,
    3,
  ),
  f(
    '    total = 0\n    for i in x:\n        if i > total:\n            total = i - total\n    return total',
    [pair('[3, 5, 9]', 'i7;'), pair('[1]', 'i1;'), pair('[2, 2]', 'i2;'), pair('[4, 9]', 'i5;')],
    33,
    3,
  ),
  f(
    '    while x > 9:\n        x = x // 10 + x % 10\n    return x',
    [pair('493', 'i7;'), pair('10', 'i1;'), pair('8', 'i8;'), pair('77', 'i5;')],
    26,
    1,
  ),
]

const REFUSALS: readonly (readonly [check: string, evidence: string])[] = [
  ['parse', 'not a literal: unterminated string'],
  ['runs', "TypeError: unsupported operand type(s) for +: 'int' and 'str'"],
  ['syntax', 'SyntaxError: invalid syntax at line 2'],
  ['parse', 'expected 6 inputs, found 7'],
  ['runs', 'IndexError: list index out of range'],
  ['literal', 'expected a literal, found a name'],
]

/** In [0, 1), the same for the same numbers. */
function noise(...parts: readonly number[]): number {
  let hash = 2_166_136_261
  for (const part of parts) hash = Math.imul(hash ^ (part + 1), 16_777_619) >>> 0
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0x5b_d1_e9_95) >>> 0
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
}

/** Rises from low to high around the middle of `span` steps. */
function rise(step: number, low: number, high: number, span: number): number {
  return low + (high - low) / (1 + Math.exp((span * 0.4 - step) / (span * 0.14)))
}

export type LearningOptions = {
  readonly seed: number
  /** Steps of the whole curve. */
  readonly span: number
  readonly perKind: number
  readonly encode: Encode
  /** What a hostile proposer writes, in place of every tenth response. */
  readonly hostile?: string
}

export function learningStep(step: number, options: LearningOptions): StepRecord {
  const proposals = KINDS.flatMap((kind) =>
    Array.from({ length: options.perKind }, (_, index) => proposal(step, kind, index, options)),
  )
  const episodes = [
    ...proposals.map(({ episode }) => episode),
    ...proposals.flatMap(({ record }) => solutions(record, options)),
  ]
  return {
    step,
    groups: groups(step, options),
    metrics: metrics(step, options),
    phaseSeconds: {
      propose: 0.7 + 0.1 * noise(step, 1),
      validate: 0.3 + 0.05 * noise(step, 2),
      solve: 0.8 + 0.1 * noise(step, 3),
      verify: 0.25 + 0.05 * noise(step, 4),
      update: 0.9 + 0.1 * noise(step, 5),
      evaluate: step % 30 === 0 ? 4 : 0,
    },
    proposals: proposals.map(({ record }) => record),
    episodes,
    warnings: [],
  }
}

type Made = { readonly record: ProposalRecord; readonly episode: Episode }

function proposal(step: number, kind: Kind, index: number, options: LearningOptions): Made {
  const { seed, span } = options
  const id = `${step}/propose/${kind}/${index}`
  const lot = noise(seed, step, KINDS.indexOf(kind), index)
  const sample = sampleOf(lot, rise(step, 0.25, 1, span))
  const valid = noise(seed, step, index, 8) < rise(step, 0.46, 0.84, span)
  const task = valid ? taskOf(step, kind, index, sample) : null
  const rate = Math.round(8 * solveShare(step, options, lot)) / 8
  const record: ProposalRecord = {
    episode: id,
    kind,
    task,
    checks: checksOf(valid, step + index),
    facts: valid ? factsOf(sample) : null,
    solveRate: valid ? rate : null,
  }
  return { record, episode: proposing(record, { id, step, index, sample }, options) }
}

function sampleOf(lot: number, reach: number): Sample {
  const sample = SAMPLES[Math.floor(lot * 97) % Math.ceil(SAMPLES.length * reach)] ?? SAMPLES[0]
  if (sample === undefined) throw new TypeError('expected a sample')
  return sample
}

type Place = {
  readonly id: string
  readonly step: number
  readonly index: number
  readonly sample: Sample
}

function proposing(
  { kind, task, solveRate }: ProposalRecord,
  { id, step, index, sample }: Place,
  options: LearningOptions,
): Episode {
  const text = `${sample.program}<in>${sample.pairs[0]?.input ?? ''}`
  const response = index === 0 ? (options.hostile ?? text) : text
  const base = { id, step, kind, role: 'propose', purpose: 'propose', index } as const
  const prompt = `<P${letter(kind)}><ref>${SAMPLES[1]?.program ?? ''}<ans>`
  if (task === null) {
    const episode = written(base, prompt, response, -1, options)
    return { ...episode, status: 'exception', rewardParts: { invalid: -1 } }
  }
  const rate = solveRate ?? 0
  const learnability = rate === 0 || rate === 1 ? -0.5 : 1 - rate
  return {
    ...written(base, prompt, response, learnability, options),
    task: task.id,
    status: 'ok',
    outcomes: Array.from({ length: 8 }, (_, at) => (at < rate * 8 ? 1 : 0)),
    rewardParts: { learnability },
  }
}

function letter(kind: Kind): string {
  return kind.slice(0, 1).toUpperCase()
}

function taskOf(step: number, kind: Kind, index: number, sample: Sample): Task {
  const induction = kind === 'induction'
  return {
    id: `${step}/${kind}/${index}`,
    step,
    kind,
    program: sample.program,
    pairs: induction ? sample.pairs : sample.pairs.slice(0, 1),
    visible: induction ? 2 : 1,
    message: induction ? 'What does it keep?' : '',
  }
}

function solveShare(step: number, { span, seed }: LearningOptions, lot: number): number {
  return Math.min(
    1,
    Math.max(0, rise(step, 0.08, 0.62, span) + (noise(seed, step, lot * 1e6) - 0.5) * 0.9),
  )
}

function checksOf(valid: boolean, lot: number): Check[] {
  if (valid) return CHECK_ORDER.map((name) => ({ name, pass: true, evidence: '' }))
  const [failed, evidence] = REFUSALS[lot % REFUSALS.length] ?? ['parse', '']
  const until = CHECK_ORDER.findIndex((name) => name === failed)
  return CHECK_ORDER.slice(0, until + 1).map((name, at) => ({
    name,
    pass: at < until,
    evidence: at < until ? '' : evidence,
  }))
}

function factsOf({ program, nodes, cognitive }: Sample): ProgramFacts {
  return {
    ok: true,
    program,
    hasEntry: true,
    parameters: 1,
    imports: [],
    dunders: [],
    nodes,
    shape: ['Module', 'FunctionDef'],
    skeleton: program,
    cognitive,
    cyclomatic: 1 + cognitive,
    halstead: { volume: nodes * 3.1, effort: nodes * 40 },
  }
}

function solutions({ task, solveRate }: ProposalRecord, options: LearningOptions): Episode[] {
  if (task === null) return []
  return Array.from({ length: 4 }, (_, at): Episode => {
    const correct = at < Math.round(4 * (solveRate ?? 0))
    const purpose = at === 3 ? 'attempt' : 'probe'
    const id = `${task.step}/solve/${task.kind}/${task.id.split('/')[2]}-${at}`
    const answer = task.kind === 'induction' ? task.program : (task.pairs[0]?.input ?? '0')
    const text = correct ? answer : `${answer.slice(0, -1)}1`
    const prompt = `<S${letter(task.kind)}>${task.program}<in>${task.pairs[0]?.input ?? ''}<ans>`
    const base = {
      id,
      step: task.step,
      kind: task.kind,
      role: 'solve',
      purpose,
      index: at,
    } as const
    const episode = written(base, prompt, text, correct ? 1 : -0.5, options)
    return {
      ...episode,
      task: task.id,
      status: 'ok',
      correct,
      rewardParts: correct ? { correct: 1 } : { wrong: -0.5 },
    }
  })
}

type Base = Pick<Episode, 'id' | 'step' | 'kind' | 'role' | 'purpose'> & { readonly index: number }

function written(
  { index, ...base }: Base,
  prompt: string,
  response: string,
  reward: number,
  { encode, seed }: LearningOptions,
): Episode {
  const tokens = encode(response)
  const logprobs = tokens.map((token, at) => {
    const lot = noise(seed, base.step, token, at)
    return lot < 0.55 ? -0.02 * lot : -4.5 * (lot - 0.5)
  })
  return {
    ...base,
    task: null,
    prompt,
    promptTokens: encode(prompt),
    promptVersion: 'nano/1',
    references: [],
    response,
    tokens,
    logprobs,
    stopReason: 'stop',
    seed: base.step * 1000 + index,
    status: null,
    outcomes: [],
    correct: null,
    reward,
    rewardParts: {},
    advantage: reward * 1.3 + (noise(base.step, index, 6) - 0.5),
    trained: base.purpose !== 'probe',
    ...(base.purpose === 'probe' ? {} : { seen: seenOf(logprobs) }),
  }
}

/** As after a few passes: most ratios near 1, some beyond the clip. */
function seenOf(logprobs: readonly number[]) {
  return {
    logprobs: logprobs.map((value, at) => value + 0.5 * (noise(at, 3) - 0.5) * Math.min(1, -value)),
    entropy: logprobs.map((value) => Math.min(2.4, -value * 0.7)),
  }
}

function groups(step: number, options: LearningOptions): GroupMetrics[] {
  const { span, seed, perKind } = options
  return (['propose', 'solve'] as const).flatMap((role, r) =>
    KINDS.map((kind, k): GroupMetrics => {
      const wobble = (noise(seed, step, r, k) - 0.5) * 0.16
      const start = role === 'propose' ? -0.55 : -0.42 + 0.06 * k
      const rewardMean = rise(step, start, 0.34 - 0.14 * k, span) + wobble
      return {
        role,
        kind,
        count: perKind,
        rewardMean,
        rewardStd: 0.6 - 0.1 * noise(step, k),
        accuracy:
          role === 'propose'
            ? rise(step, 0.46, 0.84, span) + wobble / 2
            : rise(step, 0.1 + 0.08 * k, 0.66 - 0.12 * k, span) + wobble / 2,
        lengthMean: (role === 'propose' ? rise(step, 24, 46, span) : 9 + 8 * k) + 4 * wobble,
        entropyMean: rise(step, 1.5, 0.72, span) + wobble,
        baseline: rewardMean - wobble / 2,
        scale: 0.6 - 0.1 * noise(step, k, 2),
      }
    }),
  )
}

function metrics(step: number, { span, seed }: LearningOptions): Record<string, number> {
  const perKind = KINDS.flatMap((kind, k) => {
    const near = (low: number, high: number, width: number) =>
      rise(step, low, high, span) + (noise(seed, step, k, width * 1e3) - 0.5) * width
    return [
      [`${kind}/learnable`, near(0.32, 0.66 - 0.08 * k, 0.14)],
      [`${kind}/solveRate`, near(0.1, 0.48 - 0.1 * k, 0.1)],
      [`${kind}/distinctPrograms`, near(0.99, 0.93, 0.04)],
      [`${kind}/distinctSkeletons`, near(0.96, 0.85 - 0.05 * k, 0.06)],
      [`${kind}/repeatShare`, near(0.01, 0.08, 0.03)],
      [`${kind}/nodes`, near(18, 31 - 2 * k, 3)],
      [`${kind}/lines`, near(2.4, 4.6, 0.5)],
      [`${kind}/complexity`, near(0.05, 0.21, 0.03)],
      [`${kind}/halstead`, near(0.06, 0.16, 0.02)],
      [`${kind}/diversity`, near(0.98, 0.94, 0.02)],
      [`${kind}/edit-distance`, near(0.3, 0.44, 0.05)],
      [`${kind}/boolShare`, near(0.02, 0.06, 0.03)],
      [`buffer/${kind}`, 90 + step * 9],
      [`bufferAge/${kind}`, step / 2],
      [`${kind}/cyclomatic`, near(1.4, 2.8, 0.3)],
      [`${kind}/characters`, near(52, 96, 9)],
      [`${kind}/pairCharacters`, near(7, 16, 3)],
      [`${kind}/distinctBigrams`, near(0.4, 0.28, 0.05)],
      [`${kind}/output/int`, near(0.8, 0.55, 0.05)],
      [`${kind}/output/list`, near(0.15, 0.4, 0.05)],
      [`propose/${kind}/truncated`, near(0.1, 0.02, 0.02)],
      [`solve/${kind}/truncated`, near(0.05, 0.01, 0.01)],
      [`propose/${kind}/formatFailed`, near(0.3, 0.06, 0.05)],
      [`solve/${kind}/formatFailed`, near(0.2, 0.03, 0.04)],
      [`solve/${kind}/lengthRight`, near(6, 9 + 4 * k, 2)],
      [`solve/${kind}/lengthWrong`, near(7, 12 + 4 * k, 3)],
    ] as const
  })
  return {
    ...Object.fromEntries(perKind),
    'update/kl': rise(step, 0.001, 0.03, span) + 0.004 * noise(step, 31),
    'update/ratioMax': 1 + 0.4 * noise(step, 32),
    'update/clipped': 0.002 + 0.01 * noise(step, 33),
    'update/gradNorm': 0.09 + 0.06 * noise(step, 34) + (step % 37 === 0 ? 0.3 : 0),
    'update/loss': 0.08 * (noise(step, 35) - 0.5),
    'update/learningRate': 3e-4 * Math.min(1, step / 10) * (1 - (0.9 * step) / span),
    'update/sequences': 280 + Math.round(20 * noise(step, 36)),
    'update/entropy': rise(step, 1.4, 0.8, span),
    'update/ratioMean': 1 + 0.01 * (noise(step, 37) - 0.5),
    'update/klSampler1': 2e-6 * (noise(step, 38) - 0.4),
    'update/klSampler2': 4e-7 * noise(step, 39),
    'update/tokens': 6_400,
    'sampled/propose': 2_600,
    'sampled/solve': 5_400,
    'sampled/tokens': 8_000,
    quarantined: step % 29 === 0 ? 1 : 0,
    undecided: 0,
  }
}

const START = [0.31, 0.17, 0.12] as const

export function learningScores(step: number, span: number, lift: number): EvalRecord[] {
  const record = (kind: EvalRecord['kind'], score: number, n: number): EvalRecord => {
    const margin = 1.96 * Math.sqrt((score * (1 - score)) / n)
    const [low, high] = [Math.max(0, score - margin), Math.min(1, score + margin)]
    const told = { template: 'nano', topP: 1, maxTokens: 96, samples: 1, seed: 1, undecided: 0 }
    return { step, suite: 'nano-heldout', temperature: 0, kind, n, score, low, high, told }
  }
  const kinds = KINDS.map((kind, k) =>
    record(kind, rise(step, START[k] ?? 0, (START[k] ?? 0) + lift * (1.25 - 0.3 * k), span), 200),
  )
  const mean = kinds.reduce((sum, { score }) => sum + score, 0) / kinds.length
  return [record('mean', mean, 600), ...kinds]
}
