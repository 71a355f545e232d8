/**
 * The sandbox as its callers see it: outcomes, limits, determinism, and agreement with the values read in TypeScript.
 * The same tests for every engine: each of their files says how it is opened.
 */
import { expect, test } from 'vitest'
import type { Outcome } from '../../electron/contract/verdict.ts'
import { parseCanonical, toCanonical } from '../../electron/python/canonical.ts'
import { parseArguments } from '../../electron/python/literal.ts'
import { reprOf } from '../../electron/python/repr.ts'
import type { LocalSandbox } from '../../electron/sandbox/local.ts'
import { ordinaryProgram } from '../../electron/sandbox/workload.ts'
import { textOf } from '../hostile/arena.ts'

const ECHO = 'def f(*a):\n    return a\n'

const LITERALS = [
  '1, -2, 3.5, -0.0, 1e22, 1e-7, 1_000, 0x1f, 0o17, 0b101',
  'True, False, None',
  "'a', \"b\", 'it\\'s', '\\n\\x41\\u00e9', r'\\n', 'a' 'b'",
  "b'a\\xff', '''x\ny'''",
  '[1, [2, (3,)], ()], {}, {1: {2: 3}}, {1, 2}, set(), frozenset({1})',
  '1+2j, -1-2j, 3j',
  "float('nan'), float('-inf'), inf, nan",
  'deque([1, 2, 3], maxlen=2), Counter("aab"), OrderedDict([(2, 1), (1, 2)])',
  'defaultdict(int, {1: 2}), collections.Counter({1: 2})',
  '1, # a comment\n 2,\n',
  '',
  '{1: 2, 1.0: 3, True: 4}, {1, True}',
]

const NO_LITERALS = [
  'x',
  'f(1)',
  '1) or (2',
  '1)(2',
  '1); f(2',
  '*[1]',
  '**{}',
  'a=1',
  '[x for x in []]',
  'lambda: 1',
  '1 + 1',
  '2 ** 3',
  '-True',
  'not True',
  '1 if 1 else 2',
  '{**{}}',
  "f'{1}'",
  'Counter(3)',
  '{[]: 1}',
  '"unclosed',
  '1,, 2',
  ',',
  '...',
  'print',
  '__import__("os")',
]

