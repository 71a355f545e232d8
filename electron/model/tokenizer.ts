/**
 * A Hugging Face tokenizer as a TextCodec. Control tokens come from trusted text only: the same characters in
 * untrusted text are encoded as plain text. Not here: files (tokenizer-files.ts), chat templates (template.ts).
 */
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { AppError, messageOf } from '../contract/errors.ts'
import type { PromptPart, TextCodec } from './chat.ts'
import type { DecoderConfig } from './config.ts'
import { readConfig } from './config-json.ts'
import {
  largestId,
  readTokenizerFiles,
  type SpecialNames,
  type TokenizerFiles,
  type TokenizerJson,
} from './tokenizer-files.ts'

/** What we use of the library. Its own declarations do not resolve under Node's module rules (imports without endings). */
type Tokenizer = {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] }
  tokenize(text: string, options: { add_special_tokens: boolean }): string[]
  decode(ids: number[]): string
  token_to_id(token: string): number | undefined
  id_to_token(id: number): string | undefined
}
const Tokenizer: new (json: object, config: object) => Tokenizer = LibraryTokenizer

export interface FolderCodec extends TextCodec {
  /** Texts of the control tokens that the tokenizer's configuration names. */
  readonly names: SpecialNames
  /** Texts of all control tokens: added tokens that are special, begin, end or pad texts. */
  readonly specials: readonly string[]
  /** What the tokenizer itself puts before a plain text (such as `<|begin_of_text|>`), '' for nothing. */
  readonly opening: string
  /** Jinja source of the chat template; null for base models. */
  readonly chatTemplate: string | null
  /** Id of a token by its exact text; null where there is none. */
  tokenId(text: string): number | null
}

/** The codec of a model folder. config: that of the folder, read here where it is not given. */
export async function openTokenizer(
  directory: string,
  config?: Pick<DecoderConfig, 'vocabSize' | 'eosIds'>,
): Promise<FolderCodec> {
  const files = await readTokenizerFiles(directory)
  return folderCodec(files, config ?? (await readConfig(directory)), directory)
}

/** Throws AppError('checkpoint') where the tokenizer does not fit the model or uses what the library lacks. */
export function folderCodec(
  files: TokenizerFiles,
  { vocabSize, eosIds }: Pick<DecoderConfig, 'vocabSize' | 'eosIds'>,
  where: string,
): FolderCodec {
  const { json, names, chatTemplate } = files
  const largest = largestId(json)
  if (largest >= vocabSize) {
    const want = `token ids below the model's vocabulary of ${vocabSize}`
    throw new AppError('checkpoint', `${where}: expected ${want}, found ${largest}`)
  }
  const control = controlTokens(json, names, eosIds)
  const trusted = makeTokenizer(json, control, where)
  const untrusted = untrustedEncoder(json, control, trusted, where)
  const stopIds = stopIdsOf(trusted, eosIds, names.eos)
  return {
    vocabSize,
    stopIds,
    names,
    specials: [...control.keys()],
    opening: openingOf(trusted),
    chatTemplate,
    encode: (parts) => parts.flatMap((part) => encodePart(part, trusted, untrusted)),
    decode: (tokens) => decodeTokens(trusted, tokens, stopIds),
    tokenId: (text) => trusted.token_to_id(text) ?? null,
  }
}

function encodePart(
  { text, trusted }: PromptPart,
  tokenizer: Tokenizer,
  untrusted: (text: string) => number[],
): number[] {
  return trusted ? plainIds(tokenizer, text) : untrusted(text)
}

/** Added tokens that steer the model: marked special, or the ones that begin, end and pad texts. Text to id. */
function controlTokens(
  { added_tokens: added }: TokenizerJson,
  { bos, eos, pad }: SpecialNames,
  eosIds: readonly number[],
): ReadonlyMap<string, number> {
  const named = [bos, eos, pad]
  const steering = added.filter(
    ({ id, content, special }) => special || named.includes(content) || eosIds.includes(id),
  )
  return new Map(steering.map(({ id, content }) => [content, id]))
}

