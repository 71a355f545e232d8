/**
 * The hostile corpus as it must end in a hidden page: the same programs with the same outcomes, but where a machine
 * of 32 bits without processes, files and a C library says it in other words; and attacks that only make sense there.
 */
import { CORPUS } from '../hostile/corpus.ts'
import type { Attack } from '../hostile/corpus.ts'

/** Looks for the C library where Linux has it. */
const LOOKS_FOR_LIBRARY = "frame.f_globals['kernel']"
const NOT_THERE = 'exception:KeyError'
/** A stack that ends: the worker is replaced. */
const STACK = 'exception:crash:11'

const ALSO: Readonly<Record<string, readonly string[]>> = {
  'bomb: memory by bytearray': ['exception:OverflowError'],
  'bomb: many pieces': ['timeout'],
  'bomb: one string many times': ['timeout'],
  'bomb: huge value': ['timeout'],
  // Nobody reads what is written to a descriptor that does not exist.
  'bomb: bulk writes to every descriptor': ['timeout', 'ok:i1;'],
  'bomb: text of a very deep value': ['timeout'],
  'bomb: nested source text': [STACK],
  'bomb: deep deallocation': ['timeout'],
  // It ends itself, and only itself.
  'proc: signal itself': ['exception:exit:138'],
  'forge: stray reply without nonce': ['exception:PermissionError'],
  'forge: stray reply with nonce': ['exception:PermissionError'],
  'forge: own reply with nonce, then exit': ['exception:PermissionError'],
  'forge: reply with an unknown status': ['exception:PermissionError'],
  'forge: reply frame for another id': ['exception:PermissionError'],
  'forge: reply without an end of line': ['exception:PermissionError'],
  'value: 5,000-deep value': [STACK],
}

function adapted(attack: Attack): Attack {
  const also = ALSO[`${attack.category}: ${attack.name}`] ?? []
  const looks = attack.program.includes(LOOKS_FOR_LIBRARY) ? [NOT_THERE] : []
  return { ...attack, accepted: [...attack.accepted, ...also, ...looks] }
}

type Row = readonly [
  category: Attack['category'],
  name: string,
  program: string,
  accepted: readonly string[],
]

const HARNESS = `
import sys
frame = sys._getframe()
while frame.f_back:
    frame = frame.f_back
child = frame.f_globals['child']
`

const ROWS: readonly Row[] = [
  ...['js', 'pyodide_js', 'pyodide', '_pyodide', '_pyodide_core', 'pyodide.code', 'micropip'].map(
    (name): Row => [
      'proc',
      `module ${name}`,
      `import ${name}\ndef f(a): return 1\n`,
      ['exception:ModuleNotFoundError', 'exception:ImportError'],
    ],
  ),
  [
    'proc',
    'JavaScript by the bridge to it',
    "import _imp, types\ndef f(a):\n    spec = types.SimpleNamespace(name='_pyodide_core', origin='built-in', loader=None)\n    return [n for n in dir(_imp.create_builtin(spec)) if 'run_js' in n]\n",
    ['exception:*', 'ok:[]'],
  ],
  [
    'proc',
    'every built-in module',
    'import sys\ndef f(a):\n    n = 0\n    for name in sys.builtin_module_names:\n        try:\n            __import__(name)\n            n += 1\n        except BaseException: pass\n    return n > 10\n',
    ['ok:T', 'exception:*'],
  ],
  [
    'proc',
    'objects of JavaScript on the heap',
    "import gc\ndef f(a):\n    return sorted({type(o).__name__ for o in gc.get_objects() if 'Js' in type(o).__name__ or 'JSProxy' in str(type(o))})\n",
    ['ok:[]'],
  ],
  [
    'proc',
    'memory and functions by ctypes',
    'import _ctypes\ndef f(a): return _ctypes.dlopen(None, 0)\n',
    ['memory:MemoryError', 'exception:ImportError'],
  ],
  [
    'poison',
    'code that is none',
    'def g(): return 1\ndef f(a):\n    for seed in range(50):\n        code = bytes((seed * 7 + i * 13) % 256 for i in range(400))\n        g.__code__ = g.__code__.replace(co_code=code, co_stacksize=50, co_nlocals=0)\n        try: g()\n        except Exception: pass\n    return 1\n',
    ['exception:*', 'ok:*', 'timeout', 'memory:*', 'unserialisable:*'],
  ],
  [
    'poison',
    'leave a message in the memory',
    "KEPT = [b'left for the next one' * 500000]\ndef f(a): return len(KEPT[0])\n",
    ['ok:ia037a0;'],
  ],
  [
    'poison',
    'patch the harness of the page',
    `${HARNESS}\ndef f(a):\n    child._canonical = lambda *a: 'i63;'\n    child.run = None\n    frame.f_globals['MODES'].clear()\n    return 1\n`,
    ['ok:i1;', 'ok:i63;'],
  ],
  [
    'poison',
    'clocks, chance and sleep',
    'import time, random\ndef f(a):\n    random._inst = None\n    time.time = time.sleep = lambda *a: 0\n    time.sleep(60)\n    return 1\n',
    ['ok:i1;'],
  ],
  [
    'forge',
    'edit the result by frame walk',
    `${HARNESS}\ndef f(a):\n    child._reply = lambda nonce, *a: nonce + '[[["ok","i2a;"]],{}]\\n'\n    return 1\n`,
    ['ok:i2a;'],
  ],
  [
    'forge',
    'two outcomes for one input',
    `${HARNESS}\ndef f(a):\n    child._reply = lambda nonce, *a: nonce + '[[["ok","i2a;"],["ok","i2a;"]],{}]\\n'\n    return 1\n`,
    ['exception:forged_or_garbled'],
  ],
  [
    'forge',
    'a reply that is no text',
    `${HARNESS}\ndef f(a):\n    child._reply = lambda *a: '\\ud800\\x00\\n\\n'\n    return 1\n`,
    ['exception:*'],
  ],
  [
    'fs',
    'write into own folder',
    "def f(a):\n    open('kept', 'w').write('x')\n",
    ['exception:PermissionError'],
  ],
  [
    'fs',
    'open by number of a call',
    "import posix\ndef f(a): return posix.open('/', 0)\n",
    ['exception:PermissionError', 'exception:OSError'],
  ],
  [
    'net',
    'own socket',
    "import _socket\ndef f(a):\n    s = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)\n    s.connect(('127.0.0.1', {TCP}))\n",
    ['exception:PermissionError', 'exception:OSError'],
  ],
  [
    'bomb',
    'memory up to what 32 bits can name',
    'def f(a):\n    kept = []\n    while True: kept.append(bytearray(10 ** 7))\n',
    ['memory:MemoryError', 'timeout'],
  ],
]

export const PAGE_CORPUS: readonly Attack[] = [
  ...CORPUS.map(adapted),
  ...ROWS.map(([category, name, program, accepted]) => ({
    category,
    name: `${name} (page)`,
    program,
    accepted,
    input: '1',
  })),
]
