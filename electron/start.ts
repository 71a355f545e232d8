/**
 * The entry of `npm start`: builds what is not built, then opens the window or serves a browser.
 * Not here: which of the two (host/desktop-start.ts).
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import manifest from '../package.json' with { type: 'json' }
import { listenForInterrupt } from './cli/interrupt.ts'
import { nodeProblem } from './cli/node-version.ts'
import { messageOf } from './contract/errors.ts'
import { startDesktop } from './host/desktop-start.ts'
import { locateElectron, screenProblem } from './host/electron-binary.ts'

const ROOT = join(import.meta.dirname, '..')
const PACKAGE = join(ROOT, 'node_modules/electron')

/** A process that writes to this terminal; resolves with its exit status. */
function run(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit' })
  return new Promise((resolve) => {
    child.once('error', () => resolve(1))
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)

const BUILT = ['out/main/main.js', 'out/preload/preload.cjs', 'out/renderer/index.html']
const SOURCES = ['electron', 'renderer', 'resources']

/** All of it, and after the last change of a source: a checkout may have moved on. */
function isBuilt(): boolean {
  const files = BUILT.map((file) => join(ROOT, file))
  if (!files.every((file) => existsSync(file))) return false
  const oldest = Math.min(...files.map((file) => statSync(file).mtimeMs))
  return SOURCES.every((folder) => newestIn(join(ROOT, folder)) <= oldest)
}

function newestIn(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Math.max(0, ...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs))
}

async function build(): Promise<void> {
  if (isBuilt()) return
  say('building the app')
  const status = await run(process.execPath, [
    'node_modules/electron-vite/bin/electron-vite.js',
    'build',
  ])
  if (status !== 0) throw new Error('the app could not be built')
}

async function serveUntilStopped(reason: string): Promise<number> {
  const { serve } = await import('./serve.ts')
  const { homeDirectory } = await import('./host/paths.ts')
  const interrupt = listenForInterrupt()
  const serving = await serve({
    home: homeDirectory(),
    host: '127.0.0.1',
    port: 0,
    beyondLoopback: false,
    acceptNoIsolation: false,
    version: manifest.version,
    reason,
  })
  process.stdout.write(`${serving.url}\n`)
  await new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve))
  interrupt.force.addEventListener('abort', () => process.exit(130))
  await serving.close()
  interrupt.close()
  return 0
}

async function start(): Promise<number> {
  const problem = nodeProblem(process.versions.node)
  if (problem !== null) {
    say(`kelvin: ${problem}`)
    return 2
  }
  await build()
  return await startDesktop({
    screenProblem: screenProblem(process.platform, process.env, process.getuid?.() ?? null),
    locate: () => locateElectron(PACKAGE, process.env),
    mayFetch: (process.env['ELECTRON_SKIP_BINARY_DOWNLOAD'] ?? '') === '',
    fetch: async () => (await run(process.execPath, [join(PACKAGE, 'install.js')])) === 0,
    openWindow: (program) => run(program, [ROOT]),
    serve: serveUntilStopped,
    say,
  })
}

try {
  process.exitCode = await start()
} catch (cause) {
  say(`kelvin: ${messageOf(cause)}`)
  process.exitCode = 1
}
