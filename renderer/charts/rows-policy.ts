/**
 * Charts of the policy. Not here: what lines are made of (rows.ts).
 * Source: workbench.md section 3; metric names are those of selfplay/.
 */
import { metric, one, perRoleAndKind, several } from './rows.ts'
import type { Row } from './rows.ts'

export const POLICY: readonly Row[] = [
  {
    id: 'entropy',
    group: 'policy',
    title: 'Entropy',
    unit: 'nats per token',
    help: 'Of sampled tokens. A fall to zero ends exploration.',
    lines: perRoleAndKind('entropyMean'),
  },
  {
    id: 'kl',
    group: 'policy',
    title: 'KL to the starting model',
    unit: 'nats per token',
    help: 'Of proposer tokens, where the run asks for it.',
    lines: one('KL', 'update/kl'),
  },
  {
    id: 'kl-sampler',
    group: 'policy',
    title: 'KL of sampler and trainer',
    unit: 'nats per token',
    help: 'Same weights, two programs: v1 is the mean difference of log-probabilities, v2 half its square.',
    lines: several([
      ['v1', metric('update/klSampler1')],
      ['v2', metric('update/klSampler2')],
    ]),
  },
  {
    id: 'ratio',
    group: 'policy',
    title: 'Ratio',
    unit: 'new / old probability',
    help: 'Of the tokens in the update, at the last pass over them.',
    lines: several([
      ['Mean', metric('update/ratioMean')],
      ['Largest', metric('update/ratioMax')],
    ]),
  },
  {
    id: 'clipped',
    group: 'policy',
    title: 'Clipped tokens',
    unit: 'share of tokens',
    help: 'Tokens whose ratio left the allowed range.',
    lines: one('Clipped', 'update/clipped'),
  },
  {
    id: 'gradient',
    group: 'policy',
    title: 'Gradient norm',
    unit: 'before clipping',
    help: 'Spikes are worth a look at the step’s tasks.',
    lines: one('Norm', 'update/gradNorm'),
  },
  {
    id: 'loss',
    group: 'policy',
    title: 'Loss',
    unit: 'sum over tokens',
    help: 'Its level says little; jumps do.',
    lines: one('Loss', 'update/loss'),
  },
  {
    id: 'learning-rate',
    group: 'policy',
    title: 'Learning rate',
    unit: 'per step',
    help: 'With its ramp and decay.',
    lines: one('Rate', 'update/learningRate'),
  },
]
