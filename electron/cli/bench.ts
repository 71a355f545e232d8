/**
 * `kelvin bench`: the project's own benchmarks on this machine.
 * Not here: what is measured and how (host/benchmarks.ts).
 */
import type { Command } from 'commander'
import type { Colors } from 'picocolors/types.js'
import * as v from 'valibot'
import type { Figure } from '../host/benchmarks.ts'
import type { Act } from './act.ts'
import { figure as figureText, table } from './format.ts'
import { withInterrupt } from './interrupt.ts'
import { choice, flag, text, whole, withJson } from './options.ts'
import { createProgress } from './progress.ts'

/** As in host/benchmarks.ts, which help has no need to load. */
const NAMES = ['engine', 'sandbox', 'store', 'loop'] as const

const Options = v.strictObject({
  json: flag,
  only: v.pipe(
    text,
    v.transform((given) => given.split(',').map((name) => name.trim())),
    v.array(choice(NAMES)),
  ),
  model: v.optional(text),
  rows: v.optional(whole(1, 10_000_000)),
  tokens: v.optional(whole(16, 65_536)),
})

export function addBench(program: Command, act: Act): void {
  const command = program
    .command('bench')
    .description('measure this machine')
    .option('--only <names>', 'what to measure, with commas between', NAMES.join(','))
    .option('--model <dir>', 'model folder to measure; default: the embedded model')
  command.option('--rows <n>', 'tasks in the history of the store; default: 1000000')
  command.option('--tokens <n>', 'of the row that --model is trained on; default: 512')
  withJson(command).action(
    act(Options, async ({ only, model = null, rows = 1_000_000, tokens = 512 }, { output }) => {
      const { benchmark } = await import('../host/benchmarks.ts')
      const progress = createProgress()
      const figures = await withInterrupt(async ({ signal }) => {
        const found: Figure[] = []
        for await (const figure of benchmark(only, { model, rows, tokens, signal })) {
          found.push(figure)
          output.record(figure)
          progress.show({ live: () => lineOf(figure), plain: () => lineOf(figure) })
        }
        return found
      }).finally(progress.close)
      output.summary({ figures }, (colors) => figuresText(figures, colors))
      return 0
    }),
  )
}

const lineOf = ({ name, value, unit }: Figure): string => `${name} ${figureText(value)} ${unit}`

function figuresText(figures: readonly Figure[], colors: Colors): string {
  const header = ['FIGURE', 'VALUE', 'UNIT', 'THREADS'].map((name) => colors.dim(name))
  const rows = figures.map((figure) => {
    const { name, value, unit, threads } = figure
    return [name, figureText(value), unit, String(threads)]
  })
  return table(rows, header)
}
