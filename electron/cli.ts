/**
 * The headless entry: checks Node before anything native is loaded, then hands over. Not here: any command (cli/).
 */
import { nodeProblem } from './cli/node-version.ts'

const problem = nodeProblem(process.versions.node)
if (problem === null) {
  const { main } = await import('./cli/main.ts')
  process.exitCode = await main(process.argv.slice(2))
} else {
  process.stderr.write(`kelvin: ${problem}\n`)
  process.exitCode = 2
}
