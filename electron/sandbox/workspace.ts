/**
 * A bounded work tree in namespaces of its own, for recipes whose models edit files and run commands.
 * No network, a read-only system, no file of the host; what a command starts ends with it.
 * Not here: programs of self-play (pool.ts), which need none of this; the inside is resources/python/keeper.py.
 */
import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import type { ReplyFrame } from './frame.ts'
import { spawnServer } from './launch.ts'
import { MEGABYTE } from './limits.ts'
import { RESOURCES } from './open.ts'
import { findPython, onPath, pythonAt } from './python.ts'
import type { Python } from './python.ts'
import { Server } from './server.ts'
import type { Job } from './server.ts'
import { checkFiles } from './tree.ts'
import type { TreeFile, TreeLimits } from './tree.ts'

export type WorkspaceLimits = TreeLimits & {
  /** For one command, unless it says otherwise. */
  readonly wallMs: number
  /** Address space of each process. */
  readonly memoryBytes: number
  /** Kept of each output stream. */
  readonly outputBytes: number
}

export const WORKSPACE_LIMITS: WorkspaceLimits = {
  sizeBytes: 64 * MEGABYTE,
  files: 4_096,
  wallMs: 10_000,
  memoryBytes: 2_048 * MEGABYTE,
  outputBytes: 256 * 1_024,
}

export type WorkspaceOptions = {
  readonly limits?: Partial<WorkspaceLimits>
  readonly python?: string
  readonly resources?: string
  /** How to enter the namespaces, best first. */
  readonly entries?: readonly Entry[]
}

export type Entry = 'own' | 'bubblewrap'

export type CommandOptions = {
  readonly wallMs?: number
  readonly environment?: Readonly<Record<string, string>>
}

export type CommandReply = {
  readonly status: 'exited' | 'timeout' | 'killed' | 'infra_error'
  /** The exit code, or the signal of `killed`. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Whether more was written than is kept. */
  readonly truncated: boolean
  readonly wallMs: number
  readonly cpuMs: number
}

export type PatchReply = { readonly ok: true } | { readonly ok: false; readonly message: string }

const Packed = v.array(v.tuple([v.string(), v.number(), v.string()]))

/** What the keeper needs beyond the files themselves. */
type Setting = {
  readonly python: Python
  readonly resources: string
  readonly bubblewrap: string | undefined
  readonly entries: readonly Entry[]
  readonly limits: WorkspaceLimits
}

/**
 * Throws AppError('sandbox') where namespaces are not to be had: a workspace is never less shut in.
 * AppError('usage') when the files break the limits. Close it when done.
 */
export async function openWorkspace(
  files: readonly TreeFile[],
  options: WorkspaceOptions = {},
): Promise<Workspace> {
  const limits = { ...WORKSPACE_LIMITS, ...options.limits }
  checkFiles(files, limits)
  const [python, [bubblewrap]] = await Promise.all([
    options.python === undefined ? findPython() : pythonAt(options.python),
    onPath(['bwrap']),
  ])
  const workspace = new Workspace(files, {
    python,
    bubblewrap,
    limits,
    resources: options.resources ?? RESOURCES,
    entries: options.entries ?? ['own', 'bubblewrap'],
  })
  await workspace.reset()
  return workspace
}

export class Workspace {
  readonly #files: readonly TreeFile[]
  readonly #setting: Setting
  #keeper: Server | null = null
  #closed = false

  constructor(files: readonly TreeFile[], setting: Setting) {
    this.#files = files
    this.#setting = setting
  }

