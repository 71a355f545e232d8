/**
 * Messages to prompt parts: by the chat template of a checkpoint (Jinja, run with limits), or plainly for base models.
 * A template is a program of unknown origin: steps, sizes and time are bounded. The clock is not offered, so that
 * prompts are reproducible (templates that ask politely fall back to a fixed date).
 */
import { createContext, Script } from 'node:vm'
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import type { ChatMessage, PromptPart, TextCodec } from './chat.ts'
import type { FolderCodec } from './tokenizer.ts'

/** What we use of the library. Its own declarations do not resolve under Node's module rules (imports without endings). */
type RuntimeValue = { readonly value: unknown }
type Scope = { set(name: string, value: unknown): unknown }
type Runner = {
  run(program: unknown): RuntimeValue
  evaluate(statement: unknown, scope: unknown): RuntimeValue
}
const makeScope: new () => Scope = Environment
const makeRunner: new (scope: Scope) => Runner = Interpreter

const MAX_STEPS = 200_000
const MAX_CHARACTERS = 2 ** 23
const MAX_ITEMS = 100_000
const MAX_MS = 5_000

export type ChatOptions = {
  /** Ends the prompt where the assistant's words begin. */
  readonly addGenerationPrompt: boolean
  /** Further template variables, such as enable_thinking. */
  readonly variables?: Readonly<Record<string, string | number | boolean>>
}

/**
 * The messages as the template writes them. Text of messages never becomes a control token.
 * Throws AppError('checkpoint') where the template is broken, refuses the messages or exceeds its limits.
 */
export function chatParts(
  codec: Pick<FolderCodec, 'chatTemplate' | 'names' | 'specials' | 'opening'>,
  messages: readonly ChatMessage[],
  options: ChatOptions,
): PromptPart[] {
  const { chatTemplate: source, names, specials } = codec
  if (source === null) return baseParts(codec, messages)
  const guard = unusedCharacter([source, ...messages.map(({ content }) => content)])
  const text = renderTemplate(source, {
    ...options.variables,
    messages: messages.map(({ role, content }) => ({
      role,
      content: guardSpecials(content, specials, guard),
    })),
    add_generation_prompt: options.addGenerationPrompt,
    bos_token: names.bos ?? '',
    eos_token: names.eos ?? '',
    pad_token: names.pad ?? '',
    unk_token: names.unk ?? '',
  })
  // Where a message held a control token, the cut goes through its text: neither half is one.
  return text
    .split(guard)
    .filter((piece) => piece !== '')
    .map((piece) => ({ text: piece, trusted: true }))
}

/** A base model reads plain text: the opening token, then the messages with an empty line between. */
export function baseParts(
  { opening }: Pick<FolderCodec, 'opening'>,
  messages: readonly ChatMessage[],
): PromptPart[] {
  const text = messages.map(({ content }) => content).join('\n\n')
  const parts = [
    { text: opening, trusted: true },
    { text, trusted: false },
  ]
  return parts.filter((part) => part.text !== '')
}

/**
 * The codec for chat models: parts are one user message, encode ends where the assistant's words begin.
 * Throws AppError('checkpoint') where the checkpoint has no chat template.
 */
export function chatCodec(codec: FolderCodec, variables: ChatOptions['variables'] = {}): TextCodec {
  if (codec.chatTemplate === null) {
    throw new AppError('checkpoint', 'chat prompts: expected a chat template, found a base model')
  }
  const options = { addGenerationPrompt: true, variables }
  return {
    ...codec,
    encode: (parts) => codec.encode(chatParts(codec, userMessage(parts), options)),
  }
}

/** The codec for base models: what the tokenizer itself puts before a text, then the parts as they are. */
export function baseCodec(codec: FolderCodec): TextCodec {
  const opening = { text: codec.opening, trusted: true }
  return { ...codec, encode: (parts) => codec.encode([opening, ...parts]) }
}

function userMessage(parts: readonly PromptPart[]): ChatMessage[] {
  return [{ role: 'user', content: parts.map(({ text }) => text).join('') }]
}

/** The text that a template makes of its variables. Throws AppError('checkpoint'). */
export function renderTemplate(
  source: string,
  variables: Readonly<Record<string, unknown>>,
): string {
  try {
    const text = withinTime(() => renderWithin(source, variables))
    if (typeof text === 'string') return text
    throw new TypeError(`expected text, found ${typeof text}`)
  } catch (cause) {
    throw new AppError('checkpoint', `chat template: ${messageOf(cause)}`, { cause })
  }
}

