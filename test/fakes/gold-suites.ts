/**
 * The reference of every suite graded as right and mutations of it as wrong, over the files that were given.
 * Used by a quick test and by the full measurement (test/bench/eval-gold.ts).
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Benchmark, GradeDeps, Question } from '../../electron/eval/benchmark.ts'
import { programIn } from '../../electron/eval/code/extract.ts'
import { gradeGold } from '../../electron/eval/gold.ts'
import { drawn, randomOf } from '../../electron/selfplay/random.ts'
import { mutated } from './mutations.ts'

export const DATA = resolve(import.meta.dirname, '../../../shared/data')
export const NO_DATA = existsSync(DATA) ? null : `no benchmark files at ${DATA}`

/** count items, drawn by seed; null: all. */
export async function goldOf(
  benchmark: Benchmark,
  count: number | null,
  seed: number,
  deps: GradeDeps,
) {
  const { questions } = await benchmark.load(DATA)
  const chosen = count === null ? questions : drawn(questions, count, randomOf('gold', seed))
  const report = await gradeGold(benchmark, chosen, deps, () => {})
  const right = report.answers.filter(({ correct }) => correct).length
  return { items: chosen.length, right, failures: report.failures }
}

export type MutationReport = {
  readonly tried: number
  readonly caught: number
  readonly survivors: readonly string[]
}

/** One mutation of each of count items; items go around again when there are fewer. */
export async function mutationsOf(
  benchmark: Benchmark,
  count: number,
  seed: number,
  deps: GradeDeps,
): Promise<MutationReport> {
  const { questions } = await benchmark.load(DATA)
  const sound = questions.filter(({ id }) => benchmark.broken[id] === undefined)
  const order = Array.from({ length: Math.ceil(count / sound.length) }, (_, round) =>
    drawn(sound, sound.length, randomOf('mutants', seed, round)),
  )
  const survivors: string[] = []
  let caught = 0
  let tried = 0
  for (const question of order.flat().slice(0, count)) {
    const random = randomOf('mutation', seed, question.id, tried)
    const text = mutationOf(question, questions, random)
    tried += 1
    const [verdict] = await question.grade([text], deps)
    if (verdict?.correct === false && !verdict.undecided) caught += 1
    else survivors.push(`${question.id}: ${verdict?.reason ?? 'no verdict'}\n${text}`)
  }
  return { tried, caught, survivors }
}

function mutationOf(question: Question, all: readonly Question[], random: () => number): string {
  const gold = question.gold('azr') ?? ''
  // Values are mutated by taking those of another item.
  if (question.kind !== null) {
    const others = all.filter((other) => other.gold('azr') !== gold)
    return others[Math.floor(random() * others.length)]?.gold('azr') ?? ''
  }
  const program = programIn(gold, null) ?? ''
  const names = [...program.matchAll(/^def\s+(\w+)/gm)].map((match) => match[1] ?? '')
  return `\`\`\`python\n${mutated(program, entryOf(question, names), random)}\n\`\`\``
}

/** The function that the question asks for; the last one where it does not say. */
function entryOf(question: Question, names: readonly string[]): string {
  const text =
    question
      .ask('chat')
      ?.parts.map((part) => part.text)
      .join('') ?? ''
  return names.findLast((name) => new RegExp(`\\b${name}\\b`).test(text)) ?? names.at(-1) ?? 'f'
}
