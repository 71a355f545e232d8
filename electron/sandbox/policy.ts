/**
 * What a program asks for that a reasoning task has no need of: for the flags shown to people, and for recipes that
 * choose to refuse it. Not a protection: a program can hide any of this, and the sandbox holds all the same.
 * Source: Absolute Zero Reasoner, configs/azr_ppo_trainer.yaml (banned words); CPython's table of audit events.
 */
import type { ProgramFacts } from '../contract/task.ts'

/** Modules that neither look at the world nor at chance. All of them are loaded in the sandbox. */
export const ALLOWED_MODULES: ReadonlySet<string> = new Set(
  `abc array base64 binascii bisect cmath collections contextlib copy dataclasses decimal enum fractions functools
   heapq itertools json math numbers operator re statistics string struct textwrap types typing unicodedata zlib
   __future__`.split(/\s+/),
)

/** The reference's banned words, as it lists them. */
export const AZR_BANNED_WORDS: readonly string[] = [
  'logging',
  'random',
  'multiprocessing',
  'pebble',
  'subprocess',
  'threading',
  'datetime',
  'time',
  'hashlib',
  'hmac',
  'bcrypt',
  'os.sys',
  'os.path',
  'sys.exit',
  'os.environ',
  'calendar',
]

/** Special names that ordinary classes and scripts use. */
export const ALLOWED_DUNDERS: ReadonlySet<string> = new Set(
  `__init__ __name__ __len__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __str__ __repr__ __iter__ __next__
   __contains__ __getitem__ __setitem__ __add__ __sub__ __mul__ __call__ __bool__ __doc__`.split(
    /\s+/,
  ),
)

/** Audit events by what they reach for; the longest matching prefix counts, null is harmless. */
const EVENTS: readonly (readonly [prefix: string, topic: Topic | null])[] = [
  ['open', 'files'],
  ['os.', 'files'],
  ['shutil.', 'files'],
  ['glob.', 'files'],
  ['tempfile.', 'files'],
  ['os.fork', 'processes'],
  ['os.exec', 'processes'],
  ['os.kill', 'processes'],
  ['os.posix_spawn', 'processes'],
  ['os.system', 'processes'],
  ['os.spawn', 'processes'],
  ['subprocess.', 'processes'],
  ['signal.', 'processes'],
  ['pty.', 'processes'],
  ['_thread.', 'processes'],
  ['mmap.', 'processes'],
  ['socket.', 'network'],
  ['urllib.', 'network'],
  ['http.', 'network'],
  ['ctypes.', 'interpreter'],
  ['gc.', 'interpreter'],
  ['sys.', 'interpreter'],
  ['code.', 'interpreter'],
  ['function.', 'interpreter'],
  ['cpython.', 'interpreter'],
  ['marshal.', 'interpreter'],
  ['pickle.', 'interpreter'],
  ['object.__setattr__', 'interpreter'],
]

export type Topic = 'files' | 'network' | 'processes' | 'interpreter'

export type Finding = {
  readonly topic: Topic | 'import' | 'name'
  /** A module, a special name or an audit event. */
  readonly what: string
  readonly times: number
}

/** What the text of a program asks for. A program that does not parse asks for nothing. */
export function textFindings(facts: ProgramFacts): Finding[] {
  if (!facts.ok) return []
  const modules = facts.imports.filter((name) => !ALLOWED_MODULES.has(rootOf(name)))
  const names = facts.dunders.filter((name) => !ALLOWED_DUNDERS.has(name))
  return [
    ...modules.map((what) => ({ topic: 'import', what, times: 1 }) as const),
    ...names.map((what) => ({ topic: 'name', what, times: 1 }) as const),
  ]
}

/** What a run did that reached for the outside or for the interpreter, most frequent first. */
export function runFindings(signals: Readonly<Record<string, number>> = {}): Finding[] {
  return Object.entries(signals)
    .flatMap(([what, times]) => {
      const topic = topicOf(what)
      return topic === null ? [] : [{ topic, what, times }]
    })
    .toSorted((a, b) => b.times - a.times || (a.what < b.what ? -1 : 1))
}

function topicOf(event: string): Topic | null {
  let best: readonly [string, Topic | null] = ['', null]
  for (const row of EVENTS) {
    if (event.startsWith(row[0]) && row[0].length > best[0].length) best = row
  }
  return best[1]
}

/** The first banned word that an import statement names: a whole dotted path or the start of one. */
export function azrBannedWord(imports: readonly string[]): string | null {
  const isBanned = (word: string) =>
    imports.some((name) => name === word || name.startsWith(`${word}.`))
  return AZR_BANNED_WORDS.find(isBanned) ?? null
}

function rootOf(name: string): string {
  return name.split('.')[0] ?? ''
}
