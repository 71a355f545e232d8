/** What the doctor says of devices, with looks that find what machines have. */
import { expect, test } from 'vitest'
import type { DeviceReport } from '../../../electron/contract/workbench.ts'
import { lookAtDevices } from '../../../electron/host/devices.ts'

const found = (report: Partial<DeviceReport>): DeviceReport => ({
  device: 'cuda',
  usable: true,
  why: '',
  half: false,
  largestBufferBytes: null,
  gigaflops: null,
  ...report,
})

async function findingOf(device: string, probe: () => Promise<readonly DeviceReport[]>) {
  const { findings } = await lookAtDevices(probe)
  return findings.find(({ name }) => name === device)
}

test('CUDA that is there is used', async () => {
  expect(await findingOf('cuda', async () => [found({})])).toMatchObject({
    ok: true,
    detail: 'computes',
    hint: '',
  })
})

test('CUDA that is not there comes with how to install it', async () => {
  const why = 'its provider cannot be loaded'
  const finding = await findingOf('cuda', async () => [found({ usable: false, why })])
  expect(finding).toMatchObject({ ok: false, detail: why, needed: false })
  expect(finding?.hint).toContain('ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node')
})

test('a driver that takes the look down with it makes no device usable', async () => {
  const probe = () => Promise.reject(new Error('the process ended with SIGSEGV'))
  for (const device of ['webgpu', 'cuda']) {
    expect(await findingOf(device, probe)).toMatchObject({
      ok: false,
      detail: 'the process ended with SIGSEGV',
    })
  }
})

test('a card is told with its limits', async () => {
  const card = { half: true, largestBufferBytes: 2 ** 31, gigaflops: 912.3 }
  const report = found({ device: 'webgpu', ...card })
  expect(await findingOf('webgpu', async () => [report])).toMatchObject({
    ok: true,
    detail:
      'computes, 910 GFLOP/s on a small product, tensors up to 2.0 GiB and more, half precision',
  })
})
