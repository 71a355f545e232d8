import { expect, test } from 'vitest'
import type { RunReply } from '../../../electron/contract/verdict.ts'
import { watchSandbox, withSignals } from '../../../electron/host/sandbox-watch.ts'
import { fakeStep } from '../../fakes/history.ts'
import { fakeSandbox } from '../../fakes/sandbox-fake.ts'

const REACHING = 'def f(x):\n    return open("/etc/passwd")'
const reply = (signals: RunReply['signals']): Promise<RunReply> =>
  Promise.resolve({
    outcomes: [],
    cpuMs: 1,
    wallMs: 1,
    ...(signals === undefined ? {} : { signals }),
  })

function watched(signals: RunReply['signals']) {
  const run = () => reply(signals)
  return watchSandbox({ ...fakeSandbox(), run, runTwice: run })
}

test('programs that reach outside are remembered until they are asked for, others are not', async () => {
  const { sandbox, take } = watched({ open: 1, 'object.__getattr__': 4, exec: 2 })
  await sandbox.run({ program: REACHING, inputs: [] })
  await sandbox.runTwice({ program: REACHING, inputs: [] })
  expect([...take()]).toEqual([[REACHING, { open: 1 }]])
  expect(take().size).toBe(0)
  const quiet = watched({ exec: 3 })
  await quiet.sandbox.run({ program: REACHING, inputs: [] })
  expect(quiet.take().size).toBe(0)
})

test('what a program did is said of the episodes that wrote it', () => {
  const record = fakeStep(1, { proposals: 5, attempts: 1 })
  const [first, second] = record.episodes
  const program = record.proposals[0]?.task?.program ?? ''
  const episodes = record.episodes.map((episode, at) =>
    at === 1 ? { ...episode, response: `<answer>\n${REACHING}\n</answer>` } : episode,
  )
  const seen = new Map([
    [program, { 'os.listdir': 1 }],
    [REACHING, { open: 2 }],
  ])
  const traces = withSignals({ ...record, episodes }, seen)
  const signals = traces.filter((trace) => trace.signals !== undefined)
  expect(signals.map(({ id, signals }) => [id, signals])).toEqual(
    expect.arrayContaining([
      [first?.id, { 'os.listdir': 1 }],
      [second?.id, { open: 2 }],
    ]),
  )
  expect(withSignals(record, new Map())).toEqual(record.episodes)
})
