/**
 * Where the files of public suites are published, for those who ask to have them fetched: addresses of fixed
 * versions, the checksum of what they hold once unpacked, and how they are packed. Nothing of this ships.
 * Not here: fetching (host/evaluate-fetch.ts), reading (one file per suite).
 */

/** gzip: unpacked. parquet: rows become lines of JSON. */
export type Packing = 'plain' | 'gzip' | 'parquet'

export type HomeFile = {
  /** Below the folder of suites. */
  readonly path: string
  /** The suite's own home first; then places that hold the same bytes. */
  readonly urls: readonly string[]
  readonly packing: Packing
  /** Of the unpacked file; null: its home names no fixed version. */
  readonly sha256: string | null
  /** Unpacked; null: not known. */
  readonly bytes: number | null
}

export type SuiteHome = {
  readonly files: readonly HomeFile[]
  /** A key without questions that serves `--gold`. */
  readonly key?: string
}

const raw = (repository: string, commit: string, path: string): string =>
  `https://raw.githubusercontent.com/${repository}/${commit}/${path}`

const one = (
  path: string,
  urls: readonly string[],
  sha256: string | null,
  bytes: number | null,
  packing: Packing = 'plain',
): SuiteHome => ({ files: [{ path, urls, packing, sha256, bytes }] })

const AZR = 'LeapLabTHU/Absolute-Zero-Reasoner'
const AZR_COMMIT = 'a82124e514e27692aa9860c5ee21dbf9d81e3bc5'

function math(name: string, sha256: string, bytes: number, first: readonly string[] = []) {
  const copy = raw(AZR, AZR_COMMIT, `evaluation/math_eval/eval/data/${name}/test.jsonl`)
  return one(`${name}/test.jsonl`, [...first, copy], sha256, bytes)
}

const keyed = (home: SuiteHome, name: string): SuiteHome => ({
  ...home,
  key: `answer-keys/${name}.jsonl`,
})

const CRUXEVAL = one(
  'cruxeval/cruxeval.jsonl',
  [
    raw(
      'facebookresearch/cruxeval',
      '190faf16d175b5847b0af05d937872b1fb395942',
      'data/cruxeval.jsonl',
    ),
  ],
  '8368b81047dc5014e4caf5a2f97604eff7644e0ecd7415e3ceeb184bbc2e0c96',
  186_873,
)

const GOOGLE = [
  'google-research/google-research',
  '30adf0ec5f35f9609c2f1d896005e184195d9146',
] as const
const PRM800K =
  'https://media.githubusercontent.com/media/openai/prm800k/7ecc794703b2877f63226f2477a49b34f9b25163/prm800k/math_splits/test.jsonl'
const LIVECODEBENCH =
  'https://huggingface.co/datasets/livecodebench/code_generation_lite/resolve/main'

export const SUITE_HOMES: Readonly<Record<string, SuiteHome>> = {
  'cruxeval-i': CRUXEVAL,
  'cruxeval-o': CRUXEVAL,
  'livecodebench-execution': one(
    'livecodebench/execution.jsonl',
    [
      'https://huggingface.co/datasets/livecodebench/execution-v2/resolve/main/data/test-00000-of-00001.parquet',
    ],
    null,
    null,
    'parquet',
  ),
  humaneval: one(
    'humaneval/HumanEval.jsonl',
    [
      raw(
        'openai/human-eval',
        '6d43fb980f9fee3c892a914eda09951f772ad10d',
        'data/HumanEval.jsonl.gz',
      ),
    ],
    '1d49078ba3e2b196b9344535bef34a43021f038fad9561d6ee7c53450609a6a2',
    214_438,
    'gzip',
  ),
  'humaneval+': one(
    'humanevalplus/HumanEvalPlus.jsonl',
    [
      'https://github.com/evalplus/humanevalplus_release/releases/download/v0.1.10/HumanEvalPlus.jsonl.gz',
    ],
    '42526ec0e7d5f3ee0b06d6ced98f8c8bae3d76519151bfb3d36f79010645bd7f',
    7_714_666,
    'gzip',
  ),
  mbpp: one(
    'mbpp/sanitized-mbpp.json',
    [raw(...GOOGLE, 'mbpp/sanitized-mbpp.json')],
    'ca95deaa9a01ef0a6f439f88bcf0dd3db3563d22f22aad6cae04ebb9a8d8c8e9',
    255_053,
  ),
  'mbpp-full': one(
    'mbpp/mbpp.jsonl',
    [
      raw(...GOOGLE, 'mbpp/mbpp.jsonl'),
      raw(
        'deepseek-ai/DeepSeek-Coder',
        '2f9fd85927c669dae3c0fbb2d607274023af243e',
        'Evaluation/MBPP/data/mbpp.jsonl',
      ),
    ],
    'ccf64ceae9c5403bf50a044cb6d505bfd2a2963ee58338ba268fd65beab92a9f',
    563_743,
  ),
  'mbpp+': one(
    'mbppplus/MbppPlus.jsonl',
    ['https://github.com/evalplus/mbppplus_release/releases/download/v0.2.0/MbppPlus.jsonl.gz'],
    'b54e762755248ca411b523c917fa9f93c07b5ff2966bf60b3917b853926a3dad',
    2_592_369,
    'gzip',
  ),
  // Release v5 is the first five files; they are replaced at their home under the same names.
  livecodebench: {
    files: ['test', 'test2', 'test3', 'test4', 'test5'].map((name) => ({
      path: `livecodebench/${name}.jsonl`,
      urls: [`${LIVECODEBENCH}/${name}.jsonl`],
      packing: 'plain',
      sha256: null,
      bytes: null,
    })),
  },
  gsm8k: one(
    'gsm8k/test.jsonl',
    [
      raw(
        'openai/grade-school-math',
        '3101c7d5072418e28b9008a6636bde82a006892c',
        'grade_school_math/data/test.jsonl',
      ),
    ],
    '3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14',
    749_738,
  ),
  math500: keyed(
    math('math500', '35dc41080a3680858b27fa7e0533d2d547825316fc5dafe5d316f4ccc5a06132', 446_564, [
      PRM800K,
    ]),
    'math500',
  ),
  aime24: keyed(
    math('aime24', 'af2b8bd2aa911b6333ad0df32f3ca05c7ae8ed10f1731f4372c8ae26990bf7ac', 156_944),
    'aime24',
  ),
  aime25: keyed(
    math('aime25', '20c1ca392758d96bd1e28af15d9f30df5660257927cacc9eac7301c29f677d1a', 15_961),
    'aime25',
  ),
  amc23: keyed(
    math('amc23', '43707e1ca784602d8479de24ee8ce36609dbebc46dd152b0b12a46611aa898a4', 27_631),
    'amc23',
  ),
  minerva: keyed(
    math(
      'minerva_math',
      '0e656b430d3a0a1dab6aa853f453ba3805e28e2cabe4fc72486a897cc09d8ba2',
      247_267,
    ),
    'minerva_math',
  ),
  olympiadbench: math(
    'olympiadbench',
    'bb8c1e38a16ea9eacb77530315a674d883f267fbff79183effc53681b4fcc416',
    1_493_870,
  ),
}
