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
    expect(await execute(calls, sandbox)).toMatchObject([
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
    expect(await execute([call('return x', [input])], sandbox)).toMatchObject([
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
    expect(outcomes).toMatchObject(bodies.map(() => null))
  })

  test('skips at most two unusable inputs', async () => {
    const inputs = ['[]', '[3]', '[]', '[4]']
    expect(await execute([call('return x[0]', inputs, 2)], sandbox)).toMatchObject([
      [
        { input: '[3]', output: '3' },
        { input: '[4]', output: '4' },
      ],
    ])
    expect(await execute([call('return x[0]', ['[]', ...inputs], 2)], sandbox)).toMatchObject([
      null,
    ])
    expect(await execute([call('return x[0]', inputs, 3)], sandbox)).toMatchObject([null])
  })

  test.each([
    ['return sorted(x[::-1])[0] + 1', '[3, 1]', ['[1, 3]', '[1, 3]', '1']],
    ['return x[0]', '[3, 1]', []],
    ['x = len(x) - 1\n    return -x', '[3, 1]', ['2', 'x = 1']],
    ['return abs(-3) if x > 2 else x * 2 + 1', '1', ['False', '2']],
    ['return not all([x > 1, x < 9])', '4', ['True', 'True', 'True']],
    ['return sum(i * i for i in sorted(x))', '[2, 1]', ['[1, 2]']],
    [
      'y = []\n    for i in x:\n        y.append(i + 1)\n    return len(y)',
      '[4, 5]',
      ['y = []', 'i = 4', '5', 'y = [5]', 'i = 5', '6', 'y = [5, 6]'],
    ],
    [
      'y = 0\n    for i in range(x):\n        y += i * 2\n    return y',
      '2',
      ['y = 0', 'i = 0', '0', 'y = 0', 'i = 1', '2', 'y = 2'],
    ],
    [
      "y = ''\n    for c in x:\n        if c > 'a':\n            y = c + y\n    return y",
      "'ab'",
      ["y = ''", "c = 'a'", 'False', "c = 'b'", 'True', "y = 'b'"],
    ],
  ])('tells the steps of %j on %s', async (body, input, steps) => {
    const told = { ...call(body, [input]), told: true }
    expect(await execute([told, call(body, [input])], sandbox)).toMatchObject([
      [{ input, steps }],
      [{ input, steps: [] }],
    ])
  })

  test('tells nothing of long workings', async () => {
    const body = 'y = 0\n    for i in x:\n        y = y + i\n    return y'
    const run = async (length: number) => {
      const input = `[${Array.from({ length }, () => '1').join(', ')}]`
      const [pairs] = await execute([{ ...call(body, [input]), told: true }], sandbox)
      return pairs?.map(({ output, steps }) => [output, steps.length])
    }
    expect(await run(11)).toEqual([['11', 23]])
    expect(await run(12)).toEqual([['12', 0]])
  })

  test('shares nothing between programs', async () => {
    const calls = [
      { program: 'def f(x):\n    global y\n    y = x\n    return y', inputs: ['1'], wanted: 1 },
      call('return y', ['1']),
    ]
    expect(await execute(calls, sandbox)).toMatchObject([[{ input: '1', output: '1' }], null])
  })

  test('runs nothing for no programs', async () => {
    expect(await execute([], sandbox)).toMatchObject([])
  })

  test('names a batch that did not run', async () => {
    await expect(
      execute([call('return', ['1']), { ...call('(', ['1']) }], sandbox),
    ).rejects.toThrow('nano batch: expected outputs, found exception')
  })
})
