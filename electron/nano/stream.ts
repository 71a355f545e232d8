/**
 * The warm-up stream: token sequences of all six types with gold answers, a pure function of (seed, batch index).
 * Not here: packing and weighting them (weights.ts has the numbers), and the grammar.
 */
import type { Kind, Role } from '../contract/task.ts'
import type { PromptPart } from '../model/chat.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import {
  proposePrompt,
  referenceParts,
  renderProposal,
  renderThought,
  solvePrompt,
} from '../selfplay/prompts/nano.ts'
import type { Working } from '../selfplay/prompts/nano.ts'
import { NANO_CODEC } from './codec.ts'
import { execute } from './execute.ts'
import type { TextPair } from './execute.ts'
import { randomInputs } from './grammar/inputs.ts'
import { randomProgram } from './grammar/program.ts'
import { isReserved } from './holdout.ts'
import { between, pick, pickWeighted, seededRandom, weighted } from './random.ts'
import type { Random } from './random.ts'
import { EOS } from './vocabulary.ts'
import { SAMPLE_TYPES, WORKED_SHARE } from './weights.ts'
import type { SampleType } from './weights.ts'

export type Sample = {
  readonly type: SampleType
  /** Prompt, answer and the end token. */
  readonly tokens: readonly number[]
  /** Index of the answer's first token. */
  readonly answerStart: number
  /** Which batch it came from: a stream from the next index on continues after it. */
  readonly batch: number
}

export type StreamOptions = {
  /** Unsigned 32-bit. */
  readonly seed: number
  readonly sandbox: Pick<Sandbox, 'run'>
  /** The first batch index. */
  readonly from?: number
  /** Share of the deduction and abduction answers that are worked step by step first, in [0, 1]. */
  readonly worked?: number
  readonly signal?: AbortSignal
}

/** Programs drawn for one batch; about five in six become samples. */
const BATCH = 256
/** Longer sequences are dropped, so that rows of this length pack all. */
export const MAX_SAMPLE_TOKENS = 128
/** Programs that are constant or the identity on their inputs are kept with this probability. */
const KEEP_TRIVIAL = 0.05

type TypeRow = {
  readonly role: Role
  readonly kind: Kind
  /** Share of the samples; the proposers' is halved. */
  readonly share: number
  /** Pairs that a sample needs; three tell most trivial programs. */
  readonly wanted: number
}

const TYPES: Readonly<Record<SampleType, TypeRow>> = {
  SD: { role: 'solve', kind: 'deduction', share: 28, wanted: 3 },
  SA: { role: 'solve', kind: 'abduction', share: 20, wanted: 3 },
  SI: { role: 'solve', kind: 'induction', share: 22, wanted: 3 },
  PD: { role: 'propose', kind: 'deduction', share: 5, wanted: 3 },
  PA: { role: 'propose', kind: 'abduction', share: 4, wanted: 3 },
  PI: { role: 'propose', kind: 'induction', share: 6, wanted: 6 },
}
const MIXTURE = weighted(SAMPLE_TYPES.map((type) => [TYPES[type].share, type]))
const SPARE_INPUTS = 2
/** Share of the worked abductions that try one wrong input first. */
const WRONG_FIRST = 0.3

type Draw = {
  readonly type: SampleType
  readonly program: string
  readonly inputs: readonly string[]
  readonly wanted: number
  readonly told: boolean
}
type Gold = Draw & { readonly pairs: readonly Working[] }

function draw(random: Random, worked: number): Draw {
  const type = pickWeighted(random, MIXTURE)
  for (;;) {
    const { text, input } = randomProgram(random)
    if (isReserved(text)) continue
    const { role, kind, wanted } = TYPES[type]
    const told = role === 'solve' && kind !== 'induction' && random() < worked
    const inputs = randomInputs(input, wanted + SPARE_INPUTS, random)
    return { type, program: text, inputs, wanted, told }
  }
}

/** Constant or identity, as far as the pairs show. */
export function isTrivial(pairs: readonly TextPair[]): boolean {
  const first = pairs[0]?.output
  return (
    pairs.every(({ output }) => output === first) ||
    pairs.every(({ input, output }) => input === output)
  )
}

