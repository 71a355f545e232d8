/**
 * Graphics adapters and what they do, as findings of the doctor. A look is one process that computes a little.
 * Not here: finding adapters (engine/adapters.ts), the look (engine/device-probe.ts).
 */
import type { AdapterReport, DeviceReport, Finding } from '../contract/workbench.ts'
import { messageOf } from '../contract/errors.ts'
import { findAdapters } from '../engine/adapters.ts'

export type Probe = () => Promise<readonly DeviceReport[]>

export type Devices = {
  readonly adapters: readonly AdapterReport[]
  readonly devices: readonly DeviceReport[]
}

export async function lookAtDevices(
  probe: Probe,
): Promise<{ readonly facts: Devices; readonly findings: readonly Finding[] }> {
  const [adapters, devices] = await Promise.all([findAdapters(), probe().catch(nothingUsable)])
  const findings = [...adapterFindings(adapters), ...devices.map(deviceFinding)]
  return { facts: { adapters, devices }, findings }
}

/** A driver that takes its process down cannot be used. */
function nothingUsable(cause: unknown): DeviceReport[] {
  const why = messageOf(cause)
  const unknown = { why, half: false, largestBufferBytes: null, gigaflops: null, usable: false }
  return [
    { device: 'webgpu', ...unknown },
    { device: 'cuda', ...unknown },
  ]
}

const GIB = 2 ** 30
const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`

function adapterFindings(adapters: readonly AdapterReport[]): Finding[] {
  if (adapters.length === 0) {
    const hint = 'the CPU computes: enough for nano, slow for models of half a billion parameters'
    return [note('graphics', false, 'no adapter found', hint)]
  }
  return adapters.map((adapter) => note('graphics', true, adapterText(adapter), ''))
}

export function adapterText({ name, driver, memoryBytes, freeBytes }: AdapterReport): string {
  const parts = [name]
  if (driver !== null) parts.push(`driver ${driver}`)
  if (memoryBytes === null) parts.push('memory not told')
  else if (freeBytes === null) parts.push(gib(memoryBytes))
  else parts.push(`${gib(freeBytes)} free of ${gib(memoryBytes)}`)
  return parts.join(', ')
}

const HINTS: Readonly<Record<DeviceReport['device'], string>> = {
  webgpu:
    process.platform === 'linux'
      ? "install your card's Vulkan driver and libvulkan1 (Debian: mesa-vulkan-drivers, or nvidia-driver)"
      : "update your graphics card's driver",
  cuda: 'only for NVIDIA on 64-bit Linux, and WebGPU needs no more than the driver: install CUDA 12 and cuDNN 9, then ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node',
}

function deviceFinding(report: DeviceReport): Finding {
  const { device, usable, why } = report
  if (!usable) return note(device, false, why, HINTS[device])
  return note(device, true, abilityText(report), '')
}

function abilityText({ half, largestBufferBytes, gigaflops }: DeviceReport): string {
  const parts = ['computes']
  if (gigaflops !== null)
    parts.push(`${Number(gigaflops.toPrecision(2))} GFLOP/s on a small product`)
  if (largestBufferBytes !== null) parts.push(`tensors up to ${gib(largestBufferBytes)} and more`)
  if (gigaflops !== null) parts.push(half ? 'half precision' : 'no half precision')
  return parts.join(', ')
}

const note = (name: string, ok: boolean, detail: string, hint: string): Finding => ({
  name,
  ok,
  detail,
  hint,
  needed: false,
})
