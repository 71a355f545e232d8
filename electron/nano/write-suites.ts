/**
 * Command: `node electron/nano/write-suites.ts` writes both suites to resources/benchmarks and reserved.ts beside it.
 * Run once; a suite that changes after models were measured compares nothing.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { openSandbox } from '../sandbox/open.ts'
import { programHash } from './holdout.ts'
import { handWrittenSuite, heldOutSuite, parseHandWritten } from './make-suites.ts'
import { SUITE_DIRECTORY } from './suites.ts'
import type { SuiteLine, SuiteName } from './suites.ts'

async function writeSuite(name: SuiteName, lines: readonly SuiteLine[]): Promise<void> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  await writeFile(`${SUITE_DIRECTORY}/${name}.jsonl`, text)
}

/** The text of reserved.ts. */
export function reservedSource(source: string): string {
  const hashes = parseHandWritten(source).map(({ program }) => programHash(program))
  return `/**
 * Hashes of the hand-written programs, so that the predicate reads no file. Written by write-suites.ts.
 */
export const HAND_WRITTEN: ReadonlySet<string> = new Set([
${hashes.map((hash) => `  '${hash}',\n`).join('')}])
`
}

async function writeSuites(): Promise<void> {
  const source = await readFile(`${SUITE_DIRECTORY}/nano-ood.py`, 'utf8')
  await writeFile(new URL('reserved.ts', import.meta.url), reservedSource(source))
  const sandbox = await openSandbox()
  try {
    await writeSuite('nano-ood', await handWrittenSuite(source, sandbox))
    await writeSuite('nano-heldout', await heldOutSuite(sandbox))
  } finally {
    await sandbox.close()
  }
}

if (import.meta.main) await writeSuites()
