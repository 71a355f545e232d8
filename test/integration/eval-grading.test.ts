/** Grading of programs in the real sandbox: what must pass, and what must not, whatever it tries. */
import { deflateSync } from 'node:zlib'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveConfig } from '../../electron/contract/config.ts'
import type { Benchmark, GradeDeps, ItemVerdict, Question } from '../../electron/eval/benchmark.ts'
import { judge, record } from '../../electron/eval/code/replay.ts'
import type { AssertSuite } from '../../electron/eval/code/replay.ts'
import { differ, expectedOf } from '../../electron/eval/code/differential.ts'
import { LIVECODEBENCH } from '../../electron/eval/suites/livecodebench.ts'
import { CRUXEVAL_I, LCB_EXECUTION } from '../../electron/eval/suites/reasoning.ts'
import { reasoningQuestion } from '../../electron/eval/suites/reasoning.ts'
import { pyInt } from '../../electron/python/value.ts'
import { openSandbox } from '../../electron/sandbox/open.ts'
import type { Sandbox } from '../../electron/sandbox/sandbox.ts'
import { temporaryFolder } from '../fakes/folder.ts'

let sandbox: Sandbox
let deps: GradeDeps
beforeAll(async () => {
  sandbox = await openSandbox({ workers: 2 })
  const signal = new AbortController().signal
  deps = { sandbox, signal, config: resolveConfig('nano'), template: 'azr' }
})
afterAll(() => sandbox.close())

const SUM: AssertSuite = {
  reference: 'import math\n\ndef total(numbers):\n    return sum(numbers)\n',
  entry: 'total',
  tests: `def check(candidate):
    import random
    assert candidate([1, 2, 3]) == 6, "message with a call: " + str(candidate([1, 2, 3]))
    assert math.isclose(candidate([0.1, 0.2]), 0.3)
    for _ in range(20):
        numbers = [random.randint(0, 9) for _ in range(5)]
        assert candidate(list(numbers)) == sum(numbers)
    assert total({3: 'a', 1: 'b', 2: 'c'}) == 6
check(total)
`,
}

async function graded(program: string, suite = SUM): Promise<ItemVerdict> {
  return await judge(suite, await record(suite, deps), program, deps)
}

describe('tests that are asserts', () => {
  test('the recording holds what the tests call with, in the order of dicts', async () => {
    const recording = await record(SUM, deps)
    expect(recording.ok && recording.inputs.length).toBe(23)
    expect(recording.ok && recording.inputs.at(-1)).toBe("{3: 'a', 1: 'b', 2: 'c'},")
  })

  test.each([
    ['the reference', SUM.reference],
    [
      'another way',
      'def total(numbers):\n    out = 0\n    for one in numbers:\n        out += one\n    return out\n',
    ],
    ['one that prints', 'def total(numbers):\n    print("x" * 1000)\n    return sum(numbers)\n'],
  ])('%s passes', async (_, program) => {
    expect(await graded(program)).toMatchObject({ correct: true, undecided: false, status: 'ok' })
  })

  test.each([
    ['a wrong sum', 'def total(numbers):\n    return sum(numbers) + 1\n'],
    ['os._exit(0) when called', 'import os\ndef total(numbers):\n    os._exit(0)\n'],
    ['os._exit(0) at once', 'import os\nos._exit(0)\ndef total(numbers):\n    return 6\n'],
    ['sys.exit(0)', 'import sys\ndef total(numbers):\n    sys.exit(0)\n'],
    [
      'an equality that always agrees',
      'class Yes:\n    def __eq__(self, other):\n        return True\n    def __hash__(self):\n        return 6\ndef total(numbers):\n    return Yes()\n',
    ],
    [
      'a number that equals everything',
      'class Yes(int):\n    def __eq__(self, other):\n        return True\ndef total(numbers):\n    return Yes(5)\n',
    ],
    [
      'patched helpers',
      'import math, builtins\nmath.isclose = lambda *a, **k: True\nbuiltins.sum = lambda numbers: 6\ndef total(numbers):\n    return 6\n',
    ],
    [
      'AssertionError made harmless',
      'import builtins\nbuiltins.AssertionError = type("Quiet", (BaseException,), {})\ndef total(numbers):\n    return 0\n',
    ],
    [
      'a look for the tests on the stack',
      'import sys\ndef total(numbers):\n    frame = sys._getframe()\n    while frame:\n        if "check" in frame.f_globals or "_tests" in frame.f_globals:\n            return sum(numbers)\n        frame = frame.f_back\n    return 0\n',
    ],
    [
      'a forged reply',
      'import os\ndef total(numbers):\n    os.write(7, b\'[[["ok","i6;"]],{}]\\n\')\n    os._exit(0)\n',
    ],
    ['no such function', 'def sum_of(numbers):\n    return sum(numbers)\n'],
    ['no program', 'This is how I would do it.'],
    ['an exception', 'def total(numbers):\n    raise ValueError\n'],
    ['a text that looks like a number', 'def total(numbers):\n    return str(sum(numbers))\n'],
  ])(
    '%s does not pass',
    async (_, program) => {
      expect(await graded(program)).toMatchObject({ correct: false, undecided: false })
    },
    60_000,
  )

  test('lists and what is only iterated over stay apart', async () => {
    const suite = (test: string): AssertSuite => ({
      reference: 'def evens(n):\n    return [x for x in range(n) if x % 2 == 0]\n',
      entry: 'evens',
      tests: test,
    })
    const lazy = 'def evens(n):\n    return (x for x in range(n) if x % 2 == 0)\n'
    expect((await graded(lazy, suite('assert evens(4) == [0, 2]'))).correct).toBe(false)
    expect((await graded(lazy, suite('assert tuple(evens(4)) == (0, 2)'))).correct).toBe(true)
    const pair =
      'from collections import namedtuple\nP = namedtuple("P", "a b")\ndef evens(n):\n    return P(1, 2)\n'
    const tests = 'assert evens(1) == (1, 2)'
    expect(
      (await graded(pair, { ...suite(tests), reference: 'def evens(n):\n    return (1, 2)\n' }))
        .correct,
    ).toBe(true)
  })

  test('a suite whose reference fails is undecided, not wrong', async () => {
    const broken = { ...SUM, tests: 'assert total([1]) == 2' }
    const verdict = await graded(SUM.reference, broken)
    expect(verdict).toMatchObject({ correct: false, undecided: true })
    expect(verdict.reason).toContain('the reference under its own tests: exception AssertionError')
  })
})

