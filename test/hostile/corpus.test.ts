import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { RESOURCES } from '../../electron/sandbox/open.ts'
import { descendants, fight, openArena } from './arena.ts'
import type { Bout } from './arena.ts'
import { CATEGORIES, CORPUS } from './corpus.ts'
import { openWay } from './ways.ts'
import type { Way } from './ways.ts'

const Report = v.nullable(
  v.object({
    level: v.number(),
    bouts: v.array(
      v.object({ attack: v.string(), outcome: v.string(), faults: v.array(v.string()) }),
    ),
  }),
)

/** Outcomes by attack, for every fight of this file. */
const fights = new Map<string, ReadonlyMap<string, string>>()

function judge(name: string, bouts: readonly Bout[]): void {
  fights.set(name, new Map(bouts.map(({ attack, outcome }) => [attack, outcome])))
  expect(bouts.filter(({ faults }) => faults.length > 0)).toEqual([])
}

test('the corpus has at least the specified number of programs in every category', () => {
  const least = [9, 14, 8, 4, 18, 8, 12, 10, 11, 16]
  const counts = CATEGORIES.map((one) => CORPUS.filter(({ category }) => category === one).length)
  expect(counts.map((count, at) => count >= (least[at] ?? 0))).toEqual(least.map(() => true))
  expect(CORPUS.length).toBeGreaterThanOrEqual(110)
  expect(new Set(CORPUS.map(({ category, name }) => `${category}/${name}`)).size).toBe(
    CORPUS.length,
  )
})

test.for<[Way, number]>([
  ['bubblewrap', 4],
  ['own', 4],
  ['landlock', 3],
])('no program of the corpus gets out of the %s sandbox', async ([way, level], { skip }) => {
  const sandbox = await openWay(way, { workers: 2 })
  if (sandbox === null) {
    skip(`${way} is not permitted on this machine`)
    return
  }
  const arena = await openArena()
  try {
    const bouts = await fight(sandbox, arena)
    expect(sandbox.level).toBe(level)
    judge(way, bouts)
  } finally {
    arena.close()
    await sandbox.close()
  }
  expect(descendants()).toEqual([])
})

test('nor out of the sandbox of an ordinary user', async ({ skip }) => {
  if (process.getuid?.() !== 0) {
    skip('the other tests run as an ordinary user already')
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'kelvin-resources-'))
  chmodSync(folder, 0o755)
  cpSync(RESOURCES, join(folder, 'python'), { recursive: true })
  const ways = ['bubblewrap', 'own', 'plain'] as const
  const reports = await Promise.all(
    ways.map((way) => asNobody(way, join(folder, 'python'))),
  ).finally(() => rmSync(folder, { recursive: true }))
  ways.forEach((way, at) => {
    const report = reports[at]
    // Without a Python that nobody may run there is nothing to test.
    if (report === undefined || report === null) return
    expect([way, report.level]).toEqual([way, way === 'plain' ? 3 : 4])
    judge(`${way} as nobody`, report.bouts)
  })
  if (!reports.some((report) => report !== null)) skip('nobody can open a sandbox here')
})

async function asNobody(way: Way, resources: string) {
  const script = fileURLToPath(new URL('ordinary.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [script, way, resources], {
    maxBuffer: 2 ** 26,
  })
  return v.parse(Report, JSON.parse(stdout))
}

test('every way gives the same verdicts', () => {
  // Attacks with a race in them (time against memory) may end in more than one way.
  const settled = CORPUS.filter(({ accepted }) => accepted.length === 1)
  const names = settled.map(({ category, name }) => `${category}: ${name}`)
  const [first, ...others] = [...fights.values()].map((outcomes) =>
    names.map((name) => [name, outcomes.get(name)?.split(':', 1)[0]]),
  )
  for (const other of others) expect(other).toEqual(first)
})
