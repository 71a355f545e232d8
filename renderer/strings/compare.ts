/**
 * Words of the comparison of runs and checkpoints.
 */
import type { AnswerFilter } from '../../electron/contract/compare.ts'

const filters: Readonly<Record<AnswerFilter, string>> = {
  flipped: 'Flipped',
  all: 'All',
  right: 'Right everywhere',
  wrong: 'Wrong everywhere',
}

export const COMPARE = {
  title: 'Compare',
  choose: 'Choose what to compare',
  startAndEnd: (run: string) => `Start and end of ${run}`,
  chooseText:
    'Pick two or more runs at the right, or one run at two of its steps. Settings, curves and answers are laid beside each other.',
  places: 'Compared',
  runs: 'Add a run',
  add: (run: string) => `Add ${run}`,
  again: 'Another step of it',
  drop: (place: string) => `Take out ${place}`,
  at: (run: string) => `Step of ${run}`,
  last: 'last measured',
  step: (step: string) => `step ${step}`,
  full: (most: string) => `At most ${most} beside each other.`,
  tabs: 'What to compare',
  answers: 'Scores and answers',
  curves: 'Curves',
  config: 'Settings',
  talk: 'Ask all',
  chart: 'Chart',
  settings: 'Settings that differ',
  sameConfig: 'All settings are equal.',
  setting: 'Setting',
  scores: 'Held-out scores',
  interval: 'of n answers, 95% interval',
  suite: 'Suite',
  items: 'Items that flipped',
  itemsOf: (count: string) => `${count} answers to the same items`,
  filter: 'Which items',
  filters,
  kind: 'Kind',
  allKinds: 'All kinds',
  item: 'Item',
  sample: 'Answer',
  noRows: 'No item of that sort',
  noRowsText: 'Another filter may have some.',
  noEvals: 'No suite was measured at all of them',
  noEvalsText: 'Evaluate them on the same suite, or choose other steps.',
  question: 'Question',
  pick: 'Choose an item to see its answers side by side.',
  answerOf: (place: string) => `Answer of ${place}`,
  same: 'The answers are equal.',
  lines: 'Line by line: the first at the left',
  against: (first: string, difference: readonly string[] | null) =>
    difference === null
      ? `against ${first}: not enough data`
      : `against ${first}: ${difference[0]} points, 95% interval ${difference[1]} to ${difference[2]}`,
  prompt: 'Prompt',
  ask: 'Ask',
  temperature: 'Temperature',
} as const
