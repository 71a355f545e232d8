import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { execute } from '../../../electron/nano/execute.ts'
import { openSandbox } from '../../../electron/sandbox/open.ts'
import type { Sandbox } from '../../../electron/sandbox/sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await openSandbox({ workers: 1 })
})
afterAll(() => sandbox.close())

const call = (body: string, inputs: string[], wanted = inputs.length) => ({
  program: `def f(x):\n    ${body}`,
  inputs,
  wanted,
})

describe('execute', () => {
  test('gives the repr of each output beside its input', async () => {
    const calls = [
      call('return x + [1]', ['[2]', '[]']),
      call('return x * 2', ["'ab'"]),
      call("return 'a\\'b'", ['3']),
      call('return x > 2', ['3', '-2']),
    ]
    expect(await execute(calls, sandbox)).toEqual([
      [
        { input: '[2]', output: '[2, 1]' },
        { input: '[]', output: '[1]' },
      ],
      [{ input: "'ab'", output: "'abab'" }],
      [{ input: '3', output: '"a\'b"' }],
      [
        { input: '3', output: 'True' },
        { input: '-2', output: 'False' },
      ],
    ])
  })

  test('passes inputs of every printable character', async () => {
    const input = `'${String.fromCharCode(...Array.from({ length: 10 }, (_, i) => 91 + i)).replace('\\', '')}"'`
    expect(await execute([call('return x', [input])], sandbox)).toEqual([
      [{ input, output: input }],
    ])
  })

  test('drops programs that raise or leave the value range', async () => {
    const bodies = [
      'return x[5]',
      'return 1000',
      'return -1000',
      'return [1] * 13',
      "return 'a' * 15",
      'return 1.5',
      'return None',
      'return (1, 2)',
      "return ['a']",
      'return [True]',
      "return 'é'",
      "return '\\n'",
      'return sum(range(101))',
      "return 'a' * 10 ** 12",
    ]
    const outcomes = await execute(
      bodies.map((body) => call(body, ['[1]', '[2]', '[3]'])),
      sandbox,
    )
    expect(outcomes).toEqual(bodies.map(() => null))
  })

  test('skips at most two unusable inputs', async () => {
    const inputs = ['[]', '[3]', '[]', '[4]']
    expect(await execute([call('return x[0]', inputs, 2)], sandbox)).toEqual([
      [
        { input: '[3]', output: '3' },
        { input: '[4]', output: '4' },
      ],
    ])
    expect(await execute([call('return x[0]', ['[]', ...inputs], 2)], sandbox)).toEqual([null])
    expect(await execute([call('return x[0]', inputs, 3)], sandbox)).toEqual([null])
  })

  test('shares nothing between programs', async () => {
    const calls = [
      { program: 'def f(x):\n    global y\n    y = x\n    return y', inputs: ['1'], wanted: 1 },
      call('return y', ['1']),
    ]
    expect(await execute(calls, sandbox)).toEqual([[{ input: '1', output: '1' }], null])
  })

  test('runs nothing for no programs', async () => {
    expect(await execute([], sandbox)).toEqual([])
  })

  test('names a batch that did not run', async () => {
    await expect(
      execute([call('return', ['1']), { ...call('(', ['1']) }], sandbox),
    ).rejects.toThrow('nano batch: expected outputs, found exception')
  })
})
