/**
 * How much simpler the right programs of solvers are than those they stand for: a figure to watch, no reward.
 * Not here: whether they are right (verify.ts); evaluation asks only that.
 * Source: azr.md 10.5 (5).
 */
import type { Judged } from '../recipe.ts'
import type { VerifyContext } from './verify.ts'

/** The judged solutions, right programs with their gap: cognitive complexity of the hidden program minus theirs. */
export async function withGaps(
  { execution, prompts }: VerifyContext,
  judged: readonly Judged[],
): Promise<Judged[]> {
  const pairs = judged.flatMap((solution) => {
    const { task, correct, response } = solution
    if (task?.kind !== 'induction' || correct !== true) return []
    const answer = prompts.readAnswer('induction', response.text)
    return answer.ok ? [{ solution, programs: [task.program, answer.value.text] }] : []
  })
  const programs = pairs.flatMap((pair) => pair.programs)
  const facts = programs.length === 0 ? [] : await execution.analyse(programs)
  const gaps = new Map(
    pairs.flatMap(({ solution }, at): [Judged, number][] => {
      const [hidden, found] = [facts[2 * at], facts[2 * at + 1]]
      if (hidden?.ok !== true || found?.ok !== true) return []
      return [[solution, hidden.cognitive - found.cognitive]]
    }),
  )
  return judged.map((solution) => {
    const complexityGap = gaps.get(solution)
    return complexityGap === undefined ? solution : { ...solution, complexityGap }
  })
}
