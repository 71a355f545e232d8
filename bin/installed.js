/*
 * Starts the command from within node_modules, where Node refuses to strip types: in a process with a loader.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

export const isInstalled = import.meta.url.includes('/node_modules/')

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url))

/** Signals that are sent to this process only, such as by kill, are passed on; the command counts doubles once. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP']

export function startInstalled() {
  const loader = new URL('./strip-types.js', import.meta.url).href
  const args = ['--import', loader, pathOf('../electron/cli.ts'), ...process.argv.slice(2)]
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
      for (const name of PASSED_ON) process.removeAllListeners(name)
      resolve()
    })
  })
}
