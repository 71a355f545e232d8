/**
 * What this machine offers for training, looked at and not assumed. Every finding says what would help.
 * Not here: how it is printed (cli/doctor.ts).
 */
import type { AdapterReport, DeviceReport, Finding } from '../contract/workbench.ts'
import { existsSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { messageOf } from '../contract/errors.ts'
import { PRESET_NOTES } from '../contract/preset-notes.ts'
import type { RemoteEngine } from '../contract/remote.ts'
import type { IsolationLevel } from '../contract/verdict.ts'
import { LEVEL_LABELS } from '../sandbox/level.ts'
import type { SelfTestRow } from '../sandbox/level.ts'
import { findPython } from '../sandbox/python.ts'
import type { Python } from '../sandbox/python.ts'
import { lookAtDevices, type Probe } from './devices.ts'
import { homeDirectory } from './paths.ts'
import { testSandbox } from './programs.ts'
import { lookAtRemote } from './remote-check.ts'

export type Diagnosis = {
  /** Whether training is possible. */
  readonly ok: boolean
  readonly node: string
  readonly onnxruntime: string | null
  /** Execution providers that come with the installed runtime. */
  readonly providers: readonly string[]
  readonly python: { readonly path: string; readonly version: string } | null
  readonly sandbox: {
    readonly level: IsolationLevel
    readonly label: string
    readonly checks: readonly SelfTestRow[]
  }
  readonly home: string | null
  readonly diskFreeBytes: number | null
  readonly memoryBytes: number
  readonly memoryFreeBytes: number
  readonly cores: number
  readonly electron: string | null
  readonly adapters: readonly AdapterReport[]
  readonly devices: readonly DeviceReport[]
  readonly findings: readonly Finding[]
}

/** home: the --home option. probe: looks at devices, in another process. remote: looked at where one is named. */
export async function diagnose(
  home: string | undefined,
  probe: Probe,
  remote?: RemoteEngine,
): Promise<Diagnosis> {
  const [runtime, python, sandbox, disk, devices, server] = await Promise.all([
    lookAtRuntime(),
    lookAtPython(),
    lookAtSandbox(),
    lookAtHome(home),
    lookAtDevices(probe),
    remote === undefined ? { findings: [] } : lookAtServer(remote, home),
  ])
  const machine = lookAtMachine()
  const electron = lookAtElectron()
  const parts = [lookAtNode(), runtime, python, sandbox, disk, machine, devices, electron, server]
  const findings = parts.flatMap(({ findings }) => findings)
  return {
    ok: findings.every(({ ok, needed }) => ok || !needed),
    node: process.versions.node,
    ...runtime.facts,
    ...python.facts,
    ...sandbox.facts,
    ...disk.facts,
    ...machine.facts,
    ...devices.facts,
    ...electron.facts,
    findings,
  }
}

type Part<Name extends keyof Diagnosis> = {
  readonly facts: Pick<Diagnosis, Name>
  readonly findings: readonly Finding[]
}

const needed = (name: string, detail: string): Finding => ({
  name,
  ok: true,
  detail,
  hint: '',
  needed: true,
})
const missing = (name: string, detail: string, hint: string): Finding => ({
  name,
  ok: false,
  detail,
  hint,
  needed: true,
})
const useful = (name: string, ok: boolean, detail: string, hint: string): Finding => ({
  name,
  ok,
  detail,
  hint: ok ? '' : hint,
  needed: false,
})

/** The entries have refused a Node that does not serve. */
function lookAtNode(): { readonly findings: readonly Finding[] } {
  const { versions, platform, arch } = process
  return { findings: [needed('node', `${versions.node} (${platform} ${arch})`)] }
}

async function lookAtRuntime(): Promise<Part<'onnxruntime' | 'providers'>> {
  try {
    const { env, listSupportedBackends } = await import('onnxruntime-node')
    const version = env.versions.node ?? env.versions.common
    const providers = listSupportedBackends().flatMap(({ name, bundled }) => (bundled ? name : []))
    const detail = `${version} with ${providers.join(', ')}`
    return { facts: { onnxruntime: version, providers }, findings: [needed('onnxruntime', detail)] }
  } catch (cause) {
    const hint = 'reinstall with npm ci; the runtime needs 64-bit Linux, macOS or Windows'
    const findings = [missing('onnxruntime', messageOf(cause), hint)]
    return { facts: { onnxruntime: null, providers: [] }, findings }
  }
}

async function lookAtPython(): Promise<Part<'python'>> {
  const found = await findPython().catch(messageOf)
  if (typeof found !== 'string') return { facts: { python: placeOf(found) }, findings: seen(found) }
  // Without it a browser's hidden page runs programs; whether one does is the sandbox's finding.
  return { facts: { python: null }, findings: [useful('python', false, found, PYTHON_HINT)] }
}

const PYTHON_HINT =
  process.platform === 'linux'
    ? 'install Python 3.9 or newer and put python3 on PATH: programs run faster and better isolated'
    : 'not used on this system'

const placeOf = ({ executable, version }: Python) => ({ path: executable, version })
const seen = ({ executable, version }: Python) => [needed('python', `${version} at ${executable}`)]

const LEVEL_HINTS: Readonly<Record<IsolationLevel, string>> = {
  4: '',
  3: 'for level 4 install bubblewrap, or allow unprivileged user namespaces',
  2: 'for level 4 install Python 3.9 or newer',
  1: '',
  0: 'programs would run with your rights: train with --accept-no-isolation in a virtual machine only',
}

async function lookAtServer(remote: RemoteEngine, home: string | undefined) {
  return { findings: [await lookAtRemote(remote, homeDirectory(home))] }
}

/** Namespaces and the filter are Linux's; elsewhere a browser's sandbox is what there is. */
const BEST_LEVEL = process.platform === 'linux' ? 4 : 2

async function lookAtSandbox(): Promise<Part<'sandbox'>> {
  try {
    const { level, label, checks } = await testSandbox()
    const passed = checks.filter(({ pass }) => pass).length
    const detail = `level ${level}, ${label}; ${passed} of ${checks.length} checks hold`
    const findings = [useful('sandbox', level >= BEST_LEVEL, detail, LEVEL_HINTS[level])]
    return { facts: { sandbox: { level, label, checks } }, findings }
  } catch (cause) {
    const hint =
      process.platform === 'linux'
        ? 'install Python 3.9 or newer, or else Chrome, Edge or Chromium'
        : 'install Chrome, Edge or Chromium, or use the desktop app, which has its own'
    const findings = [missing('sandbox', messageOf(cause), hint)]
    return { facts: { sandbox: { level: 0, label: LEVEL_LABELS[0], checks: [] } }, findings }
  }
}

const GIB = 2 ** 30

async function lookAtHome(option: string | undefined): Promise<Part<'home' | 'diskFreeBytes'>> {
  try {
    const home = homeDirectory(option)
    const { bavail, bsize } = await statfs(home)
    const free = bavail * bsize
    const findings = [
      needed('home', home),
      useful('disk', free >= GIB, `${gib(free)} free at home`, 'a long run keeps about 1 GiB'),
    ]
    return { facts: { home, diskFreeBytes: free }, findings }
  } catch (cause) {
    const hint = 'give a folder that can be written with --home or KELVIN_HOME'
    const findings = [missing('home', messageOf(cause), hint)]
    return { facts: { home: null, diskFreeBytes: null }, findings }
  }
}

/** Presets of whole model sizes whose memory is free now, each with where its figure comes from. */
function presetsWithin(freeBytes: number): string {
  const fitting = Object.entries(PRESET_NOTES).flatMap(([name, { memoryGiB, origin }]) =>
    memoryGiB * GIB <= freeBytes ? [`${name} (${memoryGiB} GiB, ${origin})`] : [],
  )
  return fitting.length === 0 ? 'none' : fitting.join(', ')
}

function lookAtMachine(): Part<'memoryBytes' | 'memoryFreeBytes' | 'cores'> {
  const memoryBytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  const memoryFreeBytes = process.availableMemory()
  const cores = availableParallelism()
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = `${gib(memoryFreeBytes)} free of ${gib(memoryBytes)}`
  return {
    facts: { memoryBytes, memoryFreeBytes, cores },
    findings: [
      useful('memory', memoryFreeBytes >= GIB, memory, 'the nano preset needs about 1 GiB'),
      useful('presets that fit', true, presetsWithin(memoryFreeBytes), ''),
      useful('cores', cores >= 2, `${cores} (${model})`, 'times are planned for two cores'),
    ],
  }
}

/** Its package says in a file of its own where the program lies, once that has been fetched. */
function lookAtElectron(): Part<'electron'> {
  const program = electronProgram()
  const hint = 'only the desktop window needs it; training and evaluation work without'
  const finding = useful('electron', program !== null, program ?? 'no program found', hint)
  return { facts: { electron: program }, findings: [finding] }
}

function electronProgram(): string | null {
  if (process.versions['electron'] !== undefined) return process.execPath
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
    const program = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'))
    return existsSync(program) ? program : null
  } catch {
    return null
  }
}

const gib = (size: number): string => `${(size / GIB).toFixed(1)} GiB`
