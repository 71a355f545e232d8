/**
 * Every reference of every public suite that was given, and 500 seeded mutations of each code suite.
 * Usage: node test/bench/eval-gold.ts [SUITE,...] [MUTATIONS]. Writes one line of JSON per suite.
 */
import { resolveConfig } from '../../electron/contract/config.ts'
import { BENCHMARKS } from '../../electron/eval/suites/registry.ts'
import { openSandbox } from '../../electron/sandbox/open.ts'
import { goldOf, mutationsOf, NO_DATA } from '../fakes/gold-suites.ts'

const [names = '', mutations = '500'] = process.argv.slice(2)
const wanted = names.split(',').filter((name) => name !== '')
const suites = BENCHMARKS.filter(
  ({ id }) => !id.startsWith('livecodebench') && (wanted.length === 0 || wanted.includes(id)),
)

if (NO_DATA !== null) throw new Error(NO_DATA)
const sandbox = await openSandbox()
const deps = {
  sandbox,
  signal: new AbortController().signal,
  config: resolveConfig('nano'),
  template: 'azr',
} as const
for (const benchmark of suites) {
  const started = performance.now()
  const gold = await goldOf(benchmark, null, 1, deps)
  const isCode = benchmark.area !== 'math' && Number(mutations) > 0
  const mutants = isCode ? await mutationsOf(benchmark, Number(mutations), 1, deps) : null
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(JSON.stringify({ suite: benchmark.id, ...gold, mutants, seconds }))
}
await sandbox.close()