const plain = (text: string): PromptPart => ({ text, trusted: false })

function references(golds: readonly Gold[], own: Gold, random: Random): PromptPart[] {
  return Array.from({ length: between(random, 0, 2) }, () => pick(random, golds))
    .filter(({ program }) => program !== own.program)
    .flatMap(({ program, pairs }) => {
      const { input, output } = pick(random, pairs)
      return referenceParts(program, input, output)
    })
}

type Text = { readonly prompt: PromptPart[]; readonly answer: PromptPart[] }

function solverText(kind: Kind, { program, pairs, told }: Gold, random: Random): Text {
  if (kind === 'induction') {
    return { prompt: solvePrompt(kind, program, pairs), answer: [plain(program)] }
  }
  const pair = pick(random, pairs)
  const answer = plain(kind === 'deduction' ? pair.output : pair.input)
  const attempts = told ? attemptsAt(kind, pair, pairs, random) : []
  return {
    prompt: solvePrompt(kind, program, [pair]),
    answer: [...renderThought(kind, attempts), answer],
  }
}

/** The runs that a worked answer shows: of the input asked about, or of inputs until one gives the output. */
function attemptsAt(
  kind: Kind,
  pair: Working,
  pairs: readonly Working[],
  random: Random,
): readonly Working[] {
  if (kind === 'deduction' || random() >= WRONG_FIRST) return [pair]
  const wrong = pairs.find(({ output }) => output !== pair.output)
  return wrong === undefined ? [pair] : [wrong, pair]
}

function proposerText(kind: Kind, gold: Gold, golds: readonly Gold[], random: Random): Text {
  const inputs = gold.pairs.map(({ input }) => input)
  if (kind === 'induction') {
    const proposal = { program: gold.program, inputs, message: '' }
    return {
      prompt: proposePrompt(kind, [plain(gold.program)]),
      answer: renderProposal(kind, proposal),
    }
  }
  const proposal = { program: gold.program, inputs: [pick(random, inputs)], message: '' }
  return {
    prompt: proposePrompt(kind, references(golds, gold, random)),
    answer: renderProposal(kind, proposal),
  }
}

function textOf(gold: Gold, golds: readonly Gold[], random: Random): Text {
  const { role, kind } = TYPES[gold.type]
  return role === 'solve' ? solverText(kind, gold, random) : proposerText(kind, gold, golds, random)
}

function sampleOf(type: SampleType, batch: number, { prompt, answer }: Text): Sample {
  const tokens = NANO_CODEC.encode(prompt)
  const answerStart = tokens.length
  return { type, tokens: [...tokens, ...NANO_CODEC.encode(answer), EOS], answerStart, batch }
}

/** The samples of one batch; the same seed and index give the same samples, whatever was asked before. */
export async function warmupBatch(
  { seed, sandbox, signal, worked = WORKED_SHARE }: StreamOptions,
  batch: number,
): Promise<Sample[]> {
  const random = seededRandom(seed, batch)
  const draws = Array.from({ length: BATCH }, () => draw(random, worked))
  const outcomes = await execute(draws, sandbox, signal)
  const golds = draws.flatMap((drawn, at): Gold[] => {
    const pairs = outcomes[at]
    if (pairs === null || pairs === undefined) return []
    return isTrivial(pairs) && random() >= KEEP_TRIVIAL ? [] : [{ ...drawn, pairs }]
  })
  return golds
    .map((gold) => sampleOf(gold.type, batch, textOf(gold, golds, random)))
    .filter(({ tokens }) => tokens.length <= MAX_SAMPLE_TOKENS)
}

/**
 * Endless samples, batch after batch; the next batch runs in the sandbox while this one is consumed.
 * To continue where a stream stopped, begin at the last sample's batch and skip what was consumed of it.
 */
export async function* warmupStream(options: StreamOptions): AsyncGenerator<Sample, never, void> {
  let index = options.from ?? 0
  let coming = warmupBatch(options, index)
  for (;;) {
    const samples = await coming
    index += 1
    coming = warmupBatch(options, index)
    // Awaited in the next round; a consumer that stops here must not leave an unhandled rejection.
    coming.catch(() => undefined)
    yield* samples
  }
}
