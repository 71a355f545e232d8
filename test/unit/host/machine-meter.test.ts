import { expect, test } from 'vitest'
import { createMachineMeter } from '../../../electron/host/machine-meter.ts'
import type { RunReply } from '../../../electron/contract/verdict.ts'
import type { Sandbox } from '../../../electron/sandbox/sandbox.ts'

const reply: RunReply = { outcomes: [], cpuMs: 0, wallMs: 0 }

test('times of the sandbox are those between its calls and their ends, with how many waited', async () => {
  let clock = 0
  const ends: (() => void)[] = []
  const held = (): Promise<RunReply> => new Promise((done) => ends.push(() => done(reply)))
  const sandbox: Sandbox = {
    level: 4,
    pythonVersion: '3.12.1',
    run: held,
    runTwice: held,
    analyse: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  }
  const meter = createMachineMeter(sandbox, { home: '/', starts: 2, now: () => clock })
  const request = { program: '', inputs: [] }
  const calls = [meter.sandbox.run(request), meter.sandbox.runTwice(request)]
  clock = 10
  ends[0]?.()
  await calls[0]
  clock = 40
  ends[1]?.()
  await calls[1]
  expect(meter.take()).toMatchObject({
    starts: 2,
    sandboxCalls: 2,
    sandboxQueue: 2,
    sandboxP50Ms: 10,
    sandboxP95Ms: 10,
  })
  expect(meter.take()['sandboxCalls']).toBe(0)
})
