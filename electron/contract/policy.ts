/**
 * What programs are expected to do without: modules, special names, and audit events by what they reach for.
 * A policy for tasks and a reason to look; never a protection: that is the sandbox, which holds all the same.
 * Source: Absolute Zero Reasoner, configs/azr_ppo_trainer.yaml (banned words); CPython's table of audit events.
 */

/** Top-level modules that neither look at the world nor at chance; the sandbox has them all loaded. */
export const ALLOWED_MODULES: readonly string[] = (
  'abc array base64 binascii bisect cmath collections contextlib copy dataclasses decimal enum fractions functools ' +
  'heapq itertools json math numbers operator re statistics string struct textwrap types typing unicodedata zlib'
).split(' ')

/** What classes of one's own need; everything else of the form __x__ reaches into the interpreter. */
export const ALLOWED_NAMES: ReadonlySet<string> = new Set(
  (
    '__init__ __name__ __len__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __str__ __repr__ __iter__ ' +
    '__next__ __contains__ __getitem__ __setitem__ __add__ __sub__ __mul__ __call__ __bool__ __doc__'
  ).split(' '),
)

export type Reach = 'files' | 'processes' | 'the network' | 'the interpreter'

/** Events that ordinary programs do not cause; the longest prefix that fits counts. */
const EVENTS: readonly (readonly [prefix: string, reach: Reach])[] = [
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
  ['_thread.start_new_thread', 'processes'],
  ['mmap.', 'processes'],
  ['socket.', 'the network'],
  ['urllib.', 'the network'],
  ['http.', 'the network'],
  ['ctypes.', 'the interpreter'],
  ['sys._getframe', 'the interpreter'],
  ['sys.settrace', 'the interpreter'],
  ['sys.setprofile', 'the interpreter'],
  ['gc.get_objects', 'the interpreter'],
  ['gc.get_referrers', 'the interpreter'],
  ['code.__new__', 'the interpreter'],
  ['cpython.', 'the interpreter'],
]

/** What an audit event reaches for; null when it is harmless. */
export function reachOf(event: string): Reach | null {
  let best: readonly [prefix: string, reach: Reach | null] = ['', null]
  for (const row of EVENTS) {
    if (event.startsWith(row[0]) && row[0].length > best[0].length) best = row
  }
  return best[1]
}
