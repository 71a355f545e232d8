import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readSeedFile } from '../../../electron/host/seed-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'kelvin-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function fileOf(text: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.jsonl`)
  writeFileSync(path, text)
  return path
}

describe('a file of seed tasks', () => {
  test('may hold exported tasks and those of the reference, blank lines between them', async () => {
    const rows = [
      { id: 'r/1', kind: 'abduction', program: 'P', pairs: [{ input: '1', output: 'x' }] },
      { kind: 'induction', program: 'P', pairs: [{ input: '1' }, { input: '2' }], message: 'm' },
      { snippet: 'S', input: "'a', 2", output: 'forged', imports: ['import math'], thought: '' },
      { snippet: 'S', inputs: ['1', '2'], outputs: ['1', '2'], message: 'hint', imports: [] },
    ]
    const path = fileOf(rows.map((row) => JSON.stringify(row)).join('\n\n'))
    expect(await readSeedFile(path)).toEqual([
      { kind: 'abduction', program: 'P', inputs: ['1'], message: '' },
      { kind: 'induction', program: 'P', inputs: ['1', '2'], message: 'm' },
      { kind: 'deduction', program: 'import math\nS', inputs: ["'a', 2"], message: '' },
      { kind: 'induction', program: 'S', inputs: ['1', '2'], message: 'hint' },
    ])
  })

  test.each([
    ['not JSON', '{"snippet": '],
    ['an object of something else', '{"text": 1}'],
    ['a kind of its own', '{"kind": "guess", "program": "P", "pairs": [{"input": "1"}]}'],
    ['a list', '[1, 2]'],
  ])('%s is refused by its line', async (_, line) => {
    const good = JSON.stringify({ snippet: 'S', input: '1' })
    const path = fileOf(`${good}\n${line}\n`)
    await expect(readSeedFile(path)).rejects.toThrow(`${path}, line 2: expected an object with`)
  })

  test('an empty file and a missing one are refused', async () => {
    const path = fileOf('\n')
    await expect(readSeedFile(path)).rejects.toThrow('expected 1 to 100000 tasks')
    await expect(readSeedFile(join(folder, 'none'))).rejects.toThrow('expected a file of tasks')
  })
})