describe('tests that are inputs', () => {
  const suite = {
    entry: 'half',
    atol: 0,
    reference: 'def half(x):\n    return x / 2\n',
    inputs: Array.from({ length: 900 }, (_, at) => [pyInt(at)]),
  }

  test('outputs are compared over several children', async () => {
    const expected = await expectedOf(suite, deps)
    const good = await differ(suite, expected, 'def half(x):\n    return x * 0.5\n', deps)
    expect(good).toMatchObject({ correct: true, status: 'ok' })
    const late = await differ(
      suite,
      expected,
      'def half(x):\n    return x / 2 if x < 899 else 0\n',
      deps,
    )
    expect(late).toMatchObject({ correct: false, reason: 'input 900 of 900: another output' })
  })

  test('values too large to pass between processes are compared all the same', async () => {
    const large = {
      entry: 'many',
      atol: 0,
      reference:
        'def many(n):\n    return [x * 1.0 for x in range(n)] if n % 2 else "ab" * n * 40\n',
      inputs: [[pyInt(300_001)], [pyInt(20_000)]],
    }
    const expected = await expectedOf(large, deps)
    expect(expected.ok).toBe(true)
    const whole = 'def many(n):\n    return list(range(n)) if n % 2 else "ab" * n * 40\n'
    expect((await differ(large, expected, whole, deps)).correct).toBe(true)
    const late = 'def many(n):\n    return list(range(n - 1)) + [0] if n % 2 else "ab" * n * 40\n'
    expect((await differ(large, expected, late, deps)).correct).toBe(false)
    const forged = `import hashlib\nclass Fake:\n    def __init__(self, *a):\n        pass\n    def hexdigest(self):\n        return '0' * 64\nhashlib.sha256 = Fake\n${late}`
    expect((await differ(large, expected, forged, deps)).correct).toBe(false)
  })

  test('a class that equals everything is no output', async () => {
    const program =
      'class Yes(float):\n    def __eq__(self, other):\n        return True\ndef half(x):\n    return Yes(1)\n'
    const verdict = await differ(suite, await expectedOf(suite, deps), program, deps)
    expect(verdict).toMatchObject({ correct: false, status: 'unserialisable' })
  })
})

/** pickle.dumps(text, protocol 2), zlib, base64. */
function packed(text: string): string {
  const bytes = Buffer.from(text)
  const head = Buffer.from([0x80, 2, 0x58, 0, 0, 0, 0])
  head.writeUInt32LE(bytes.length, 3)
  return deflateSync(Buffer.concat([head, bytes, Buffer.from([0x71, 0, 0x2e])])).toString('base64')
}

const problem = (id: string, tests: readonly object[], functionName?: string) => ({
  question_title: id,
  question_content: `Solve ${id}`,
  platform: functionName === undefined ? 'atcoder' : 'leetcode',
  question_id: id,
  contest_id: 'c1',
  contest_date: '2024-10-01T00:00:00',
  starter_code:
    functionName === undefined
      ? ''
      : `class Solution:\n    def ${functionName}(self, a, b):\n        `,
  difficulty: 'easy',
  public_test_cases: JSON.stringify(tests.slice(0, 1)),
  private_test_cases: packed(JSON.stringify(tests.slice(1))),
  metadata: JSON.stringify(functionName === undefined ? {} : { func_name: functionName }),
})

