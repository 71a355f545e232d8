/**
 * Words of charts and of the page that shows them.
 */
import type { Choice } from '../components/select.tsx'
import type { SaveFormat } from '../charts/save-chart.ts'

const formats: readonly Choice<SaveFormat>[] = [
  { id: 'png', label: 'Picture (PNG)' },
  { id: 'svg', label: 'Vector picture (SVG)' },
  { id: 'csv', label: 'Values (CSV)' },
]

export const CHARTS = {
  formats,
  nothingYet: 'No values yet',
  withoutValues: (titles: string) => `Without values so far: ${titles}.`,
  asTable: (title: string) => `${title}: show as table`,
  asChart: (title: string) => `${title}: show as chart`,
  save: (title: string) => `${title}: save`,
  tableOf: (title: string) => `${title}, values`,
  describe: (title: string, help: string) =>
    `${title}. ${help} Arrow keys read values, Enter opens the tasks of a step, L its logs, plus and minus zoom, zero shows all.`,
  solveRates: 'Solve rates of new tasks',
  solveRatesHelp:
    'Share of each step’s new tasks by how many of the probes solved them. Top: always solved, bottom: never.',
  solveRateCell: (step: string, rate: string, share: string, count: string) =>
    `Step ${step}: ${share} of new tasks (${count}) were solved by ${rate} of the probes`,
  advantages: 'Advantages in the update',
  advantagesHelp:
    'Share of each step’s responses by their advantage, in halves. A narrow band around 0 teaches little.',
  advantageCell: (step: string, advantage: string, share: string, count: string) =>
    `Step ${step}: ${share} of the responses (${count}) had an advantage of about ${advantage}`,
  roleLabel: 'Role',
  stepTasks: 'Tasks of the step',
  stepLogs: 'Logs of that time',
  stepOf: (step: string) => `Step ${step}`,
  before: 'The step before',
  after: 'The step after',
  solvedOf: (solved: string, valid: string) => `${valid} valid proposals, ${solved} tasks solved`,
  heatHint: 'Point at a cell, or use the arrow keys, to read it.',
  low: 'none',
  high: 'all',
  kindLabel: 'Kind',
  funnelTitle: 'From proposal to task',
  funnelHelp: 'Where proposals fail, in the order of the checks.',
  proposed: 'Proposed',
  accepted: 'Valid tasks',
  lost: (check: string) => `Refused: ${check}`,
  span: 'Steps',
  spans: { all: 'All steps', last: 'Last 20 steps' },
  checks: {
    parse: 'not in the asked format',
    syntax: 'no valid Python',
    'held-out': 'from a held-out suite',
    entry: 'no function f',
    imports: 'forbidden import',
    names: 'forbidden name',
    functions: 'more than one function',
    literal: 'input is no literal',
    message: 'message missing or too long',
    runs: 'fails when run',
    deterministic: 'not deterministic',
    output: 'output unusable',
    fits: 'prompt too long',
    new: 'seen before',
    unknown: 'reason not kept',
  } as Readonly<Record<string, string>>,
  page: 'Live charts',
  smoothing: 'Smoothing',
  log: 'Log scale',
  xAxis: 'Over',
  xAxes: { step: 'Steps', tokens: 'Tokens', minutes: 'Minutes' },
  zoomOut: 'Show all steps',
  groups: {
    reward: 'Reward and learnability',
    solve: 'Solving',
    validity: 'Validity',
    diversity: 'Diversity and complexity',
    policy: 'Policy',
    baseline: 'TRR++ baselines',
    length: 'Lengths',
    safety: 'Safety',
    system: 'System',
  },
  noSteps: 'No step is done yet',
  noStepsText:
    'The first curve moves after the first step. The bar above shows which phase the run is in.',
} as const
