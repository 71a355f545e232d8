import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createCardMeter, drmUse, parseNvidiaUse } from '../../../electron/host/card-meter.ts'
import { createMachineMeter } from '../../../electron/host/machine-meter.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
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
  const meter = createMachineMeter(sandbox, {
    home: '/',
    starts: 2,
    now: () => clock,
    memory: () => 2 ** 30,
  })
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
    memoryMb: 1024,
    sandboxCalls: 2,
    sandboxQueue: 2,
    sandboxP50Ms: 10,
    sandboxP95Ms: 10,
  })
  expect(meter.take()['sandboxCalls']).toBe(0)
})

test('the busiest card tells how busy and how full it is, one look late', async () => {
  const asked: (() => void)[] = []
  const meter = createCardMeter(async () => {
    await new Promise<void>((done) => asked.push(done))
    return [
      { busy: 0.25, memory: 0.5 },
      { busy: 0.75, memory: 0.125 },
    ]
  })
  expect([meter(), meter(), asked.length]).toEqual([{}, {}, 1])
  asked[0]?.()
  await expect.poll(meter).toEqual({ gpu: 0.75, gpuMemory: 0.125 })
})

test('drivers are read as they print, and what they do not tell is no card', async () => {
  expect(parseNvidiaUse('40, 1024, 4096\n[N/A], 1, 2\n\n')).toEqual([{ busy: 0.4, memory: 0.25 }])
  const folder = temporaryFolder()
  for (const [card, files] of [
    ['card0', { gpu_busy_percent: '10\n', mem_info_vram_used: '1\n', mem_info_vram_total: '2\n' }],
    ['card1', { vendor: '0x8086\n' }],
  ] as const) {
    mkdirSync(join(folder, card, 'device'), { recursive: true })
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, card, 'device', name), text)
    }
  }
  expect(await drmUse(folder)).toEqual([{ busy: 0.1, memory: 0.5 }])
})
