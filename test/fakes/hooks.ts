/** Contexts, responses and tasks for hooks of a recipe without a loop. */
import type { RunOverrides } from '../../electron/contract/config.ts'
import type { Purpose } from '../../electron/contract/episode.ts'
import type { Kind, Task } from '../../electron/contract/task.ts'
import { createExecution } from '../../electron/selfplay/execution.ts'
import { NANO_PROMPTS } from '../../electron/selfplay/prompts/nano.ts'
import { randomOf } from '../../electron/selfplay/random.ts'
import type {
  EpisodeSpec,
  Judged,
  JudgedProposal,
  Response,
  StepContext,
} from '../../electron/selfplay/recipe.ts'
import { promptOf } from '../../electron/selfplay/rollout.ts'
import { initialState } from '../../electron/selfplay/state.ts'
import { canonicalOf } from '../../electron/selfplay/values.ts'
import { characterCodec } from './engine.ts'
import { smallConfig } from './loop.ts'
import { factsOf, fakeSandbox, programOf } from './sandbox-fake.ts'
import type { FakeSandbox } from './sandbox-fake.ts'

export type FakeContext = StepContext & { readonly sandbox: FakeSandbox }

export function contextOf(
  overrides: RunOverrides = {},
  rest: Partial<StepContext> & { readonly sandbox?: FakeSandbox } = {},
): FakeContext {
  const config = smallConfig(overrides)
  const sandbox = rest.sandbox ?? fakeSandbox()
  const prompts = rest.prompts ?? NANO_PROMPTS
  const step = rest.step ?? 5
  return {
    step,
    config,
    prompts,
    state: { ...initialState('azr'), seeded: true },
    execution: createExecution(sandbox, {}, new AbortController().signal),
    isReserved: () => false,
    taskSource: null,
    seeds: [],
    prompt: (parts) => promptOf(characterCodec, prompts, parts),
    report: () => {},
    random: (...key) => randomOf(config.seed, step, ...key),
    ...rest,
    sandbox,
  }
}

/** A task over the fake sandbox's table; outputs are Python literals. */
export function taskOf(
  kind: Kind,
  expression: string,
  pairs: readonly (readonly [string, string])[],
  rest: Partial<Task> = {},
): Task {
  return {
    id: `4/${kind}/0`,
    step: 4,
    kind,
    program: programOf(expression),
    pairs: pairs.map(([input, output]) => ({ input, output: canonicalOf(output) })),
    visible: kind === 'induction' ? 3 : 1,
    message: '',
    ...rest,
  }
}

export function proposed(
  kind: Kind,
  text: string,
  rest: Partial<EpisodeSpec> & Partial<Pick<Response, 'stopReason'>> = {},
): Response {
  return responseTo('propose', kind, 'propose', null, text, rest)
}

export function solved(
  task: Task,
  text: string,
  rest: Partial<EpisodeSpec> & Partial<Pick<Response, 'stopReason'>> = {},
): Response {
  return responseTo('solve', task.kind, 'attempt', task, text, rest)
}

function responseTo(
  role: 'propose' | 'solve',
  kind: Kind,
  purpose: Purpose,
  task: Task | null,
  text: string,
  rest: Partial<EpisodeSpec> & Partial<Pick<Response, 'stopReason'>>,
): Response {
  const { stopReason = 'stop', ...spec } = rest
  const index = spec.index ?? 0
  const prompt = { text: '', tokens: [1] }
  return {
    id: `5/${role}/${kind}/${index}`,
    spec: { role, kind, purpose, index, samples: 1, prompt, task, references: [], ...spec },
    seed: 1,
    text,
    response: text,
    tokens: characterCodec.encode([{ text, trusted: false }]),
    logprobs: Array.from(text, () => -1),
    stopReason,
  }
}

/** A judged proposal of a program of the table. */
export function judgedProposal(
  task: Task | null,
  rest: Partial<JudgedProposal> & { readonly index?: number } = {},
): JudgedProposal {
  const { index = 0, ...more } = rest
  const kind = task?.kind ?? 'deduction'
  return {
    response: proposed(kind, task?.program ?? '', { index }),
    task,
    formatOk: true,
    status: 'ok',
    outcomes: [],
    correct: null,
    undecided: false,
    standing: task === null ? 'invalid' : 'fresh',
    checks: [],
    facts: task === null ? null : factsOf(task.program),
    terms: { complexity: 0, 'edit-distance': 0, halstead: 0, diversity: 0 },
    ...more,
  }
}

export function judged(response: Response, rest: Partial<Judged> = {}): Judged {
  return {
    response,
    task: response.spec.task,
    formatOk: true,
    status: null,
    outcomes: [],
    correct: true,
    undecided: false,
    ...rest,
  }
}
