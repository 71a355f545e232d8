/**
 * tokenizer.json and tokenizer_config.json of a Hugging Face folder, checked as hostile input.
 * Not here: encoding (tokenizer.ts), rendering of chat templates (template.ts).
 */
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import { decodeUtf8, readBytes, readJson } from './json.ts'

const MAX_TOKENIZER_MIB = 128
const MAX_CONFIG_MIB = 16
const MAX_TEMPLATE_MIB = 1

const id = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 24))
const ADDED = v.looseObject({
  id,
  content: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
  special: v.optional(v.boolean(), false),
})
const PART = v.nullable(v.looseObject({ type: v.string() }))

const TOKENIZER = v.looseObject({
  added_tokens: v.optional(v.array(ADDED), []),
  normalizer: v.optional(PART, null),
  pre_tokenizer: v.optional(PART, null),
  post_processor: v.optional(PART, null),
  decoder: v.optional(PART, null),
  model: v.looseObject({
    type: v.optional(v.string()),
    unk_token: v.nullish(v.string()),
    vocab: v.union([v.record(v.string(), id), v.array(v.looseTuple([v.string(), v.number()]))]),
  }),
})
/** Whole tokenizer.json; fields that are not named here pass through to the library. */
export type TokenizerJson = v.InferOutput<typeof TOKENIZER>

/** A token by its text, or by the dictionary that Python pickles an AddedToken to. */
const TOKEN_TEXT = v.nullish(
  v.union([
    v.string(),
    v.pipe(
      v.looseObject({ content: v.string() }),
      v.transform((t) => t.content),
    ),
  ]),
)
const NAMED_TEMPLATES = v.array(v.object({ name: v.string(), template: v.string() }))
const CONFIG = v.looseObject({
  bos_token: TOKEN_TEXT,
  eos_token: TOKEN_TEXT,
  pad_token: TOKEN_TEXT,
  unk_token: TOKEN_TEXT,
  chat_template: v.nullish(v.union([v.string(), NAMED_TEMPLATES])),
})

export type SpecialNames = {
  readonly bos: string | null
  readonly eos: string | null
  readonly pad: string | null
  readonly unk: string | null
}

export type TokenizerFiles = {
  readonly json: TokenizerJson
  readonly names: SpecialNames
  /** Jinja source; null for base models. */
  readonly chatTemplate: string | null
}

/** Throws AppError('checkpoint') where tokenizer.json is missing or a file has another shape. */
export async function readTokenizerFiles(directory: string): Promise<TokenizerFiles> {
  const path = join(directory, 'tokenizer.json')
  const json = await readJson(path, TOKENIZER, MAX_TOKENIZER_MIB)
  if (json === null) {
    throw new AppError('checkpoint', `${directory}: expected tokenizer.json, found none`)
  }
  const configPath = join(directory, 'tokenizer_config.json')
  const config = (await readJson(configPath, CONFIG, MAX_CONFIG_MIB)) ?? {}
  return {
    json,
    names: {
      bos: config.bos_token ?? null,
      eos: config.eos_token ?? null,
      pad: config.pad_token ?? null,
      unk: config.unk_token ?? json.model.unk_token ?? null,
    },
    chatTemplate: await readTemplate(directory, config.chat_template ?? null),
  }
}

/** The highest id of the vocabulary and the added tokens. */
export function largestId({ model, added_tokens: added }: TokenizerJson): number {
  const listed = Array.isArray(model.vocab) ? [model.vocab.length - 1] : Object.values(model.vocab)
  return [...listed, ...added.map((token) => token.id)].reduce((a, b) => Math.max(a, b), -1)
}

/** A file beside the config takes precedence, as in transformers; of several named templates the default one. */
async function readTemplate(
  directory: string,
  inConfig: string | v.InferOutput<typeof NAMED_TEMPLATES> | null,
): Promise<string | null> {
  const path = join(directory, 'chat_template.jinja')
  const bytes = await readBytes(path, MAX_TEMPLATE_MIB)
  if (bytes !== null) return decodeUtf8(bytes, path)
  if (inConfig === null || typeof inConfig === 'string') return inConfig
  return inConfig.find(({ name }) => name === 'default')?.template ?? null
}
