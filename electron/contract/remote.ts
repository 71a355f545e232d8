/**
 * A server that speaks the Tinker protocol, as a user names it, and what each kind of server does with what it is
 * sent. Settings of a run that such a server cannot honour are refused with the setting that turns them off.
 * Not here: talking to it (engine/tinker/). Source: tinker.md sections 4, 5 and 8.
 */
import * as v from 'valibot'
import type { RunConfig } from './config.ts'
import { AppError } from './errors.ts'
import { LORA_TARGETS } from './fields.ts'

export const SERVERS = ['skyrl-jax', 'skyrl-ray', 'hosted'] as const
export type Server = (typeof SERVERS)[number]

const short = (max: number) => v.pipe(v.string(), v.nonEmpty(), v.maxLength(max))

export const RemoteEngine = v.strictObject({
  /** Where it listens; no key is ever part of it. */
  url: short(500),
  /** What the server calls the model; null: the only one it serves. */
  model: v.nullable(short(500)),
  server: v.picklist(SERVERS),
  /** Unencrypted connections beyond this machine. */
  allowHttp: v.boolean(),
  /** Adam's constants are those of the server's own configuration. */
  serverAdam: v.boolean(),
})
export type RemoteEngine = v.InferOutput<typeof RemoteEngine>

/** What a server honours. */
export type Profile = {
  readonly title: string
  /** How gradients of the sequences of one optimizer step are put together. */
  readonly reduction: 'token_sum' | 'seq_mean'
  readonly gradClip: boolean
  readonly adam: boolean
  /** Which projections get adapters can be chosen: all of attention, all of the MLP, or both. */
  readonly loraGroups: boolean
  readonly allWeights: boolean
}

export const PROFILES: Readonly<Record<Server, Profile>> = {
  'skyrl-jax': {
    title: 'SkyRL with JAX',
    reduction: 'seq_mean',
    gradClip: false,
    adam: true,
    loraGroups: false,
    allWeights: false,
  },
  'skyrl-ray': {
    title: 'SkyRL with FSDP or Megatron',
    reduction: 'token_sum',
    gradClip: false,
    adam: false,
    loraGroups: false,
    allWeights: true,
  },
  hosted: {
    title: 'The hosted service',
    reduction: 'token_sum',
    gradClip: true,
    adam: true,
    loraGroups: true,
    allWeights: false,
  },
}

/** What servers fix; the scale of adapters is this over their rank. */
export const REMOTE_ALPHA = 32

const ATTENTION = ['q_proj', 'k_proj', 'v_proj', 'o_proj'] as const
const MLP = ['gate_proj', 'up_proj', 'down_proj'] as const

/** The groups that get adapters; null: a part of a group, which the protocol cannot say. */
export function loraGroups(
  targets: readonly (typeof LORA_TARGETS)[number][],
): { readonly attention: boolean; readonly mlp: boolean } | null {
  const some = (group: readonly (typeof LORA_TARGETS)[number][]) =>
    group.filter((name) => targets.includes(name)).length
  const [attention, mlp] = [some(ATTENTION), some(MLP)]
  if (attention % ATTENTION.length !== 0 || mlp % MLP.length !== 0) return null
  return { attention: attention > 0, mlp: mlp > 0 }
}

type Problem = {
  readonly setting: keyof RunConfig
  readonly wanted: string
  /** A value that is accepted. */
  readonly fix: string
  readonly why: string
  readonly applies: (config: RunConfig, profile: Profile, remote: RemoteEngine) => boolean
}

const PROTOCOL = 'the Tinker protocol has no'

const PROBLEMS: readonly Problem[] = [
  {
    setting: 'dualClip',
    wanted: '0',
    fix: '0',
    why: `${PROTOCOL} bound on the cost of a bad token`,
    applies: ({ dualClip }) => dualClip !== 0,
  },
  {
    setting: 'entropyCoef',
    wanted: '0',
    fix: '0',
    why: `${PROTOCOL} entropy bonus`,
    applies: ({ entropyCoef }) => entropyCoef !== 0,
  },
  {
    setting: 'proposerKl',
    wanted: '0',
    fix: '0',
    why: `${PROTOCOL} KL term`,
    applies: ({ proposerKl }) => proposerKl !== 0,
  },
  {
    setting: 'baseWeights',
    wanted: 'stored',
    fix: 'stored',
    why: 'the server decides how it keeps weights',
    applies: ({ baseWeights }) => baseWeights !== 'stored',
  },
  {
    setting: 'gradClip',
    wanted: '0',
    fix: '0',
    why: 'the server ignores the norm that it is sent',
    applies: ({ gradClip }, profile) => gradClip !== 0 && !profile.gradClip,
  },
  {
    setting: 'loraRank',
    wanted: '1 or more, such as 32',
    fix: '32',
    why: 'the server trains adapters only',
    applies: ({ loraRank }, profile) => loraRank === 0 && !profile.allWeights,
  },
  {
    setting: 'loraAlpha',
    wanted: String(REMOTE_ALPHA),
    fix: String(REMOTE_ALPHA),
    why: 'servers fix it',
    applies: ({ loraAlpha, loraRank }) => loraRank > 0 && loraAlpha !== REMOTE_ALPHA,
  },
  {
    setting: 'loraTargets',
    wanted: LORA_TARGETS.join(','),
    fix: LORA_TARGETS.join(','),
    why: 'the server gives adapters to every projection',
    applies: ({ loraTargets, loraRank }, profile) =>
      loraRank > 0 && !profile.loraGroups && loraTargets.length !== LORA_TARGETS.length,
  },
  {
    setting: 'loraTargets',
    wanted: 'all of attention, all of the MLP, or both',
    fix: LORA_TARGETS.join(','),
    why: 'the protocol knows these two groups only',
    applies: ({ loraTargets, loraRank }, profile) =>
      loraRank > 0 && profile.loraGroups && loraGroups(loraTargets) === null,
  },
]

/** Throws AppError('usage') with every setting that the server cannot honour, and what turns it off. */
export function requireRemote(config: RunConfig, remote: RemoteEngine): void {
  const profile = PROFILES[remote.server]
  const found = PROBLEMS.filter(({ applies }) => applies(config, profile, remote))
  if (found.length > 0) {
    const sentences = found.map(
      ({ setting, wanted, why }) =>
        `${setting}: expected ${wanted}, since ${why}, found ${String(config[setting])}`,
    )
    const fixes = found.map(({ setting, fix }) => `--set ${setting}=${fix}`)
    throw new AppError(
      'usage',
      `engine ${remote.url} (${profile.title}): ${sentences.join('; ')} (${fixes.join(' ')})`,
    )
  }
  if (profile.adam || remote.serverAdam) return
  throw new AppError(
    'usage',
    `engine ${remote.url} (${profile.title}): beta1, beta2, adamEps and weightDecay: expected to be the server's own, since it takes only the learning rate; accept that with --server-adam or in the settings`,
  )
}