function makeTokenizer(
  json: TokenizerJson,
  control: ReadonlyMap<string, number>,
  where: string,
): Tokenizer {
  // Normalisation must not turn other characters into a control token.
  const added = json.added_tokens.map((token) =>
    control.has(token.content) ? { ...token, normalized: false } : token,
  )
  try {
    // The library reads nothing else from the configuration that concerns byte-level models.
    return new Tokenizer({ ...json, added_tokens: added }, { clean_up_tokenization_spaces: false })
  } catch (cause) {
    const what = messageOf(cause)
    throw new AppError('checkpoint', `${where}: tokenizer.json: not supported: ${what}`, { cause })
  }
}

/**
 * Most texts hold no control token: then the one tokenizer serves. Where one turns up, a second tokenizer that knows
 * no control tokens (built once, on demand: vocabularies are large) encodes the text again.
 * The unknown token may stay: it stands for characters outside the vocabulary and controls nothing.
 */
function untrustedEncoder(
  json: TokenizerJson,
  control: ReadonlyMap<string, number>,
  tokenizer: Tokenizer,
  where: string,
): (text: string) => number[] {
  const ids = new Set(control.values())
  const unknown = tokenizer.token_to_id(json.model.unk_token ?? '')
  let plain: Tokenizer | null = null
  return (text) => {
    const found = plainIds(tokenizer, text)
    if (!found.some((id) => ids.has(id))) return found
    plain ??= makeTokenizer(withoutControl(json, control), new Map(), where)
    return plainIds(plain, text).filter((id) => id === unknown || !ids.has(id))
  }
}

/** The tokenizer without its control tokens, which trainers put into the vocabulary too. */
function withoutControl(json: TokenizerJson, control: ReadonlyMap<string, number>): TokenizerJson {
  const { vocab, unk_token: unknown } = json.model
  const kept = Array.isArray(vocab)
    ? vocab
    : Object.fromEntries(
        Object.entries(vocab).filter(([text]) => text === unknown || !control.has(text)),
      )
  return {
    ...json,
    added_tokens: json.added_tokens.filter(({ content }) => !control.has(content)),
    model: { ...json.model, vocab: kept },
  }
}

function plainIds(tokenizer: Tokenizer, text: string): number[] {
  if (text === '') return []
  return tokenizer.encode(text, { add_special_tokens: false }).ids
}

/** Text that the post-processor puts before a plain text: the tokens before those of the text itself. */
function openingOf(tokenizer: Tokenizer): string {
  const plain = tokenizer.tokenize('a', { add_special_tokens: false })
  const whole = tokenizer.tokenize('a', { add_special_tokens: true })
  const at = whole.findIndex((_, i) => plain.every((token, j) => whole[i + j] === token))
  return whole.slice(0, Math.max(at, 0)).join('')
}

/** The ids of the model's own files, then the tokenizer's eos, which fine-tunes forget to copy there. */
function stopIdsOf(
  tokenizer: Tokenizer,
  eosIds: readonly number[],
  eos: string | null,
): readonly number[] {
  const own = eos === null ? undefined : tokenizer.token_to_id(eos)
  return own === undefined || eosIds.includes(own) ? eosIds : [...eosIds, own]
}

/** Ids without a text (rows that pad the model's vocabulary) become U+FFFD. */
function decodeTokens(
  tokenizer: Tokenizer,
  tokens: ArrayLike<number>,
  stopIds: readonly number[],
): string {
  const ids = Array.from(tokens)
  const last = ids.at(-1)
  if (last !== undefined && stopIds.includes(last)) ids.pop()
  const runs: number[][] = [[]]
  for (const id of ids) {
    if (tokenizer.id_to_token(id) === undefined) runs.push([])
    else runs.at(-1)?.push(id)
  }
  return runs.map((run) => (run.length === 0 ? '' : tokenizer.decode(run))).join('\uFFFD')
}
