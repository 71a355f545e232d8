import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BENCHMARKS } from '../../../../electron/eval/suites/registry.ts'
import { HUMANEVAL } from '../../../../electron/eval/suites/humaneval.ts'
import { AIME24 } from '../../../../electron/eval/suites/mathematics.ts'
import { LIVECODEBENCH } from '../../../../electron/eval/suites/livecodebench.ts'
import { temporaryFolder } from '../../../fakes/folder.ts'

const folder = temporaryFolder()

function given(path: string, content: string): string {
  const place = join(folder, String(Math.random()).slice(2))
  mkdirSync(join(place, path, '..'), { recursive: true })
  writeFileSync(join(place, path), content)
  return place
}

const row = {
  task_id: 'HumanEval/0',
  prompt: 'def f(x):\n',
  entry_point: 'f',
  canonical_solution: '    return x\n',
  test: 'def check(candidate):\n    assert candidate(1) == 1\n',
}

const AIME = { id: 60, answer: '204' }

test.each([
  ['a missing file', 'other.jsonl', '', 'expected humaneval/HumanEval.jsonl, found none of them'],
  [
    'a file that is cut short',
    'humaneval/HumanEval.jsonl',
    `${JSON.stringify(row)}\n`,
    'humaneval/HumanEval.jsonl: expected 164 items, found 1: the file is cut short',
  ],
  [
    'half a line',
    'humaneval/HumanEval.jsonl',
    `${JSON.stringify(row)}\n${JSON.stringify(row).slice(0, 30)}`,
    'humaneval/HumanEval.jsonl, line 2: expected a string, found',
  ],
  [
    'a field of a newer version',
    'humaneval/HumanEval.jsonl',
    JSON.stringify({ ...row, extra: 1 }),
    'humaneval/HumanEval.jsonl, line 1, field extra:',
  ],
  [
    'a field of another type',
    'humaneval/HumanEval.jsonl',
    JSON.stringify({ ...row, test: 1 }),
    'humaneval/HumanEval.jsonl, line 1, field test: Invalid type: Expected string but received 1',
  ],
  [
    'an item that is there twice',
    'humaneval/HumanEval.jsonl',
    `${JSON.stringify(row)}\n`.repeat(164),
    'line 2: expected an id of its own, found that of humaneval/HumanEval.jsonl, line 1',
  ],
  [
    'an entry that is no name',
    'humaneval/HumanEval.jsonl',
    JSON.stringify({ ...row, entry_point: 'f(); import os' }),
    'humaneval/HumanEval.jsonl, line 1, field entry_point:',
  ],
])('%s is named', async (_, path, content, message) => {
  await expect(HUMANEVAL.load(given(path, content))).rejects.toThrow(message)
})

test('a whole file of another version loads and says so', async () => {
  const content = Array.from({ length: 30 }, (_, at) => JSON.stringify({ ...AIME, id: at })).join(
    '\n',
  )
  const { questions, files } = await AIME24.load(given('answer-keys/aime24.jsonl', content))
  expect(questions.length).toBe(30)
  expect(files.map(({ known }) => known)).toEqual([false])
  expect(questions[0]?.ask('chat')).toBeNull()
})

test('a file with questions goes before the key', async () => {
  const lines = Array.from({ length: 30 }, (_, at) =>
    JSON.stringify({
      id: at,
      problem: 'What is 200 + 4?',
      solution: '',
      answer: '204',
      url: '',
      question: null,
    }),
  )
  const { questions } = await AIME24.load(given('aime24/test.jsonl', lines.join('\n')))
  expect(questions[0]?.ask('chat')?.parts[0]?.text).toContain('What is 200 + 4?')
})

test('a folder without LiveCodeBench says what it should hold', async () => {
  await expect(LIVECODEBENCH.load(folder)).rejects.toThrow(
    'expected livecodebench/test.jsonl, found none',
  )
})

test('every benchmark names its licence, home and protocol, and has an id of its own', () => {
  expect(new Set(BENCHMARKS.map(({ id }) => id)).size).toBe(BENCHMARKS.length)
  for (const { licence, home, protocol } of BENCHMARKS) {
    expect(licence).not.toBe('')
    expect(home).toMatch(/^https:\/\//)
    expect(protocol.length).toBeGreaterThan(40)
  }
})
