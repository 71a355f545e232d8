/**
 * The ways of starting a zygote, best first, as data: which layers each has and what command line.
 * Not here: running them (zygote.ts), or believing them (level.ts observes what they achieve).
 */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Python } from './python.ts'

/** bubblewrap: by bwrap; own: by unshare within zygote.py. */
export type Namespaces = 'bubblewrap' | 'own' | 'none'

export type Plan = {
  readonly namespaces: Namespaces
  /** The system call filter. */
  readonly filter: boolean
  /** Landlock; only useful without namespaces. */
  readonly landlock: boolean
  /** Whether the zygote starts with an empty environment. */
  readonly clearEnvironment: boolean
}

const FULL = { filter: true, landlock: false, clearEnvironment: true } as const

const BUBBLEWRAP: Plan = { ...FULL, namespaces: 'bubblewrap' }
const OWN: Plan = { ...FULL, namespaces: 'own' }

/**
 * Tried in order until one serves. The last one is level 0: its self-test says so.
 * Under root, bwrap's processes stay root for the kernel, while zygote.py becomes nobody first: its own way is better.
 */
export function linuxPlans(isRoot: boolean): readonly Plan[] {
  return [
    ...(isRoot ? [OWN, BUBBLEWRAP] : [BUBBLEWRAP, OWN]),
    { ...FULL, namespaces: 'none', landlock: true },
    { ...FULL, namespaces: 'none', landlock: true, filter: false },
  ]
}

export type ServerProcess = ChildProcessByStdio<Writable, Readable, Readable>

export type Launch = {
  readonly python: Python
  /** The folder of zygote.py. */
  readonly resources: string
  readonly plan: Plan
  /** PYTHONHASHSEED. */
  readonly hashSeed: number
  /** Where bwrap is, for plans that need it. */
  readonly bubblewrap: string
}

// -I and -E would make Python ignore PYTHONHASHSEED; the environment holds nothing else instead.
const FLAGS = ['-s', '-S', '-B'] as const

/** All there is in it. LD_BIND_NOW: the C library looks its names up once, in the zygote, and not in every child. */
const environmentOf = ({ hashSeed }: Launch): Record<string, string> => ({
  PYTHONHASHSEED: String(hashSeed),
  LD_BIND_NOW: '1',
})

export function launch(how: Launch): ServerProcess {
  const environment = environmentOf(how)
  return spawnServer(
    commandLine(how),
    how.plan.clearEnvironment ? environment : { ...process.env, ...environment },
  )
}

export function spawnServer(
  [command, ...rest]: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv,
): ServerProcess {
  return spawn(command, rest, {
    cwd: '/',
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A session of its own: Ctrl-C in a terminal must reach the app alone, which then ends its zygotes in order.
    detached: true,
  })
}

export function commandLine(how: Launch): [string, ...string[]] {
  if (how.plan.namespaces !== 'bubblewrap') {
    return [how.python.executable, ...FLAGS, `${how.resources}/zygote.py`, layers(how.plan)]
  }
  const harness = '/harness'
  return [
    how.bubblewrap,
    ...bubblewrapArguments(how, harness),
    how.python.executable,
    ...FLAGS,
    `${harness}/zygote.py`,
    layers(how.plan),
  ]
}

function layers(plan: Plan): string {
  const names = [
    plan.namespaces === 'own' ? 'namespaces' : '',
    plan.landlock ? 'landlock' : '',
    plan.filter ? 'filter' : '',
  ]
  return names.filter((name) => name !== '').join(',')
}

function bubblewrapArguments(how: Launch, harness: string): string[] {
  const outside = how.python.prefixes.filter((prefix) => !isBelow(prefix, '/usr'))
  const environment = how.plan.clearEnvironment ? '--clearenv' : ''
  const fixed = `--unshare-all --die-with-parent --new-session --cap-drop ALL --uid 65534 --gid 65534
    --ro-bind /usr /usr --symlink usr/lib /lib --ro-bind-try /lib64 /lib64 --proc /proc --ro-bind-try /proc/sys /proc/sys --chdir /
    ${environment}`
  return [
    ...fixed.trim().split(/\s+/),
    ...Object.entries(environmentOf(how)).flatMap((pair) => ['--setenv', ...pair]),
    ...outside.flatMap((prefix) => ['--ro-bind', prefix, prefix]),
    '--ro-bind',
    how.resources,
    harness,
  ]
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