/** programs: ordinary ones to run. */
export function testContract(opened: () => LocalSandbox, programs: number): void {
  const run = async (program: string, ...inputs: string[]) =>
    (await opened().run({ program, inputs })).outcomes.map(textOf)

  test('ordinary programs are deterministic, and none is refused', async () => {
    const numbers = Array.from({ length: programs }, (_, at) => at)
    const replies = await Promise.all(
      numbers.map((number) => {
        const { program, inputs } = ordinaryProgram(number)
        return opened().runTwice({ program, inputs: inputs.slice(0, 2) })
      }),
    )
    const bad = replies.flatMap(({ outcomes }, at) =>
      outcomes.filter(({ status }) => status !== 'ok').map((outcome) => [at, outcome]),
    )
    expect(bad).toEqual([])
    const texts = replies.flatMap(({ outcomes }) => outcomes.map(textOf))
    expect(new Set(texts).size).toBeGreaterThan(programs * 0.75)
  })

  test('every input has its own outcome, in order', async () => {
    const program = 'def f(a, b):\n    if b == 0: raise KeyError(a)\n    return a / b\n'
    expect(
      await run(program, '1, 2', '1, 0', '"a", 2', '1', '1, 2, 3', 'x, 1', '4, 2', ''),
    ).toEqual([
      'ok:f0.5;',
      'exception:KeyError',
      'exception:TypeError',
      'exception:TypeError',
      'exception:TypeError',
      'rejected:not a literal argument list',
      'ok:f2.0;',
      'exception:TypeError',
    ])
    expect(await opened().run({ program, inputs: [] })).toEqual({
      outcomes: [],
      cpuMs: 0,
      wallMs: 0,
    })
  })

  test('a program that does not load has the same outcome for every sound input', async () => {
    expect(await run('def f(:', '1', 'x')).toEqual([
      'exception:SyntaxError',
      'rejected:not a literal argument list',
    ])
    expect(await run('import nothing_like_it\ndef f(a): return a\n', '1')).toEqual([
      'exception:ModuleNotFoundError',
    ])
    expect(await run('x = 1 / 0\ndef f(a): return a\n', '1')).toEqual([
      'exception:ZeroDivisionError',
    ])
  })

  test('what a program changes in its arguments does not reach the next call', async () => {
    const program = 'def f(a):\n    a.append(1)\n    return a\n'
    expect(await run(program, '[]', '[]')).toEqual(['ok:[i1;]', 'ok:[i1;]'])
    const { outcomes } = await opened().runTwice({ program, inputs: ['[]', '[2]'] })
    expect(outcomes.map(textOf)).toEqual(['ok:[i1;]', 'ok:[i2;i1;]'])
  })

  test('the texts of the sandbox are read and written alike in TypeScript', async () => {
    const numbers = Array.from({ length: Math.min(300, programs) }, (_, at) => at)
    const replies = await Promise.all(
      numbers.map((number) => opened().run(ordinaryProgram(number))),
    )
    const texts = replies.flatMap(({ outcomes }) =>
      outcomes.flatMap((outcome) => (outcome.status === 'ok' ? [outcome.canonical] : [])),
    )
    const read = texts.map((text) => {
      const value = parseCanonical(text)
      return value.ok ? toCanonical(value.value) : value.why
    })
    expect(read).toEqual(texts)
  })

  test.for(LITERALS)('the literals %j are read alike on both sides', async (text) => {
    const here = parseArguments(text)
    if (!here.ok) throw new Error(here.why)
    const wanted = `ok:${toCanonical({ kind: 'tuple', items: here.value })}`
    expect(await run(ECHO, text)).toEqual([wanted])
    const printed = here.value.map(reprOf).join(', ')
    // <class 'int'> is how Python prints it, and no literal of its own.
    if (!printed.includes('<class')) expect(await run(ECHO, printed)).toEqual([wanted])
  })

  test('what is not a literal argument list is rejected alike on both sides', async () => {
    expect(NO_LITERALS.filter((text) => parseArguments(text).ok)).toEqual([])
    const outcomes = await run(ECHO, ...NO_LITERALS)
    expect(NO_LITERALS.filter((_, at) => !outcomes[at]?.startsWith('rejected'))).toEqual([])
  })

  test('a value may be as long as the limit and no longer', async () => {
    const program = "def f(n):\n    return 'x' * n\n"
    // s, two digits for each character, and a semicolon.
    const at = async (chars: number) =>
      (
        await opened().run({
          program,
          inputs: [String((chars - 2) / 2)],
          limits: { outputChars: 100 },
        })
      ).outcomes[0]?.status
    expect([await at(98), await at(100), await at(102)]).toEqual(['ok', 'ok', 'too_large'])
  })

  test('memory may be used up to the limit and no further', async () => {
    const program = 'def f(n):\n    return len(bytearray(n * 1024 * 1024))\n'
    const at = async (megabytes: number) =>
      (
        await opened().run({
          program,
          inputs: [String(megabytes)],
          limits: { memoryBytes: 64 * 2 ** 20, wallMs: 60_000 },
        })
      ).outcomes[0]?.status
    expect([await at(40), await at(80)]).toEqual(['ok', 'memory'])
  })

  test('time may be used up to the limit and no longer', async () => {
    const program =
      'import time\ndef f(n):\n    end = time.monotonic() + n\n    while time.monotonic() < end: pass\n'
    const at = async (seconds: number, wallMs: number) => {
      const { outcomes, wallMs: took } = await opened().run({
        program,
        inputs: [String(seconds)],
        limits: { wallMs },
      })
      return [outcomes[0]?.status, took >= seconds * 1_000 || took >= wallMs]
    }
    expect(await at(0.05, 10_000)).toEqual(['ok', true])
    expect(await at(10, 100)).toEqual(['timeout', true])
  })

  test('a program or input that is too long is not sent at all', async () => {
    const { outcomes } = await opened().run({ program: ECHO, inputs: ['1', ' '.repeat(500_000)] })
    expect(outcomes).toEqual<Outcome[]>([
      { status: 'rejected', detail: 'too long' },
      { status: 'rejected', detail: 'too long' },
    ])
  })

  test('what a program reaches for is told as signals', async () => {
    const program =
      "def f(a):\n    print('hello')\n    try:\n        open('/etc/passwd')\n    except OSError:\n        return 1\n"
    const { signals } = await opened().run({ program, inputs: ['1', '2'] })
    expect(signals).toEqual({ open: 2, printed: 12 })
  })

  test('the beginning of what was printed is kept where that is asked for, and once', async () => {
    const program =
      "import sys\nprint('a\\x1b[2J')\ndef f(a):\n    print('<b>' * 9)\n    print('no', file=sys.stderr)\n    return a\n"
    const asked = { program, inputs: ['1'], keepChars: 16 }
    const { printed } = await opened().runTwice(asked)
    expect(printed).toEqual({ stdout: 'a\x1b[2J\n<b><b><b><', stderr: 'no\n' })
  })

  test('every offered module can be imported', async () => {
    const { modules } = opened().stats()
    expect(modules.length).toBeGreaterThan(30)
    const program = `${modules.map((name) => `import ${name}\n`).join('')}\ndef f():\n    return 1\n`
    expect(await run(program, '')).toEqual(['ok:i1;'])
    const uses = [
      "datetime.datetime.strptime('2020-01-02', '%Y-%m-%d').day",
      "'é'.encode('utf-16').decode('utf-16')",
      "'a'.encode('idna').decode('ascii')",
      'statistics.median([1, 3, 2])',
      'str(decimal.Decimal(1) / 3)',
      "textwrap.wrap('a b c', 3)",
      "base64.b64encode(b'a').decode()",
      "string.Template('$a').substitute(a=1)",
      'calendar.monthrange(2024, 2)[1]',
      "list(map(int, array.array('i', [1, 2])))",
      "str(fractions.Fraction('3/4'))",
      "json.loads(json.dumps({'a': [1, None]}))",
      "enum.Enum('E', 'a b').a.value",
      "dataclasses.asdict(dataclasses.make_dataclass('P', ['x'])(1))",
    ]
    const all = `${modules.map((name) => `import ${name}\n`).join('')}\ndef f():\n    return [${uses.join(', ')}]\n`
    expect(await run(all, '')).toEqual([expect.stringMatching(/^ok:\[i2;sc3a9;s61;i2;/)])
  })
}
