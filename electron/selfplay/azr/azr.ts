/**
 * Absolute Zero Reasoner: one model proposes deduction, abduction and induction tasks and solves them.
 * This file only binds the parts; each hook has a file of its own.
 * Source: Absolute Zero (arXiv 2505.03335), as specified in azr.md.
 */
import { KINDS } from '../../contract/task.ts'
import type { Recipe } from '../recipe.ts'
import { after } from './after.ts'
import { expand } from './expand.ts'
import { withGaps } from './gap.ts'
import { measure } from './measure.ts'
import { plan } from './plan.ts'
import { score } from './score.ts'
import { bootstrap } from './seed.ts'
import { validate } from './validate.ts'
import { verify } from './verify.ts'

export const azr: Recipe = {
  id: 'azr',
  version: '1',
  slots: [{ id: 'policy', init: 'base' }],
  roles: [
    { role: 'propose', slot: 'policy', env: 'text' },
    { role: 'solve', slot: 'policy', env: 'text' },
  ],
  stores: KINDS,
  bootstrap,
  plan,
  validate,
  expand,
  verify: async (context, responses) => withGaps(context, await verify(context, responses)),
  score,
  measure,
  after,
}
