import { expect, test } from 'vitest'
import { acceptable } from '../../../../electron/eval/code/compare.ts'
import { completed, cutAt, programIn } from '../../../../electron/eval/code/extract.ts'
import { typedInput } from '../../../../electron/eval/suites/plus-inputs.ts'
import { pickledText } from '../../../../electron/eval/suites/pickle.ts'
import { toCanonical } from '../../../../electron/python/canonical.ts'
import { parseArguments, parseLiteral } from '../../../../electron/python/literal.ts'
import { argumentsText } from '../../../../electron/python/repr.ts'

const canonical = (text: string): string => {
  const value = parseLiteral(text)
  if (!value.ok) throw new Error(value.why)
  return toCanonical(value.value)
}

const args = (text: string) => {
  const values = parseArguments(text)
  if (!values.ok) throw new Error(values.why)
  return values.value
}

const judged = (entry: string, atol: number, input: string, expected: string, found: string) =>
  acceptable({ entry, atol }, args(input), canonical(expected), canonical(found))

test.each([
  ['g', 0, '1', '[1, 2]', '[1, 2]', true],
  ['g', 0, '1', '[1, 2]', '(1, 2)', false],
  ['g', 0, '1', '1', '1.0', true],
  ['g', 0, '1', '1.0', '1.0000005', true],
  ['g', 0, '1', '1.0', '1.00001', false],
  ['g', 0, '1', '[0.1, 0.2]', '[0.1000001, 0.2]', true],
  ['g', 0, '1', '[0.1, 2]', '[0.1000001, 2]', false],
  ['g', 1e-4, '1', '2.5', '2.50009', true],
  ['g', 1e-4, '1', '2.5', '2.5002', false],
  ['g', 1e-4, '1', '2.5', "'2.5'", false],
  ['g', 1e-4, '1', '3', 'True', false],
  ['g', 0, '1', "float('nan')", "float('nan')", true],
  ['Diff', 0, '1', '[1, 2]', '(2, 1, 1)', true],
  ['Diff', 0, '1', '[1, 2]', '[1]', false],
  ['are_equivalent', 0, '1', 'True', 'False', true],
  ['sum_div', 0, '8', '7', '0', true],
  ['sum_div', 0, '8', '7', '1', false],
  ['find_zero', 1e-4, '[1, 2]', '-0.5', '-0.50001', true],
  ['find_zero', 1e-4, '[1, 2]', '-0.5', '0.5', false],
  ['digit_distance_nums', 0, '1, 2', '1', '1', true],
  ['digit_distance_nums', 0, '23, 56', '6', '7', false],
])('%s within %d on %s: %s against %s is %s', (entry, atol, input, expected, found, verdict) => {
  expect(judged(entry, atol, input, expected, found)).toBe(verdict)
})

test.each([
  ['Mbpp/2', '[1, 2], [3]', '(1, 2), (3,)'],
  ['Mbpp/63', '[[1, 2]], [[3]]', '[(1, 2)], [(3,)]'],
  ['Mbpp/75', '[[1]], [2]', '[(1,)], [2]'],
  ['Mbpp/106', '[1], [2]', '[1], (2,)'],
  ['Mbpp/250', '[1], 2', '(1,), 2'],
  ['Mbpp/259', '[[1], [2]]', '((1,), (2,))'],
  ['Mbpp/722', "{'a': [1.0, 2]}, 3", "{'a': (1.0, 2)}, 3"],
  ['Mbpp/580', '[[1, [2]]]', '((1, (2,)),)'],
  ['Mbpp/115', '[[1, 2], []]', '[{1, 2}, {}]'],
  ['Mbpp/124', "'0', '1j'", '0.0, 1j'],
  ['Mbpp/252', "'(1-2j)'", '(1-2j)'],
  ['Mbpp/3', '[1]', '[1]'],
])('%s: inputs %s become %s', (task, input, typed) => {
  expect(argumentsText(typedInput(task, args(input)))).toBe(typed)
})

test('the program of a response is its last block that defines what is asked for', () => {
  const text = 'First\n```python\ndef g():\n    pass\n```\nthen\n```\nprint(1)\n```\n'
  expect(programIn(text, 'g')).toBe('def g():\n    pass')
  expect(programIn(text, null)).toBe('print(1)')
  expect(programIn('  \n', null)).toBeNull()
})

test('a continuation gets its prompt back, an answer keeps its own definition', () => {
  const prompt = 'import math\n\ndef g(x):\n    """doc"""\n'
  expect(completed(prompt, '    return x\n', 'g')).toBe(`${prompt}    return x\n`)
  const whole = completed(prompt, '```python\ndef g(x):\n    return x\n```', 'g')
  expect(whole.startsWith(prompt)).toBe(true)
  expect(whole.endsWith('def g(x):\n    return x')).toBe(true)
})

test('a continuation is cut at the first end', () => {
  expect(cutAt('    return 1\nprint(2)\ndef h', ['\ndef ', '\nprint('])).toBe('    return 1')
})

test('a pickled text is read and nothing else is', () => {
  // pickle.dumps('h\u00e9', 4) of CPython
  const bytes = Buffer.from('80049507000000000000008c0368c3a9942e', 'hex')
  expect(pickledText(bytes)).toBe('h\u00e9')
  const call = Buffer.from('80047d942e', 'hex')
  expect(() => pickledText(call)).toThrow('opcode')
  expect(() => pickledText(bytes.subarray(0, 12))).toThrow(RangeError)
})
