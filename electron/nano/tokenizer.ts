/**
 * Makes the Hugging Face files of the nano tokenizer: one regular expression that lists the fragments by falling
 * length (maximal munch), and a vocabulary that takes each piece whole.
 * Not here: the fast equivalent that the stream uses (codec.ts).
 * Source: Hugging Face tokenizers, format of tokenizer.json (Split, BPE with ignore_merges, Fuse).
 */
import { FRAGMENTS, SPECIALS, TOKENS } from './vocabulary.ts'

/** One or two digits that stand alone; digits of longer numbers one by one. */
const NUMBER = String.raw`(?<![0-9])(?:[1-9][0-9]|[0-9])(?![0-9])|[0-9]`

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)
}

/** What splits text to tokens, the same in Oniguruma and in JavaScript. */
export function splitPattern(): string {
  const fragments = [...FRAGMENTS].sort((a, b) => b.length - a.length).map(escaped)
  return `${fragments.join('|')}|${NUMBER}|[\\s\\S]`
}

/** The object of tokenizer.json. */
export function tokenizerJson(): object {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIALS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: 'Split',
      pattern: { Regex: splitPattern() },
      behavior: 'Isolated',
      invert: false,
    },
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(TOKENS.map((token, id) => [token, id])),
      merges: [],
    },
  }
}

/** The object of tokenizer_config.json. */
export function tokenizerConfig(contextLength: number): object {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    pad_token: '<pad>',
    eos_token: '<eos>',
    unk_token: '<unk>',
    clean_up_tokenization_spaces: false,
    model_max_length: contextLength,
    added_tokens_decoder: Object.fromEntries(
      SPECIALS.map((content, id) => [
        id,
        {
          content,
          lstrip: false,
          normalized: false,
          rstrip: false,
          single_word: false,
          special: true,
        },
      ]),
    ),
  }
}
