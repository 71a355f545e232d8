/**
 * Means over the (role, kind) groups of a step, for charts. Solutions are the attempts: probes measure
 * proposals and are reported with those.
 */
import type { Kind, Role } from '../contract/task.ts'
import { ROLES } from '../contract/task.ts'
import type { GroupMetrics } from '../contract/run.ts'
import type { Item } from './update.ts'

export function groupMetrics(items: readonly Item[], kinds: readonly Kind[]): GroupMetrics[] {
  return ROLES.flatMap((role) =>
    kinds.flatMap((kind) => {
      const members = items.filter(
        ({ scored, episode }) =>
          episode.role === role &&
          episode.kind === kind &&
          episode.purpose !== 'probe' &&
          scored.reward !== null,
      )
      return members.length === 0 ? [] : [groupOf(role, kind, members)]
    }),
  )
}

function groupOf(role: Role, kind: Kind, members: readonly Item[]): GroupMetrics {
  const rewards = members.map(({ episode }) => episode.reward)
  const rewardMean = mean(rewards)
  const moments = members.flatMap((item) => item.moments ?? [])
  return {
    role,
    kind,
    count: members.length,
    rewardMean,
    rewardStd: Math.sqrt(mean(rewards.map((reward) => (reward - rewardMean) ** 2))),
    accuracy: mean(members.map((item) => (succeeded(item) ? 1 : 0))),
    lengthMean: mean(members.map(({ episode }) => episode.tokens.length)),
    entropyMean: entropyOf(members),
    // Where every task has a baseline of its own this is their mean.
    baseline: mean(moments.map(({ baseline }) => baseline)),
    scale: moments[0]?.scale ?? 0,
  }
}

/** A valid proposal, or a right solution in the asked format. */
export function succeeded({ scored }: Item): boolean {
  if ('standing' in scored) return scored.standing !== 'invalid'
  return scored.correct === true && scored.formatOk
}

function entropyOf(members: readonly Item[]): number {
  let sum = 0
  let tokens = 0
  for (const { seen, episode } of members) {
    if (seen === null) continue
    sum += seen.entropy.reduce((total, value) => total + value, 0)
    tokens += episode.tokens.length
  }
  return tokens === 0 ? 0 : sum / tokens
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length
}
