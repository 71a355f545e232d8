import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../../electron/contract/verdict.ts'
import { createExecution, isPlain } from '../../../electron/selfplay/execution.ts'
import type { RunRequest } from '../../../electron/sandbox/sandbox.ts'
import { fakeSandbox, programOf } from '../../fakes/sandbox-fake.ts'

const quiet = () => {}
const signal = new AbortController().signal

describe('plain programs', () => {
  test.each([
    'def f(x):\n    return x + 1',
    'def f(x, y):\n    y = 0\n    for i in x:\n        y += i\n    return y',
    'def f(x): return x[::-1]',
  ])('%j is plain', (program) => {
    expect(isPlain(program)).toBe(true)
  })

  test.each([
    'def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)',
    'n = 0\ndef f(x):\n    return x',
    'def f(x):\n    global n\n    return x',
    'def f(x):\n    f.n = 1\n    return x',
    'def f(x):\n    return list({x})',
    'def f(x):\n    return list(set(x))',
    'def f(x):\n    return id(x)',
    'def f(x):\n    return x.__class__',
    'import math\ndef f(x):\n    return x',
    'def f(x):\n    def g(y):\n        return y\n    return g(x)',
    'def g(x):\n    return x',
  ])('%j is not', (program) => {
    expect(isPlain(program)).toBe(false)
  })
})

describe('each', () => {
  test('asks every (program, input) once, a plain program in one child', async () => {
    const sandbox = fakeSandbox()
    const execution = createExecution(sandbox, {}, signal)
    const calls = ['1', '2', '1', '3'].map((input) => ({ program: programOf('x + 1'), input }))
    const found = await execution.each(calls, quiet)
    expect(found.map((outcome) => outcome.status === 'ok' && outcome.canonical)).toEqual([
      'i2;',
      'i3;',
      'i2;',
      'i4;',
    ])
    expect(sandbox.ran.map(({ inputs }) => inputs)).toEqual([['1', '2', '3']])
  })

  test('a time-out in a shared child does not decide about the inputs after it', async () => {
    const alone: string[] = []
    const answer = (input: string): Outcome =>
      input === '9' ? { status: 'timeout', detail: '' } : { status: 'ok', canonical: `i${input};` }
    const run = ({ inputs }: RunRequest) => {
      if (inputs.length === 1) alone.push(...inputs)
      const lost = inputs.includes('9')
      const outcomes = inputs.map((input, at): Outcome =>
        lost && at >= inputs.indexOf('9') ? { status: 'timeout', detail: '' } : answer(input),
      )
      return Promise.resolve({ outcomes, cpuMs: 0, wallMs: 0 })
    }
    const execution = createExecution({ ...fakeSandbox(), run }, {}, signal)
    const calls = ['1', '9', '2'].map((input) => ({ program: programOf('x'), input }))
    const found = await execution.each(calls, quiet)
    expect(found.map(({ status }) => status)).toEqual(['ok', 'timeout', 'ok'])
    expect(alone).toEqual(['9', '2'])
  })

  test('programs that could keep state or see hash seeds get two children per input', async () => {
    const sandbox = fakeSandbox()
    const twice: RunRequest[] = []
    const runTwice = (request: RunRequest) => {
      twice.push(request)
      return sandbox.run(request)
    }
    const execution = createExecution({ ...sandbox, runTwice }, {}, signal)
    const program = 'def f(x):\n    return list(set(x))'
    const calls = ['1', '2'].map((input) => ({ program, input }))
    await execution.each(calls, quiet)
    expect(twice.map(({ inputs }) => inputs)).toEqual([['1'], ['2']])
  })
})

test('a missing outcome is trouble of the sandbox, not of the program', async () => {
  const run = () => Promise.resolve({ outcomes: [], cpuMs: 0, wallMs: 0 })
  const execution = createExecution({ ...fakeSandbox(), run, runTwice: run }, {}, signal)
  const requests = [{ program: programOf('x'), inputs: ['1', '2'] }]
  const [outcomes] = await execution.once(requests, quiet)
  expect(outcomes?.map(({ status }) => status)).toEqual(['infra_error', 'infra_error'])
})

test('facts of a program are asked for once', async () => {
  const sandbox = fakeSandbox()
  const execution = createExecution(sandbox, {}, signal)
  await execution.analyse([programOf('x'), programOf('x')])
  const facts = await execution.analyse([programOf('x + 1'), programOf('x')])
  expect(sandbox.analysed).toEqual([programOf('x'), programOf('x + 1')])
  expect(facts.map((one) => one.ok && one.skeleton)).toEqual([
    'def f(x):\n    return x + 0',
    'def f(x):\n    return x',
  ])
})
