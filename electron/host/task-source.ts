/**
 * Given tasks for the solver-only control: drawn from the nano grammar, which knows the true distribution that
 * self-play has to do without. Not here: the loop that solves them.
 */
import type { Kind, TaskBody } from '../contract/task.ts'
import { type Call, execute, type TextPair } from '../nano/execute.ts'
import { randomInputs } from '../nano/grammar/inputs.ts'
import { randomProgram } from '../nano/grammar/program.ts'
import { isReserved } from '../nano/holdout.ts'
import { type Random, seededRandom } from '../nano/random.ts'
import { parseLiteral } from '../python/literal.ts'
import { toCanonical } from '../python/canonical.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { TaskSource } from '../selfplay/recipe.ts'

/** Programs drawn per task wanted: about one in six raises or leaves the value limits. */
const SPARE = 1.5
const SPARE_INPUTS = 2

export function grammarTasks(
  sandbox: Pick<Sandbox, 'run'>,
  inputs: number,
  visible: number,
): TaskSource {
  return async (kind, count, seed) => {
    const random = seededRandom(seed, KIND_STREAMS[kind])
    const bodies: TaskBody[] = []
    while (bodies.length < count) {
      const wanted = kind === 'induction' ? inputs : 1
      const calls = Array.from({ length: Math.ceil(count * SPARE) }, () => drawCall(random, wanted))
      const found = await execute(calls, sandbox)
      calls.forEach((call, index) => {
        const pairs = found[index]
        if (pairs != null && bodies.length < count) bodies.push(bodyOf(kind, call, pairs, visible))
      })
    }
    return bodies
  }
}

const KIND_STREAMS: Readonly<Record<Kind, number>> = { deduction: 0, abduction: 1, induction: 2 }

function drawCall(random: Random, wanted: number): Call {
  for (;;) {
    const { text, input } = randomProgram(random)
    if (isReserved(text)) continue
    return { program: text, inputs: randomInputs(input, wanted + SPARE_INPUTS, random), wanted }
  }
}

function bodyOf(
  kind: Kind,
  { program, wanted }: Call,
  pairs: readonly TextPair[],
  visible: number,
): TaskBody {
  return {
    kind,
    program,
    pairs: pairs
      .slice(0, wanted)
      .map(({ input, output }) => ({ input, output: canonical(output) })),
    visible: kind === 'induction' ? visible : 1,
    message: '',
  }
}

function canonical(literal: string): string {
  const value = parseLiteral(literal)
  if (!value.ok) throw new Error(`generator output ${literal}: ${value.why}`)
  return toCanonical(value.value)
}
