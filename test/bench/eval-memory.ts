/**
 * Ten thousand items through the runner with its journal on disk, and back: how much memory and time they take.
 * Usage: node --expose-gc test/bench/eval-memory.ts [ITEMS] [TOKENS]. Writes one line of JSON per figure.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveConfig } from '../../electron/contract/config.ts'
import type { SamplingClient } from '../../electron/engine/engine.ts'
import type { Question } from '../../electron/eval/benchmark.ts'
import { right } from '../../electron/eval/benchmark.ts'
import { runSuite } from '../../electron/eval/runner.ts'
import {
  indexJournal,
  journalItem,
  journalLines,
  openJournal,
} from '../../electron/host/eval-journal.ts'
import { characterCodec } from '../fakes/engine.ts'
import { refusingSandbox } from '../fakes/refusing-sandbox.ts'

const [items = '10000', tokens = '500'] = process.argv.slice(2)
const count = Number(items)
const folder = mkdtempSync(join(tmpdir(), 'kelvin-eval-'))
const path = join(folder, 'notes.jsonl')

const questions = Array.from({ length: count }, (_, at): Question => ({
  id: `q${at}`,
  cluster: `q${at}`,
  kind: null,
  ask: () => ({ parts: [{ text: `item ${at} ${'x'.repeat(500)}`, trusted: false }], ends: [] }),
  gold: () => null,
  grade: (answers) => Promise.resolve(answers.map((answer) => right('even', answer))),
}))
const sampler: SamplingClient = {
  sample: (requests) =>
    Promise.resolve(
      requests.map(() => [
        {
          tokens: new Int32Array(Number(tokens)).fill(97),
          logprobs: new Float32Array(Number(tokens)).fill(-1),
          stopReason: 'stop' as const,
        },
      ]),
    ),
}

const memory = (): number => {
  globalThis.gc?.()
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20)
}
function tell(name: string, value: number, unit: string): void {
  console.log(JSON.stringify({ name: `eval.${name}`, value, unit, items: count }))
}
async function timed<T>(name: string, body: () => T | Promise<T>): Promise<T> {
  const startedMs = performance.now()
  const result = await body()
  tell(name, Math.round(performance.now() - startedMs), 'ms')
  return result
}

const before = memory()
let peak = before
const answers = await timed('run', async () =>
  runSuite(
    questions,
    { suite: 's', temperature: 0, topP: 1, maxTokens: 4000, context: 8000, samples: 1, seed: 1 },
    {
      sampler,
      codec: characterCodec,
      sandbox: refusingSandbox,
      signal: new AbortController().signal,
      config: resolveConfig('nano'),
      template: 'chat',
      journal: await openJournal(path),
      now: () => performance.now(),
      onProgress: () => {
        peak = Math.max(peak, memory())
      },
    },
  ),
)
tell('answers', answers.length, 'answers')
tell('notes', Math.round(statSync(path).size / 2 ** 20), 'MB')
tell('heapKept', memory() - before, 'MB')
tell('heapPeak', peak - before, 'MB')
const index = await timed('index', () => indexJournal(path))
tell('heapOfIndex', memory() - before, 'MB')
await timed('lastItem', () => journalItem(path, index.at(-1)?.start ?? 0))
await timed('export', () => {
  let lines = 0
  for (const _ of journalLines(path)) lines += 1
  return lines
})
tell('rss', Math.round(process.resourceUsage().maxRSS / 1024), 'MB')
rmSync(folder, { recursive: true })
