/**
 * Batches of sandbox work as recipes ask for them: concurrent, without repeats, never depending on batch-mates.
 * Not here: what outcomes mean (the recipes), isolation (sandbox/).
 */
import type { ProgramFacts } from '../contract/task.ts'
import type { Outcome, RunReply } from '../contract/verdict.ts'
import type { Progress } from '../engine/engine.ts'
import type { Limits, Sandbox } from '../sandbox/sandbox.ts'

export type Call = { readonly program: string; readonly input: string }
export type Calls = { readonly program: string; readonly inputs: readonly string[] }

export interface Execution {
  /** Static facts, one per program. */
  analyse(programs: readonly string[]): Promise<ProgramFacts[]>
  /** Both hash seeds and repeated calls: for proposals, whose outputs become gold. */
  twice(requests: readonly Calls[], report: Progress): Promise<(readonly Outcome[])[]>
  /** Programs of solvers on several inputs; the outcome of a program that is not plain is that of `twice`. */
  once(requests: readonly Calls[], report: Progress): Promise<(readonly Outcome[])[]>
  /** Known programs on answers: each as if in a child of its own. */
  each(calls: readonly Call[], report: Progress): Promise<Outcome[]>
}

const NO_FACTS: ProgramFacts = { ok: false, error: 'the sandbox gave no analysis' }
const FACTS_KEPT = 4_096
const INPUTS_PER_CHILD = 32

export function createExecution(
  sandbox: Sandbox,
  limits: Partial<Limits>,
  signal: AbortSignal,
): Execution {
  const facts = new Map<string, ProgramFacts>()
  const start = ({ program, inputs }: Calls): Promise<RunReply> =>
    isPlain(program)
      ? sandbox.run({ program, inputs, limits }, signal)
      : sandbox.runTwice({ program, inputs, limits }, signal)
  const once = (requests: readonly Calls[], report: Progress) =>
    distinct(requests, (request) => JSON.stringify(request), start, report)
  return {
    analyse: (programs) => analyse(sandbox, facts, programs, signal),
    once: async (requests, report) => outcomesOf(await once(requests, report), requests),
    twice: async (requests, report) =>
      outcomesOf(
        await distinct(
          requests,
          (request) => JSON.stringify(request),
          ({ program, inputs }) => sandbox.runTwice({ program, inputs, limits }, signal),
          report,
        ),
        requests,
      ),
    each: (calls, report) => each(calls, once, report),
  }
}

// Names by which a program could keep something between calls, or see hash seeds, addresses and the like.
const SUSPECT =
  /\b(?:global|nonlocal|import|class|globals|locals|vars|dir|exec|eval|compile|getattr|setattr|delattr|type|object|set|frozenset|hash|id|yield|await|print|open|input)\b|__|[{`\\]/

/**
 * Whether a program is one function without defaults, imports or anything suspect, so that calls in one child
 * cannot touch each other and a second hash seed would show nothing new. When in doubt: no.
 */
export function isPlain(program: string): boolean {
  const [head = '', ...body] = program.trimEnd().split('\n')
  return (
    /^def f\(\w+(?:, \w+)*\):/.test(head) &&
    body.every((line) => line === '' || line.startsWith(' ')) &&
    (program.match(/\bf\b/g) ?? []).length === 1 &&
    (program.match(/\bdef\b/g) ?? []).length === 1 &&
    !SUSPECT.test(program)
  )
}

async function analyse(
  sandbox: Sandbox,
  kept: Map<string, ProgramFacts>,
  programs: readonly string[],
  signal: AbortSignal,
): Promise<ProgramFacts[]> {
  const missing = [...new Set(programs)].filter((program) => !kept.has(program))
  const found = missing.length === 0 ? [] : await sandbox.analyse(missing, signal)
  const all = new Map(kept)
  for (const [at, program] of missing.entries()) {
    all.set(program, found[at] ?? NO_FACTS)
  }
  const answer = programs.map((program) => all.get(program) ?? NO_FACTS)
  for (const program of programs) {
    const known = all.get(program)
    kept.delete(program)
    if (known !== undefined) kept.set(program, known)
  }
  for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - FACTS_KEPT))) {
    kept.delete(oldest)
  }
  return answer
}

/** One start per distinct request, all at once; replies in the order of the requests. */
async function distinct<T, R>(
  requests: readonly T[],
  keyOf: (request: T) => string,
  start: (request: T) => Promise<R>,
  report: Progress,
): Promise<R[]> {
  const running = new Map<string, Promise<R>>()
  let done = 0
  const counted = async (request: T): Promise<R> => {
    const reply = await start(request)
    done += 1
    report(done, running.size)
    return reply
  }
  const replies = requests.map((request) => {
    const key = keyOf(request)
    const reply = running.get(key) ?? counted(request)
    running.set(key, reply)
    return reply
  })
  return Promise.all(replies)
}

const NO_OUTCOME: Outcome = { status: 'infra_error', detail: 'the sandbox gave no outcome' }

function outcomesOf(
  replies: readonly RunReply[],
  requests: readonly Calls[],
): (readonly Outcome[])[] {
  return requests.map(({ inputs }, at) =>
    inputs.map((_, input) => replies[at]?.outcomes[input] ?? NO_OUTCOME),
  )
}

async function each(
  calls: readonly Call[],
  start: (requests: readonly Calls[], report: Progress) => Promise<RunReply[]>,
  report: Progress,
): Promise<Outcome[]> {
  const known = new Map<string, Outcome>()
  const groups = grouped(calls)
  for (const [group, outcomes] of zip(groups, outcomesOf(await start(groups, report), groups))) {
    for (const [at, input] of group.inputs.entries()) {
      const outcome = outcomes[at] ?? NO_OUTCOME
      // A child that ran out of time or memory takes later inputs with it: those are asked again, alone.
      const conclusive = outcome.status === 'ok' || outcome.status === 'exception'
      if (conclusive || group.inputs.length === 1) known.set(keyOf(group.program, input), outcome)
    }
  }
  const open = groups.flatMap(({ program, inputs }) =>
    inputs
      .filter((input) => !known.has(keyOf(program, input)))
      .map((input) => ({ program, inputs: [input] })),
  )
  for (const [request, outcomes] of zip(open, outcomesOf(await start(open, report), open))) {
    known.set(keyOf(request.program, request.inputs[0] ?? ''), outcomes[0] ?? NO_OUTCOME)
  }
  return calls.map(({ program, input }) => known.get(keyOf(program, input)) ?? NO_OUTCOME)
}

/** The distinct inputs of plain programs together, those of others one by one. */
function grouped(calls: readonly Call[]): Calls[] {
  const inputsOf = new Map<string, Set<string>>()
  for (const { program, input } of calls) {
    inputsOf.set(program, (inputsOf.get(program) ?? new Set()).add(input))
  }
  return [...inputsOf].flatMap(([program, distinctInputs]) => {
    const inputs = [...distinctInputs]
    const size = isPlain(program) ? INPUTS_PER_CHILD : 1
    const chunks = Math.ceil(inputs.length / size)
    return Array.from({ length: chunks }, (_, chunk) => ({
      program,
      inputs: inputs.slice(chunk * size, (chunk + 1) * size),
    }))
  })
}

function keyOf(program: string, input: string): string {
  return JSON.stringify([program, input])
}

function zip<A, B>(left: readonly A[], right: readonly B[]): [A, B][] {
  return left.flatMap((a, at): [A, B][] => {
    const b = right[at]
    return b === undefined ? [] : [[a, b]]
  })
}
