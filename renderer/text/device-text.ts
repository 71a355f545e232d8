/**
 * What a choice of device means on this machine, as one line. Not here: the control (views/new-run/device-picker.tsx).
 */
import type { AdapterReport, DeviceReport, Diagnosis } from '../../electron/contract/workbench.ts'
import { hasCuda } from '../../electron/contract/memory.ts'
import { memory } from '../format.ts'
import { NEW_RUN } from '../strings/runs.ts'
import { visible } from './neutral.ts'

type Device = keyof typeof NEW_RUN.devices

type Machine = Pick<Diagnosis, 'cores' | 'memoryFreeBytes' | 'adapters' | 'devices'>

/** The name in the list; machine null: not looked at yet. */
export function deviceLabel(device: Device, machine: Machine | null): string {
  const name = NEW_RUN.devices[device]
  const report = machine?.devices.find((one) => one.device === device)
  return report === undefined || report.usable ? name : NEW_RUN.notUsable(name)
}

export function deviceHint(device: Device, machine: Machine | null): string {
  if (machine === null) return NEW_RUN.looking
  if (device === 'cpu')
    return NEW_RUN.cpuHint(String(machine.cores), memory(machine.memoryFreeBytes))
  const report = machine.devices.find((one) => one.device === device)
  if (report === undefined) return ''
  if (!report.usable) return NEW_RUN.fallbackHint(visible(report.why))
  const adapters = device === 'cuda' ? machine.adapters.filter(hasCuda) : machine.adapters
  return [...adapters.map(adapterText), ...abilities(report)].join('; ')
}

function adapterText({ name, memoryBytes, freeBytes }: AdapterReport): string {
  if (memoryBytes === null) return NEW_RUN.adapterHint(visible(name), NEW_RUN.memoryUnknown)
  const sizes =
    freeBytes === null
      ? memory(memoryBytes)
      : NEW_RUN.memoryHint(memory(freeBytes), memory(memoryBytes))
  return NEW_RUN.adapterHint(visible(name), sizes)
}

function abilities({ half, largestBufferBytes, gigaflops }: DeviceReport): string[] {
  if (gigaflops === null) return []
  const precision = half ? NEW_RUN.halfHint : NEW_RUN.singleHint
  return largestBufferBytes === null
    ? [precision]
    : [precision, NEW_RUN.bufferHint(memory(largestBufferBytes))]
}
