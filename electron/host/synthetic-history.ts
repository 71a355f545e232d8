/**
 * Made-up steps that look like those of a run, a function of (step, size) only: for measuring and for tests.
 * Not here: writing them (store-bench.ts).
 */
import type { Episode } from '../contract/episode.ts'
import type { ProposalRecord, StepRecord } from '../contract/run.ts'
import { KINDS } from '../contract/task.ts'
import type { Kind, ProgramFacts, Task } from '../contract/task.ts'
import type { NewRun } from '../store/runs.ts'

export type StepSize = {
  readonly proposals: number
  /** Attempts per valid task. */
  readonly attempts: number
}

export function syntheticRun(id: string): Omit<NewRun, 'createdMs' | 'pid'> {
  return {
    id,
    recipe: 'azr',
    preset: 'nano',
    seed: 1,
    config: { batch: 64, types: ['deduction'], control: 'none', nested: { a: null } },
    model: { path: 'resources/models/nano', sha256: 'ab'.repeat(32) },
    promptVersion: 'nano/1',
    sandboxLevel: 3,
    pythonVersion: '3.12.1',
    engine: 'local',
    device: 'cpu',
    plannedSteps: 200,
    parent: null,
  }
}

export function syntheticStep(step: number, size: StepSize): StepRecord {
  const proposals = Array.from({ length: size.proposals }, (_, index) => proposal(step, index))
  const proposed = proposals.map((record, index) => proposing(step, index, record))
  const solving = proposals.flatMap((record) =>
    record.task === null
      ? []
      : Array.from({ length: size.attempts }, (_, index) => attempt(step, index, record.task)),
  )
  return {
    step,
    groups: KINDS.map((kind, index) => ({
      role: 'propose',
      kind,
      count: size.proposals,
      rewardMean: wave(step, index),
      rewardStd: 0.25,
      accuracy: 0.75,
      lengthMean: 40 + index,
      entropyMean: index === 0 ? Number.NaN : 1.5,
      baseline: wave(step + 1, index),
      scale: 1,
    })),
    metrics: {
      'loss/total': wave(step, 9),
      'optim/gradNorm': Number.POSITIVE_INFINITY,
      kl: Number.NaN,
    },
    phaseSeconds: { propose: 1, validate: 0.5, solve: 2, verify: 0.25, update: 1, evaluate: 0 },
    proposals,
    episodes: [...proposed, ...solving.filter((episode) => episode !== null)],
    warnings: step % 10 === 0 ? ['diversity fell by half'] : [],
  }
}

/** In [0, 1), many values, all multiples of 1/1024: exact in every number format. */
function wave(step: number, index: number): number {
  return ((step * 7919 + index * 104_729) % 1024) / 1024
}

function kindOf(index: number): Kind {
  return KINDS[index % 3] ?? 'deduction'
}

function program(step: number, index: number): string {
  return `def f(x):\n    total = ${step}\n    for i in range(x):\n        total += i * ${index}\n    return total`
}

function proposal(step: number, index: number): ProposalRecord {
  const kind = kindOf(index)
  const episode = `${step}/propose/${kind}/${index}`
  const valid = index % 5 !== 4
  const checks = [
    { name: 'parse', pass: true, evidence: '' },
    { name: 'deterministic', pass: valid, evidence: valid ? 'equal twice' : '1 is not 2' },
  ]
  const facts = factsOf(step, index)
  if (!valid) return { episode, kind, task: null, checks, facts, solveRate: null }
  return { episode, kind, task: taskOf(step, index), checks, facts, solveRate: (index % 9) / 8 }
}

function taskOf(step: number, index: number): Task {
  const kind = kindOf(index)
  return {
    id: `${step}/${kind}/${index}`,
    step,
    kind,
    program: program(step, index),
    pairs: [{ input: String(index), output: String(step) }],
    visible: 1,
    message: kind === 'induction' ? 'sums things' : '',
  }
}

function factsOf(step: number, index: number): ProgramFacts {
  if (index % 10 === 9) return { ok: false, error: 'invalid syntax at line 1' }
  return {
    ok: true,
    program: program(step, index),
    hasEntry: true,
    parameters: 1,
    imports: [],
    dunders: [],
    nodes: 20 + ((step + index) % 50),
    shape: ['Module', 'FunctionDef', 'arguments', 'arg', 'Assign'],
    skeleton: `def f(x): total = ${index % 7}`,
    cognitive: index % 11,
    cyclomatic: 1 + (index % 4),
    halstead: { volume: 100 * wave(step, index), effort: 1000 },
  }
}

const PROMPT = 'deduction <program> def f(x): ... <input>'
const PROMPT_TOKENS = [1, 5, 9, 300, 65_000]

function proposing(step: number, index: number, record: ProposalRecord): Episode {
  return {
    ...bare(step, index),
    id: record.episode ?? '',
    role: 'propose',
    kind: record.kind,
    purpose: 'propose',
    task: record.task?.id ?? null,
    references: ['0/deduction/0'],
    status: record.task === null ? 'nondeterministic' : 'ok',
    outcomes: record.task === null ? [] : [0, 1, 0.5, 1],
    correct: null,
  }
}

function attempt(step: number, index: number, task: Task | null): Episode | null {
  if (task === null) return null
  return {
    ...bare(step, index),
    id: `${step}/solve/${task.kind}/${task.id.split('/')[2]}-${index}`,
    role: 'solve',
    kind: task.kind,
    purpose: 'attempt',
    task: task.id,
    references: [],
    status: 'ok',
    outcomes: [],
    correct: index % 2 === 0,
  }
}

function bare(step: number, index: number) {
  return {
    step,
    prompt: PROMPT,
    promptTokens: PROMPT_TOKENS,
    promptVersion: 'nano/1',
    response: `${program(step, index)}\n<answer>${index}</answer> é≠🙂`,
    tokens: Array.from(
      { length: 32 + (index % 16) },
      (_, position) => (position * 31 + index) % 4096,
    ),
    logprobs: Array.from({ length: 32 + (index % 16) }, (_, position) => wave(position, index) - 1),
    stopReason: index % 13 === 0 ? 'length' : 'stop',
    seed: 2 ** 40 + index,
    reward: wave(step, index) - 0.5,
    rewardParts: { format: 1, learnability: wave(index, step) },
    advantage: wave(index, step) - 0.5,
    trained: index % 7 !== 0,
  } as const
}
