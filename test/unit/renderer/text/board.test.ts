import { expect, test } from 'vitest'
import type { Evaluation } from '../../../../electron/contract/evaluation.ts'
import type { ModelReport } from '../../../../electron/contract/workbench.ts'
import { passCharts } from '../../../../renderer/charts/pass-at-k.ts'
import { boardOf, outline, partnerIn, usualBaseline } from '../../../../renderer/text/board.ts'
import { draftOf, modelChoices, startOf } from '../../../../renderer/text/eval-draft.ts'

const evaluation = (id: string, step: number | null, part: Partial<Evaluation>): Evaluation => ({
  id,
  source: 'training',
  suite: 'nano-ood',
  title: 'Nano',
  area: 'reasoning',
  licence: '',
  home: '',
  protocol: '',
  contamination: '',
  files: [],
  label: step === null ? 'nano' : `a@${step}`,
  weights: 'ab',
  at: step === null ? null : { run: 'a', step },
  template: 'nano',
  temperature: 0,
  topP: 1,
  maxTokens: 9,
  samples: 1,
  seed: 1,
  limit: null,
  n: 10,
  passAt1: 0.5,
  low: 0.2,
  high: 0.8,
  kinds: {},
  undecided: 0,
  passAtK: [],
  startedMs: 0,
  finishedMs: step ?? 0,
  ...part,
})

test('a board has models down and ways of asking across, with the newest of a cell', () => {
  const board = boardOf([
    evaluation('new', 9, { finishedMs: 100 }),
    evaluation('old', 9, {}),
    evaluation('sampled', 9, { temperature: 1, samples: 4 }),
    evaluation('part', 0, { limit: 16 }),
    evaluation('folder', null, {}),
  ])
  expect(board.rows.map(({ label }) => label)).toEqual(['nano', 'a@0', 'a@9'])
  expect(board.columns.map(({ note }) => note)).toEqual([
    'greedy, nano',
    'greedy, first 16 per kind, nano',
    'T = 1, 4 answers, nano',
  ])
  const last = board.rows.at(-1)
  expect([...(last?.cells.values() ?? [])].map(({ id }) => id)).toEqual(['new', 'sampled'])
})

test('a part of a suite is compared with the whole where the baseline has only that', () => {
  const { columns, rows } = boardOf([
    evaluation('start', 0, {}),
    evaluation('part', 5, { limit: 16 }),
    evaluation('sampled', 5, { limit: 16, temperature: 1, samples: 4 }),
  ])
  const [start] = rows
  expect(columns.map((column) => partnerIn(start, column)?.id)).toEqual([
    'start',
    'start',
    undefined,
  ])
})

test('an outline keeps ends, what was asked for and the best; a run is compared with its start', () => {
  const steps = [0, 5, 10, 15, 20].map((step) => evaluation(`s${step}`, step, {}))
  const { rows } = boardOf([...steps, evaluation('asked', 15, { source: 'order', suite: 'x' })])
  expect(outline(rows, new Set(['a@10'])).map(({ key }) => key)).toEqual([
    'a@0',
    'a@10',
    'a@15',
    'a@20',
  ])
  expect(usualBaseline(rows, 'a')).toBe('a@0')
  expect(usualBaseline(rows.slice(0, 1), 'a')).toBeNull()
})

test('curves of one suite lie over each other, the base first', () => {
  const curve = (mean: number) =>
    [1, 2, 3, 4].map((k) => ({ k, n: 5, mean: mean * k, low: 0, high: 1 }))
  const sampled = { temperature: 1, samples: 4 }
  const [chart, more] = passCharts([
    evaluation('trained', 9, { ...sampled, passAtK: curve(0.2) }),
    evaluation('base', null, { ...sampled, passAtK: curve(0.1) }),
    evaluation('greedy', 9, { passAtK: curve(0.1).slice(0, 1) }),
  ])
  expect(more).toBeUndefined()
  expect(chart?.lines.map(({ label }) => label)).toEqual(['nano, seed 1', 'a@9, seed 1'])
  expect(Array.from(chart?.xs ?? [])).toEqual([1, 2, 3, 4])
})

test('one click measures the last checkpoint against the start, greedily', () => {
  expect(startOf(draftOf('a'), [])).toEqual({
    model: { type: 'checkpoint', run: 'a', step: null },
    suites: ['nano-heldout', 'nano-ood'],
    samples: 1,
    temperature: 0,
    limit: null,
    against: { run: 'a', step: 0 },
    seed: 1,
    device: 'cpu',
  })
  const alone = startOf(
    { ...draftOf(null), suites: ['own-tasks', 'gsm8k'], decoding: 'sampled' },
    [],
  )
  expect(alone).toMatchObject({ suites: ['gsm8k'], samples: 16, temperature: 1, against: null })
})

test('the server of the settings can be chosen like a folder', () => {
  const shape = { architecture: null, parameters: null, layers: null, width: null } as const
  const report: ModelReport = {
    ref: { type: 'remote' },
    label: 'tiny at gpu',
    problems: [],
    ...shape,
    vocabulary: null,
    context: null,
    dtype: null,
    bytes: 0,
    parent: null,
  }
  expect(modelChoices(null, [report], [])).toContainEqual({ id: 'remote', label: 'tiny at gpu' })
  expect(modelChoices(null, [{ ...report, problems: ['no'] }], [])).toHaveLength(1)
  expect(startOf({ ...draftOf(null), model: 'remote' }, [report]).model).toEqual({ type: 'remote' })
})