async function questionsOf(
  benchmark: Benchmark,
  path: string,
  rows: readonly object[],
): Promise<readonly Question[]> {
  const folder = temporaryFolder()
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`)
  return (await benchmark.load(folder)).questions
}

const fence = (program: string): string => `Here it is.\n\`\`\`python\n${program}\n\`\`\``

describe('LiveCodeBench', () => {
  const stdin = (input: string, output: string) => ({ input, output, testtype: 'stdin' })
  const method = (input: string, output: string) => ({ input, output, testtype: 'functional' })
  const rows = [
    problem('sum', [stdin('2\n1 2\n', '3\n'), stdin('3\n1 2 3\n', '6'), stdin('1\n\n5\n', '5')]),
    problem('add', [method('1\n[2, 3]', '[3, 4]'), method('10\n[]', '[]')], 'shift'),
    problem('real', [stdin('3', '1.50\nYES')]),
  ]

  test('programs read and print, methods take and return', async () => {
    const [sum, add, real] = await questionsOf(LIVECODEBENCH, 'livecodebench/test.jsonl', rows)
    const sums = [
      'input()\nprint(sum(map(int, input().split() or input().split())))',
      'import sys\ndata = sys.stdin.read().split()\nprint(sum(map(int, data[1:])))\nsys.exit(0)',
      'import sys\nlines = sys.stdin.buffer.read().split()\nsys.stdout.write(str(sum(map(int, lines[1:]))) + "  \\n\\n")',
      'if __name__ == "__main__":\n    n = int(input())\n    print(6)',
      'print(open("/etc/passwd").read())',
      'import os\nos._exit(0)',
    ]
    const verdicts = await sum?.grade(sums.map(fence), deps)
    expect(verdicts?.map(({ correct }) => correct)).toEqual([true, true, true, false, false, false])
    const adds = [
      'class Solution:\n    def shift(self, a: int, b: List[int]) -> List[int]:\n        return [a + x for x in b]',
      'class Solution:\n    def shift(self, a, b):\n        return tuple(a + x for x in b)',
      'class Solution:\n    def shift(self, a, b):\n        return b',
    ]
    expect((await add?.grade(adds.map(fence), deps))?.map(({ correct }) => correct)).toEqual([
      true,
      true,
      false,
    ])
    const reals = [
      'print(int(input()) / 2)\nprint("YES")',
      'print(1.5000001)\nprint("YES")',
      'print(1.5, "YES")',
    ]
    expect((await real?.grade(reals.map(fence), deps))?.map(({ correct }) => correct)).toEqual([
      true,
      false,
      false,
    ])
  }, 60_000)

  test('tests that cannot be unpacked are named with file, line and field', async () => {
    const [broken] = await questionsOf(LIVECODEBENCH, 'livecodebench/test.jsonl', [
      { ...rows[0], private_test_cases: 'AAAA' },
    ])
    await expect(broken?.grade(['x'], deps)).rejects.toThrow(
      'livecodebench/test.jsonl, line 1, field private_test_cases: expected packed tests',
    )
  })

  test('execution asks for a value and compares it', async () => {
    const row = {
      question_id: 1,
      id: 'sample_0',
      function_name: 'minimumCost',
      code: 'def minimumCost(nums):\n    return sum(sorted(nums)[:2])',
      input: 'minimumCost(nums = [1, 2, 3])',
      output: '3',
      numsteps: 4,
      problem_id: 3,
      contest_id: 'c',
      contest_date: '2024-01-01',
      difficulty: 'easy',
    }
    const [item] = await questionsOf(LCB_EXECUTION, 'livecodebench/execution.jsonl', [row])
    expect(item?.ask('chat')?.parts[0]?.text).toContain('nums = [1, 2, 3]')
    const gold = item?.gold('azr') ?? ''
    const verdicts = await item?.grade([gold, gold.replace('3', '4'), 'nothing'], deps)
    expect(verdicts?.map(({ correct, reason }) => [correct, reason])).toEqual([
      [true, 'the value is the expected one'],
      [false, 'the value is not the expected one, 3'],
      [false, 'no answer block'],
    ])
  })
})

describe('CRUXEval', () => {
  const item = {
    id: 'x',
    cluster: 'x',
    kind: 'abduction' as const,
    program: 'def f(d):\n    return sorted(d)\n',
    pairs: [{ input: '', output: '[s61;s62;]' }],
    visible: 1,
    message: '',
  }
  const answer = (text: string): string =>
    `<think></think><answer>\n\`\`\`input\n${text}\n\`\`\`\n</answer>`

  test('inputs are run, expressions are worked out first, and neither can answer for the program', async () => {
    expect(CRUXEVAL_I.id).toBe('cruxeval-i')
    const answers = [
      "{'b': 1, 'a': 2}",
      'dict(b=1, a=2)',
      "'ab'[::-1]",
      "['a']",
      "0) or ['a', 'b'] or (1",
      "(lambda: ['a', 'b'])",
      "__import__('os')._exit(0)",
      "globals().__setitem__('f', lambda *a: ['a', 'b']) or 0",
    ]
    const verdicts = await reasoningQuestion(item).grade(answers.map(answer), deps)
    expect(verdicts.map(({ correct }) => correct)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ])
  })
})
