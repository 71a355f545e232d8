/**
 * The nano prompt set: role, kind and field are one special token each, values are Python's repr.
 * Not here: which tasks are asked about (azr/) and how the model learned the format (nano/stream.ts).
 */
import type { Kind, TaskBody } from '../../contract/task.ts'
import type { PromptPart } from '../../model/chat.ts'
import { parseArguments } from '../../python/literal.ts'
import { argumentsText } from '../../python/repr.ts'
import { shownValue } from '../values.ts'
import type { Answer, Parsed, PromptSet, ProposeOptions, Proposal } from './prompts.ts'

const SOLVE: Readonly<Record<Kind, string>> = {
  deduction: '<SD>',
  abduction: '<SA>',
  induction: '<SI>',
}
const PROPOSE: Readonly<Record<Kind, string>> = {
  deduction: '<PD>',
  abduction: '<PA>',
  induction: '<PI>',
}

const SPECIAL = /<(?:pad|eos|unk|PD|PA|PI|SD|SA|SI|ref|in|out|ans)>/
const HEADER = 'def f(x):\n    '

const mark = (text: string): PromptPart => ({ text, trusted: true })
const plain = (text: string): PromptPart => ({ text, trusted: false })

/** The arguments as repr writes them; as they are when they are no literals. */
function inputText(input: string): string {
  const values = parseArguments(input)
  return values.ok ? argumentsText(values.value) : input
}

const inPart = (input: string): PromptPart[] => [mark('<in>'), plain(input)]
const outPart = (output: string): PromptPart[] => [mark('<out>'), plain(output)]

function referenceOf(task: TaskBody): PromptPart[] {
  const [pair] = task.pairs
  if (pair === undefined) return [mark('<ref>'), plain(task.program)]
  return referenceParts(task.program, inputText(pair.input), shownValue(pair.output))
}

/** Solver prompt over texts as the model sees them; the stream, whose texts are reprs already, calls it too. */
export function solvePrompt(
  kind: Kind,
  program: string,
  pairs: readonly { readonly input: string; readonly output: string }[],
): PromptPart[] {
  const opening = mark(SOLVE[kind])
  const shown = pairs.flatMap(({ input, output }) => {
    if (kind === 'deduction') return inPart(input)
    return kind === 'abduction' ? outPart(output) : [...inPart(input), ...outPart(output)]
  })
  const text = kind === 'induction' ? [] : [plain(program)]
  return [opening, ...text, ...shown, mark('<ans>')]
}

/** Proposer prompt over reference programs with their shown pair, texts as the model sees them. */
export function proposePrompt(kind: Kind, references: readonly PromptPart[]): PromptPart[] {
  return [mark(PROPOSE[kind]), ...references, mark('<ans>')]
}

/** One reference, texts as the model sees them. */
export function referenceParts(program: string, input: string, output: string): PromptPart[] {
  return [mark('<ref>'), plain(program), ...inPart(input), ...outPart(output)]
}

/** What a proposer that proposes just this would answer; the end token is the caller's. */
export function renderProposal(kind: Kind, proposal: Proposal): PromptPart[] {
  if (kind !== 'induction') return [plain(proposal.program), ...proposal.inputs.flatMap(inPart)]
  return proposal.inputs.flatMap((input, at) => (at === 0 ? [plain(input)] : inPart(input)))
}

/** What a solver that knows the task would answer: output, input or program. */
export function renderAnswer(task: TaskBody): PromptPart[] {
  if (task.kind === 'induction') return [plain(task.program)]
  const [pair] = task.pairs
  if (pair === undefined) return []
  return [plain(task.kind === 'deduction' ? shownValue(pair.output) : inputText(pair.input))]
}

/** One run of the program: its input, the values on the way, its output. */
export type Working = {
  readonly input: string
  readonly steps: readonly string[]
  readonly output: string
}

const NEXT = '\n    '

/**
 * What stands before a worked answer, up to the mark that ends it: for deduction the steps on the way (nothing
 * where there are none), for abduction each input tried, with its steps and output.
 */
export function renderThought(kind: Kind, workings: readonly Working[]): PromptPart[] {
  const parts = workings.flatMap(({ input, steps, output }) => {
    if (kind === 'deduction') return steps.length === 0 ? [] : [plain(steps.join(NEXT))]
    return [...inPart([input, ...steps].join(NEXT)), ...outPart(output)]
  })
  return parts.length === 0 ? [] : [...parts, mark('<ans>')]
}

const malformed = (why: string): { ok: false; why: string } => ({ ok: false, why })
const wellFormed = <T>(value: T): Parsed<T> => ({ ok: true, value, formatOk: true })

/** Why the text is no single indented function f(x), or null. */
function programFault(text: string): string | null {
  if (SPECIAL.test(text)) return 'special token inside the program'
  if (!text.startsWith(HEADER)) return 'program does not begin with def f(x):'
  const stray = text
    .split('\n')
    .slice(1)
    .find((line) => !line.startsWith('    '))
  return stray === undefined ? null : `text outside the function: ${JSON.stringify(stray)}`
}

/** Why the text is no single literal, or null. */
function literalFault(text: string): string | null {
  if (SPECIAL.test(text)) return 'special token inside a value'
  if (text !== text.trim()) return 'blanks around a value'
  // As an argument list, so that a bare `1, 2` is two values and not a tuple.
  const values = parseArguments(text)
  if (!values.ok) return `not a literal: ${values.why}`
  return values.value.length === 1 ? null : `expected one value, found ${values.value.length}`
}

function readInputs(texts: readonly string[], wanted: number): string | null {
  if (texts.length !== wanted) return `expected ${wanted} inputs, found ${texts.length}`
  for (const text of texts) {
    const fault = literalFault(text)
    if (fault !== null) return fault
  }
  return null
}

function readProposal(kind: Kind, response: string, options: ProposeOptions): Parsed<Proposal> {
  const pieces = response.split('<in>')
  if (kind === 'induction') {
    const [reference] = options.references
    if (reference === undefined) return malformed('no program was shown')
    const fault = readInputs(pieces, options.inputs)
    if (fault !== null) return malformed(fault)
    return wellFormed({ program: reference.program, inputs: pieces, message: '' })
  }
  const [program = '', ...inputs] = pieces
  const fault = programFault(program) ?? readInputs(inputs, 1)
  return fault === null ? wellFormed({ program, inputs, message: '' }) : malformed(fault)
}

/** The answer stands behind the mark; a response without one is all answer. What stands before it is free. */
function readAnswer(kind: Kind, response: string): Parsed<Answer> {
  const pieces = response.split('<ans>')
  if (pieces.length > 2) return malformed(`expected one answer, found ${pieces.length - 1}`)
  const text = pieces.at(-1) ?? ''
  const fault = kind === 'induction' ? programFault(text) : literalFault(text)
  return fault === null ? wellFormed({ text }) : malformed(fault)
}

export const NANO_PROMPTS: PromptSet = {
  version: 'nano/2',
  prefill: '',
  stopEndsResponse: true,
  propose(kind, options) {
    const [first] = options.references
    if (kind === 'induction') {
      return proposePrompt(kind, first === undefined ? [] : [plain(first.program)])
    }
    return proposePrompt(kind, options.references.flatMap(referenceOf))
  },
  solve(task) {
    const shown = task.kind === 'induction' ? task.pairs.slice(0, task.visible) : task.pairs
    const texts = shown.map(({ input, output }) => ({
      input: inputText(input),
      output: shownValue(output),
    }))
    return solvePrompt(task.kind, task.program, texts)
  },
  readProposal,
  readAnswer,
}