  /** A shell command in the work tree. A failing command is a reply, never an exception. */
  async run(
    command: string,
    options: CommandOptions = {},
    signal?: AbortSignal,
  ): Promise<CommandReply> {
    const bin = dirname(this.#setting.python.executable)
    const environment = { PATH: `/usr/local/bin:/usr/bin:/bin:${bin}`, ...options.environment }
    const { limits } = this.#setting
    const job = this.#job('command', { command, environment }, limits.outputBytes)
    return commandReply(
      await this.#ask({ ...job, wallMs: options.wallMs ?? limits.wallMs }, signal),
    )
  }

  /** Adds or replaces files. Throws AppError('usage') for a path outside, AppError('sandbox') when they do not fit. */
  async write(files: readonly TreeFile[]): Promise<void> {
    checkFiles(files, this.#setting.limits)
    await this.#unpack(files)
  }

  /** The content of a regular file, or null. */
  async read(path: string): Promise<Uint8Array | null> {
    checkFiles([{ path, executable: false, content: new Uint8Array() }], this.#setting.limits)
    const [file] = await this.#pack([path])
    return file?.content ?? null
  }

  /** Every regular file of the work tree, by path; links are left out. */
  files(): Promise<TreeFile[]> {
    return this.#pack(null)
  }

  /** A unified diff, applied as a whole or not at all; `check` only asks whether it would. Needs git. */
  async apply(
    patch: string,
    how: { readonly reverse?: boolean; readonly check?: boolean } = {},
  ): Promise<PatchReply> {
    const path = `/tmp/patch-${randomUUID()}`
    await this.#unpack([{ path, executable: false, content: Buffer.from(patch, 'utf8') }])
    const flags = `${how.reverse === true ? '-R ' : ''}${how.check === true ? '--check ' : ''}`
    // From the read-only root and without anybody's configuration: a .git that a command made up has no say.
    const { status, code, stderr } = await this.run(
      `cd / && exec git -c core.autocrlf=false apply ${flags}--whitespace=nowarn --directory=work ${path}`,
      { environment: { HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null' } },
    )
    if (code === 127) throw new AppError('sandbox', 'workspace: expected git, found none')
    if (status === 'exited' && code === 0) return { ok: true }
    return { ok: false, message: status === 'exited' ? stderr.trim() : status }
  }

  /** The files as they were at first, in new namespaces: nothing survives. */
  async reset(): Promise<void> {
    if (this.#closed)
      throw new AppError('sandbox', 'workspace: expected an open one, found it closed')
    await this.#end()
    this.#keeper = await startKeeper(this.#setting)
    await this.#unpack(this.#files)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#end()
  }

  async #end(): Promise<void> {
    this.#keeper?.kill()
    await this.#keeper?.ended()
    this.#keeper = null
  }

  async #unpack(files: readonly TreeFile[]): Promise<void> {
    const rows = files.map(({ path, executable, content }) => [
      path,
      executable ? 0o755 : 0o644,
      Buffer.from(content).toString('hex'),
    ])
    const { status, code, stderr } = commandReply(await this.#ask(this.#job('unpack', rows, 4_096)))
    if (status === 'exited' && code === 0) return
    throw new AppError(
      'sandbox',
      `workspace: expected room for the files, found ${stderr.trim() || status}`,
    )
  }

  async #pack(paths: readonly string[] | null): Promise<TreeFile[]> {
    // Hexadecimal digits double a file, names and marks come on top; the keeper counts with a third.
    const longest = this.#setting.limits.sizeBytes * 3 + MEGABYTE
    const { status, code, stdout } = commandReply(
      await this.#ask(this.#job('pack', paths, longest)),
    )
    const rows = v.safeParse(Packed, parseJson(stdout))
    if (status !== 'exited' || code !== 0 || !rows.success) {
      throw new AppError('sandbox', `workspace: expected its files, found ${status} ${code}`)
    }
    return rows.output.map(([path, mode, hex]) => ({
      path,
      executable: (mode & 0o100) !== 0,
      content: Buffer.from(hex, 'hex'),
    }))
  }

  #job(mode: 'unpack' | 'command' | 'pack', payload: unknown, replyBytes: number): Job {
    const { wallMs, memoryBytes } = this.#setting.limits
    const memoryMb = Math.ceil(memoryBytes / MEGABYTE)
    return { mode, payload: JSON.stringify(payload), wallMs, memoryMb, replyBytes }
  }

  /** Commands of one workspace run one after the other; 'lost' when the keeper is gone. */
  #ask(job: Job, signal?: AbortSignal): Promise<ReplyFrame | 'lost'> {
    const keeper = this.#keeper
    if (signal?.aborted === true) return Promise.reject(new AppError('cancelled', 'cancelled'))
    if (keeper === null || !keeper.alive) return Promise.resolve('lost')
    return new Promise((resolve, reject) => {
      const id = keeper.send(job, (end) => {
        signal?.removeEventListener('abort', onAbort)
        resolve(typeof end === 'string' ? 'lost' : end)
      })
      const onAbort = () => {
        keeper.cancel(id)
        reject(new AppError('cancelled', 'cancelled'))
      }
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }
}

const HEAD = 16

/** The keeper's bytes: how much of each stream was kept and lost, then both streams. */
function commandReply(frame: ReplyFrame | 'lost'): CommandReply {
  if (frame === 'lost' || frame.bytes.length < HEAD) return LOST
  const { bytes, wallMs, cpuMs, code } = frame
  const [kept, lost, , lostToo] = [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at))
  const middle = HEAD + (kept ?? 0)
  return {
    status: STATUS_OF[frame.ending],
    code,
    stdout: bytes.subarray(HEAD, middle).toString('utf8'),
    stderr: bytes.subarray(middle).toString('utf8'),
    truncated: lost !== 0 || lostToo !== 0,
    wallMs,
    cpuMs,
  }
}

const STATUS_OF: Readonly<Record<ReplyFrame['ending'], CommandReply['status']>> = {
  exited: 'exited',
  exit_code: 'exited',
  timeout: 'timeout',
  crashed: 'killed',
  too_large: 'killed',
  cancelled: 'killed',
  not_run: 'infra_error',
}

const LOST: CommandReply = {
  status: 'infra_error',
  code: 0,
  stdout: '',
  stderr: '',
  truncated: false,
  wallMs: 0,
  cpuMs: 0,
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function startKeeper(setting: Setting): Promise<Server> {
  const refused: string[] = []
  for (const entry of setting.entries) {
    const line = keeperLine(entry, setting)
    if (line === null) continue
    const keeper = new Server(spawnServer(line, {}), setting.limits.sizeBytes * 6 + 8 * MEGABYTE)
    try {
      await keeper.greeting()
      return keeper
    } catch (cause) {
      refused.push(`${entry}: ${messageOf(cause)}`)
    }
  }
  const found = refused.length === 0 ? 'no way in' : refused.join('; ')
  throw new AppError('sandbox', `workspace: expected namespaces of its own, found ${found}`)
}

/** Not bwrap's --dev: for its terminals it would take away the right to mount the work tree. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'].map((name) => `/dev/${name}`)

function keeperLine(entry: Entry, setting: Setting): readonly [string, ...string[]] | null {
  const { python, limits, resources, bubblewrap } = setting
  const size = [String(limits.sizeBytes), String(limits.files), python.prefixes.join(':')]
  const keeper = (folder: string): [string, ...string[]] => [
    python.executable,
    '-s',
    '-S',
    '-B',
    `${folder}/keeper.py`,
    entry,
    ...size,
  ]
  if (entry === 'own') return keeper(resources)
  // Under root, bwrap's processes stay root for the kernel, which then counts no processes: a fork bomb would pass.
  if (bubblewrap === undefined || process.getuid?.() === 0) return null
  const outside = python.prefixes.filter((prefix) => !prefix.startsWith('/usr'))
  const fixed = `--unshare-all --die-with-parent --new-session --cap-add CAP_SYS_ADMIN --clearenv
    --uid 65534 --gid 65534
    --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/bin /bin --symlink usr/sbin /sbin
    --ro-bind-try /lib64 /lib64 --ro-bind-try /etc/alternatives /etc/alternatives
    --proc /proc --ro-bind-try /proc/sys /proc/sys --dir /tmp --dir /work --chdir /`
  return [
    bubblewrap,
    ...fixed.split(/\s+/),
    ...DEVICES.flatMap((device) => ['--dev-bind', device, device]),
    ...outside.flatMap((prefix) => ['--ro-bind', prefix, prefix]),
    '--ro-bind',
    resources,
    '/harness',
    '--remount-ro',
    '/',
    ...keeper('/harness'),
  ]
}