// Made once: a context costs half a millisecond, a run in it a tenth.
const timed: { work: () => unknown } = { work: () => null }
const timedContext = createContext(timed)
const timedScript = new Script('work()')

/** A script's time limit also holds for what it calls: the only way to interrupt synchronous code. */
function withinTime(work: () => unknown): unknown {
  timed.work = work
  try {
    return timedScript.runInContext(timedContext, { timeout: MAX_MS })
  } finally {
    timed.work = () => null
  }
}

function renderWithin(source: string, variables: Readonly<Record<string, unknown>>): unknown {
  const scope = new makeScope()
  const globals = {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    range: boundedRange,
    raise_exception: (message: unknown) => {
      throw new Error(String(message))
    },
  }
  for (const [name, value] of Object.entries({ ...globals, ...variables })) {
    scope.set(name, value)
  }
  const program: unknown = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }))
  return bounded(new makeRunner(scope)).run(program).value
}

/** The interpreter, counting what it evaluates and refusing values that grow without end. */
function bounded(runner: Runner): Runner {
  const evaluate = runner.evaluate.bind(runner)
  let steps = 0
  runner.evaluate = (statement, scope) => {
    steps += 1
    if (steps > MAX_STEPS) throw new RangeError(`expected at most ${MAX_STEPS} steps`)
    const result = stripCall(statement, scope, runner) ?? evaluate(statement, scope)
    const { value } = result
    if (typeof value === 'string' && value.length > MAX_CHARACTERS) {
      throw new RangeError(`expected at most ${MAX_CHARACTERS} characters`)
    }
    if (Array.isArray(value)) checkItems(value.length)
    return result
  }
  return runner
}

const name = (text: string) => v.object({ type: v.literal('Identifier'), value: v.literal(text) })
const STRIP_CALL = v.object({
  type: v.literal('CallExpression'),
  args: v.tuple([v.unknown()]),
  callee: v.object({
    type: v.literal('MemberExpression'),
    object: v.unknown(),
    property: v.variant('value', [name('strip'), name('lstrip'), name('rstrip')]),
    computed: v.literal(false),
  }),
})

/** text.strip(characters) and its kin as Python means them: the library overlooks the argument and strips white space. */
function stripCall(statement: unknown, scope: unknown, runner: Runner): RuntimeValue | null {
  if (!v.is(STRIP_CALL, statement)) return null
  const text = runner.evaluate(statement.callee.object, scope).value
  const characters = runner.evaluate(statement.args[0], scope).value
  if (typeof text !== 'string' || typeof characters !== 'string') return null
  const side = statement.callee.property.value
  const letters = Array.from(text)
  const kept = letters.map((letter) => !characters.includes(letter))
  const start = side === 'rstrip' ? 0 : kept.indexOf(true)
  const end = side === 'lstrip' ? kept.length : kept.lastIndexOf(true) + 1
  const value = start === -1 ? '' : letters.slice(start, end).join('')
  return runner.evaluate({ type: 'StringLiteral', value }, scope)
}

function boundedRange(start: unknown, stop: unknown, step: unknown = 1): number[] {
  const [from, to] = stop === undefined ? [0, Number(start)] : [Number(start), Number(stop)]
  const count = Math.max(0, Math.ceil((to - from) / Number(step)))
  if (Number(step) === 0 || Number.isNaN(count)) throw new RangeError('range: expected numbers')
  checkItems(count)
  return Array.from({ length: count }, (_, i) => from + i * Number(step))
}

function checkItems(count: number): void {
  if (count > MAX_ITEMS) throw new RangeError(`expected at most ${MAX_ITEMS} items, found ${count}`)
}

/**
 * The text with a guard inside every control token, after its first character; also inside one that begins at the
 * end and that following text could complete. Other text is untouched, so templates trim and search as ever.
 */
function guardSpecials(text: string, specials: readonly string[], guard: string): string {
  const firsts = new Set(specials.map((special) => special.slice(0, 1)))
  let guarded = ''
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    guarded += char
    if (firsts.has(char) && specials.some((special) => begins(text, at, special))) guarded += guard
  }
  return guarded
}

function begins(text: string, at: number, special: string): boolean {
  return text.startsWith(special, at) || special.startsWith(text.slice(at))
}

/** A noncharacter of Unicode, which no interchanged text should hold, that these texts do not hold. */
function unusedCharacter(texts: readonly string[]): string {
  for (let code = 0xfdd0; code <= 0xfdef; code += 1) {
    const char = String.fromCharCode(code)
    if (!texts.some((text) => text.includes(char))) return char
  }
  throw new AppError('checkpoint', 'chat template: expected text, found every noncharacter')
}
