/**
 * Which suites are at hand in a folder, and what fetching the others would bring.
 * Not here: reading them (eval/suites/), fetching (evaluate-fetch.ts).
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SuiteReport, SuiteState } from '../contract/evaluation.ts'
import type { Benchmark } from '../eval/benchmark.ts'
import { type HomeFile, SUITE_HOMES, type SuiteHome } from '../eval/suites/homes.ts'
import { benchmarkOf } from '../eval/suites/registry.ts'
import { suiteOf, SUITE_NAMES } from './evaluate-suites.ts'

/** Of every suite but a run's own tasks, which every run has. */
export async function suiteReports(folder: string): Promise<SuiteReport[]> {
  const digests = new Map<string, Promise<string | null>>()
  const digestAt = (path: string): Promise<string | null> => {
    const known = digests.get(path) ?? digestOf(join(folder, path))
    digests.set(path, known)
    return known
  }
  const names = SUITE_NAMES.filter((name) => name !== 'own-tasks')
  return await Promise.all(names.map((name) => reportOf(suiteOf(name, null), digestAt)))
}

async function reportOf(
  { id, title, area, licence, home, protocol, count }: Benchmark,
  digestAt: (path: string) => Promise<string | null>,
): Promise<SuiteReport> {
  const about = { id, title, area, licence, home, protocol, items: count }
  const published = SUITE_HOMES[id]
  if (benchmarkOf(id) === undefined || published === undefined) {
    return { ...about, state: 'ready', problem: '', known: true, fetch: null }
  }
  const { state, known, problem } = await stateOf(published, digestAt)
  return { ...about, state, known, problem, fetch: fetchOf(published.files) }
}

async function stateOf(
  { files, key }: SuiteHome,
  digestAt: (path: string) => Promise<string | null>,
): Promise<Pick<SuiteReport, 'state' | 'known' | 'problem'>> {
  const found = await Promise.all(
    files.map(async ({ path, sha256 }) => ({ path, sha256, digest: await digestAt(path) })),
  )
  const there = found.filter(({ digest }) => digest !== null)
  if (there.length === 0) {
    const hasKey = key !== undefined && (await digestAt(key)) !== null
    const state: SuiteState = hasKey ? 'answers' : 'missing'
    return { state, known: null, problem: '' }
  }
  const checked = there.filter(({ sha256 }) => sha256 !== null)
  const other = checked.find(({ sha256, digest }) => sha256 !== digest)
  const problem =
    other === undefined ? '' : `${other.path} is another version than the published one`
  return { state: 'ready', known: checked.length === 0 ? null : other === undefined, problem }
}

function fetchOf(files: readonly HomeFile[]): SuiteReport['fetch'] {
  const sizes = files.map(({ bytes }) => bytes)
  const bytes = sizes.includes(null)
    ? null
    : sizes.reduce<number>((sum, one) => sum + (one ?? 0), 0)
  return { files: files.length, bytes }
}

/** Files of gigabytes are not read through for a list. */
const MOST_DIGESTED = 64 * 2 ** 20
const NOT_DIGESTED = 'not digested'

/** null: not there. */
async function digestOf(path: string): Promise<string | null> {
  const size = await stat(path).then(
    (found) => (found.isFile() ? found.size : null),
    () => null,
  )
  if (size === null) return null
  if (size > MOST_DIGESTED) return NOT_DIGESTED
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) if (Buffer.isBuffer(chunk)) hash.update(chunk)
  return hash.digest('hex')
}
