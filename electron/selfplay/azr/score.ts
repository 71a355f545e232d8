/**
 * What proposals and solutions are worth, once all of a step is known.
 * Source: azr.md sections 2 and 6 (Absolute Zero, Eq. 4 and 6); nano.md 4.2 and section 7 (guards, reuse).
 */
import type { RunConfig } from '../../contract/config.ts'
import type { Kind, Variant } from '../../contract/task.ts'
import { shuffled } from '../random.ts'
import type { Random } from '../random.ts'
import type {
  Forest,
  Judged,
  JudgedProposal,
  ScoredProposal,
  ScoredSolution,
  StepContext,
  Worth,
} from '../recipe.ts'
import { combined } from './intrinsic.ts'
import { skeletonCounts } from './repeats.ts'

export function score(
  context: StepContext,
  proposals: readonly JudgedProposal[],
  solutions: readonly Judged[],
): Pick<Forest, 'proposals' | 'solutions'> {
  const { config, state } = context
  const probes = probesByTask(config, solutions)
  const scored = config.types.flatMap((kind) => {
    const ofKind = proposals.filter(({ response }) => response.spec.kind === kind)
    // An induction proposer did not choose its program: counting it would only add noise.
    const counts =
      kind === 'induction'
        ? []
        : skeletonCounts(ofKind, state.window[kind] ?? [], config.noveltyWindow)
    return ofKind.map((proposal, at) =>
      scoredProposal(config, proposal, probes.get(proposal.task?.id ?? '') ?? [], counts[at] ?? 0),
    )
  })
  const solved = solutions.map((solution) => scoredSolution(config, solution))
  if (config.control !== 'shuffled-rewards') return { proposals: scored, solutions: solved }
  return {
    proposals: withShuffled(scored, (group) => context.random('shuffle', group)),
    solutions: withShuffled(solved, (group) => context.random('shuffle', group)),
  }
}

/** Success of a solution in [0, 1]. */
export function success({ inductionReward }: RunConfig, { correct, outcomes }: Judged): number {
  if (correct === true) return 1
  const right = outcomes.filter((outcome) => outcome === 1).length
  if (right === 0 || inductionReward === 'binary') return 0
  return inductionReward === 'any' ? 1 : right / outcomes.length
}

function probesByTask(config: RunConfig, solutions: readonly Judged[]): Map<string, number[]> {
  const probes = new Map<string, number[]>()
  for (const solution of solutions) {
    const { purpose, task } = solution.response.spec
    if (purpose !== 'probe' || task === null || solution.undecided) continue
    const counts = solution.formatOk || !config.mcRequiresFormat
    const known = probes.get(task.id) ?? []
    known.push(counts ? success(config, solution) : 0)
    probes.set(task.id, known)
  }
  return probes
}

/** Solver: format, then correctness. */
export function solutionReward(config: RunConfig, solution: Judged): number {
  if (!solution.formatOk) return config.formatPenalty
  const value = success(config, solution)
  return value > 0 ? value : config.wrongPenalty
}

/** Error tasks are a type of their own (azr.md 1.1): as easy or as hard as they are, they have their own baseline. */
function typeName(kind: Kind, variant: Variant | undefined): string {
  return variant === undefined ? kind : `${kind}/${variant}`
}

function scoredSolution(config: RunConfig, solution: Judged): ScoredSolution {
  const { purpose, kind, task } = solution.response.spec
  const group = `${purpose}/${typeName(kind, task?.variant)}`
  const reused = purpose === 'probe' ? config.mcReuse : true
  // Several answers to one task are compared with each other, single ones with their group.
  const several = purpose === 'probe' || (config.control === 'solver-only' && config.mcSamples > 1)
  const reward = solution.undecided ? null : solutionReward(config, solution)
  return {
    ...solution,
    reward,
    rewardParts: {
      success: success(config, solution),
      format: solution.formatOk ? 0 : config.formatPenalty,
    },
    centre: several ? `${group}/${task?.id ?? ''}` : group,
    scale: group,
    trains: reused,
    weight: config.lambdaSolve,
    klWeight: 0,
  }
}

function scoredProposal(
  config: RunConfig,
  proposal: JudgedProposal,
  probes: readonly number[],
  earlier: number,
): ScoredProposal {
  const solveRate = meanOf(probes)
  const { kind, variant } = proposal.response.spec
  const group = `propose/${typeName(kind, variant)}`
  return {
    ...proposal,
    solveRate,
    probes,
    ...proposalReward(config, proposal, solveRate, earlier),
    centre: group,
    scale: group,
    trains: config.trainProposer,
    weight: 1,
    klWeight: config.proposerKl,
  }
}

/** Proposer. earlier: valid proposals within the window with the same skeleton. */
export function proposalReward(
  config: RunConfig,
  proposal: Pick<JudgedProposal, 'standing' | 'formatOk' | 'undecided' | 'terms'>,
  solveRate: number | null,
  earlier: number,
): Pick<Worth, 'reward' | 'rewardParts'> {
  const { standing, formatOk } = proposal
  if (proposal.undecided) return { reward: null, rewardParts: {} }
  if (standing === 'invalid') return fixed('invalid', config.invalidPenalty)
  if (!formatOk) return fixed('format', config.formatPenalty)
  if (standing === 'unservable') return fixed('unservable', config.edgeReward)
  if (standing === 'repeat' && config.noveltyDiscount) return fixed('repeat', config.edgeReward)
  if (solveRate === null) return { reward: null, rewardParts: {} }
  // A task that everybody or nobody solves teaches nothing.
  if (solveRate === 0 || solveRate === 1) return fixed('edge', config.edgeReward)
  const learnability = 1 - solveRate
  const whole = combined(config, learnability, proposal.terms)
  const novelty = config.noveltyDiscount ? 1 / (1 + earlier) : 1
  const reward = whole * novelty
  return { reward, rewardParts: { learnability, intrinsic: whole - learnability, novelty } }
}

function fixed(name: string, reward: number): Pick<Worth, 'reward' | 'rewardParts'> {
  return { reward, rewardParts: { [name]: reward } }
}

function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null
  return values.reduce((total, value) => total + value, 0) / values.length
}

/** The control: within each group the same rewards, dealt out anew. */
function withShuffled<T extends Worth>(scored: readonly T[], randomOf: (group: string) => Random) {
  const decided = scored.filter(({ reward }) => reward !== null)
  const dealt = new Map<T, number | null>()
  for (const [group, members] of Map.groupBy(decided, ({ scale }) => scale)) {
    const rewards = shuffled(
      members.map(({ reward }) => reward),
      randomOf(group),
    )
    for (const [at, member] of members.entries()) dealt.set(member, rewards[at] ?? null)
  }
  return scored.map((one): T => {
    const reward = dealt.get(one) ?? null
    return { ...one, reward, rewardParts: { ...one.rewardParts, earned: one.reward ?? 0 } }
  })
}
