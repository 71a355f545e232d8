/**
 * What the reference's executor accepts and this one must not: every row scores nothing.
 * Source: sandbox.md section 11 (rows verified against the reference by running them).
 */
import { existsSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parseCanonical } from '../../electron/python/canonical.ts'
import { pyEqual } from '../../electron/python/equality.ts'
import { parseLiteral } from '../../electron/python/literal.ts'
import type { LocalSandbox } from '../../electron/sandbox/local.ts'
import { openSandbox } from '../../electron/sandbox/open.ts'
import { forbiddenImport, forbiddenName } from '../../electron/selfplay/policy.ts'
import { textOf } from './arena.ts'

let sandbox: LocalSandbox

beforeAll(async () => {
  sandbox = await openSandbox({ workers: 2 })
})

afterAll(() => sandbox.close())

/** Abduction: 1 if the known program gives the gold on the answer, compared outside. */
async function abduction(program: string, answer: string, gold: string): Promise<number> {
  const { outcomes } = await sandbox.run({ program, inputs: [answer] })
  const [outcome] = outcomes
  if (outcome?.status !== 'ok') return 0
  const found = parseCanonical(outcome.canonical)
  const wanted = parseCanonical(gold)
  return found.ok && wanted.ok && pyEqual(found.value, wanted.value) ? 1 : 0
}

/** Deduction: 1 if the answer is a literal equal to the gold; no process is involved. */
function deduction(answer: string, gold: string): number {
  const found = parseLiteral(answer)
  const wanted = parseCanonical(gold)
  return found.ok && wanted.ok && pyEqual(found.value, wanted.value) ? 1 : 0
}

/** What a proposal of this program and input comes to. */
async function proposal(program: string, input = '1'): Promise<string> {
  const { outcomes } = await sandbox.runTwice({ program, inputs: [input] })
  return textOf(outcomes[0])
}

const DOUBLE = 'def f(a):\n    return a * 2\n'

test('an honest answer scores', async () => {
  expect(await abduction(DOUBLE, '21', 'i2a;')).toBe(1)
  expect(deduction('42', 'i2a;')).toBe(1)
})

test.for([
  '0) or (True',
  '0) or [1] or f(0',
  '0) == 1 or True #',
  '0)\nTrue\n(0',
  '0)\nprint("True"',
  'True if 1 else f(0',
])('row 1: the abduction answer %j closes no call', async (answer) => {
  expect(await abduction(DOUBLE, answer, 'i63;')).toBe(0)
  expect(await abduction('def f(a):\n    return a\n', answer, 'T')).toBe(0)
})

test('row 2: a deduction answer is never evaluated', () => {
  const mark = join(tmpdir(), `kelvin-forgery-${process.pid}`)
  rmSync(mark, { force: true })
  const answers = [
    `__import__('os').system('touch ${mark}') or 42`,
    `(lambda: open('${mark}', 'w'))() or 42`,
    '21 * 2',
    '[x for x in [42]][0]',
    "'1+1'",
  ]
  expect(answers.map((answer) => deduction(answer, 'i2a;'))).toEqual([0, 0, 0, 0, 0])
  expect(deduction('2', 's312b31;')).toBe(0)
  expect(existsSync(mark)).toBe(false)
})

test('row 3: a repr that is a string subclass with __reduce__ leaves no value', async () => {
  const program =
    'class R(str):\n    def __reduce__(self): return (print, ("x",))\nclass V:\n    def __repr__(self): return R("1")\ndef f(a): return V()\n'
  expect(await proposal(program)).toBe('unserialisable:unsupported_type:V')
  expect(await proposal(program.replace('return V()', 'return R("1")'))).toBe(
    'unserialisable:unsupported_type:R',
  )
})

test('row 4: a class that lies in == does not pass as deterministic', async () => {
  const lie = 'def __eq__(self, o): return True\n    def __ne__(self, o): return False\n'
  const program = `import os\nclass L(int):\n    ${lie}def f(a): return L(os.getpid())\n`
  expect(await proposal(program)).toBe('unserialisable:unsupported_type:L')
})

test.for([
  'import os\ndef f(a): return os.urandom(4)\n',
  'import random\ndef f(a): return random.random()\n',
  'n = [0]\ndef f(a):\n    n[0] += 1\n    return n[0]\n',
  'def f(a): return (i for i in [1])\n',
  'def f(a): return lambda: 1\n',
  'def f(a): raise SystemExit\n',
  'def f(a): raise KeyboardInterrupt\n',
  'class E(Exception): pass\ndef f(a): raise E("boom")\n',
])('row 5: no gold comes of %j', async (program) => {
  expect(await proposal(program)).not.toMatch(/^ok/)
})

test('row 5: a gold that holds NaN is matched by nothing', async () => {
  const [, canonical = ''] = (await proposal('def f(a): return [1, float("nan")]\n')).split('ok:')
  expect(deduction("[1, float('nan')]", canonical)).toBe(0)
  expect(await abduction('def f(a): return [1, float("nan")]\n', '1', canonical)).toBe(0)
})

test.for([
  "def f(a): return hash('a')\n",
  "def f(a): return list({'a', 'b', 'c', 'd', 'e', 'f'})\n",
  'def f(a): return id([])\n',
  'class A: pass\ndef f(a): return str(A())\n',
])('row 6: %j is nondeterministic', async (program) => {
  expect(await proposal(program)).toMatch(/^nondeterministic/)
})

test('row 7: an error task must fail in the same way in every run', async () => {
  const sometimes =
    'import os\ndef f(a):\n    if os.urandom(1)[0] % 2: raise ValueError\n    return os.urandom(4)\n'
  const kinds = 'import os\ndef f(a):\n    raise [ValueError, KeyError][os.urandom(1)[0] % 2]\n'
  const runs = await Promise.all(Array.from({ length: 12 }, () => proposal(sometimes)))
  expect(runs.every((run) => !run.startsWith('ok'))).toBe(true)
  expect(await Promise.all(Array.from({ length: 24 }, () => proposal(kinds)))).toContain(
    'nondeterministic:a repeated call differs',
  )
  expect(await proposal('def f(a): return [][a]\n')).toBe('exception:IndexError')
})

test('row 8: every spelling of a module is seen', async () => {
  const [facts] = await sandbox.analyse([
    'import os\nfrom os import path\nimport os.path as p\nfrom random import *\nx = ().__class__.__bases__\n',
  ])
  if (facts === undefined || !facts.ok) throw new Error('no facts')
  expect(facts.imports).toEqual(['os', 'os.path', 'random'])
  expect(facts.imports.map((name) => forbiddenImport([name]))).toEqual(facts.imports)
  expect(facts.dunders.map((name) => forbiddenName([name]))).toEqual(['__bases__', '__class__'])
})

test('no gold is in any byte that is sent to a zygote', async () => {
  const sent: Buffer[] = []
  const write = vi.spyOn(Socket.prototype, 'write')
  const gold = 'i123456789abcd;'
  const program = 'def f(a):\n    return a * 2\n'
  expect(await abduction(program, '41', gold)).toBe(0)
  expect(deduction('41', gold)).toBe(0)
  await sandbox.runTwice({ program, inputs: ['41', '42'] })
  for (const [chunk] of write.mock.calls) {
    if (chunk instanceof Uint8Array) sent.push(Buffer.from(chunk))
  }
  write.mockRestore()
  const text = Buffer.concat(sent).toString('latin1')
  // The spy works: it saw the program.
  expect(text).toContain('return a * 2')
  expect(text).not.toContain('123456789abcd')
  expect(text).not.toContain(String(0x123456789abcd))
})
