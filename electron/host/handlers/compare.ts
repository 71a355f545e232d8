/**
 * Calls about several runs or checkpoints at once: scores, items, the answers to one item.
 */
import type * as v from 'valibot'
import type { CompareAnswer, ComparedAnswer } from '../../contract/compare.ts'
import { AppError } from '../../contract/errors.ts'
import { loadSuite, SUITES } from '../../nano/suites.ts'
import type { SuiteItem } from '../../nano/suites.ts'
import type { Bench } from '../bench.ts'
import { comparedItems, comparedScores, itemsAt, judged } from '../compare.ts'
import type { HandlersOf } from './types.ts'

export function compareHandlers({ history }: Bench): HandlersOf<'compare'> {
  const questions = createQuestions()
  return {
    'compare.scores': ({ places }) => history.read((store) => comparedScores(store, places)),
    'compare.items': (wish) => history.read((store) => comparedItems(store, wish)),
    'compare.answer': async ({ places, item, sample, ...measure }) => {
      const found = history.read((store) =>
        places.map((place) =>
          itemsAt(store, place, measure).find((one) => one.item === item && one.sample === sample),
        ),
      )
      const answers = found.flatMap((one) => (one === undefined ? [] : [answerOf(one)]))
      if (answers.length < places.length) throw missing({ item, ...measure })
      return { question: await questions(measure.suite, item), answers }
    },
  }
}

type Found = NonNullable<ReturnType<typeof itemsAt>[number]>

function answerOf(found: Found): ComparedAnswer['answers'][number] {
  const { status, reason, response } = found
  return { correct: judged(found), status, reason, response }
}

function missing({ item, suite }: Pick<v.InferOutput<typeof CompareAnswer>, 'item' | 'suite'>) {
  return new AppError('store', `${suite}: expected answers to ${item} everywhere, found fewer`)
}

/** Texts of the suites that ship, read when first asked for. */
function createQuestions() {
  const shelves = new Map<string, Promise<ReadonlyMap<string, SuiteItem>>>()
  return async (suite: string, id: string): Promise<ComparedAnswer['question']> => {
    const name = SUITES.find((one) => one === suite)
    if (name === undefined) return null
    const known = shelves.get(name) ?? loadSuite(name).then(byId)
    shelves.set(name, known)
    const found = (await known).get(id)
    return found === undefined ? null : { program: found.program, pairs: found.pairs }
  }
}

const byId = (items: readonly SuiteItem[]): ReadonlyMap<string, SuiteItem> =>
  new Map(items.map((item) => [item.id, item]))
