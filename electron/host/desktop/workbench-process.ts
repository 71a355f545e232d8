/**
 * The entry of the workbench process under Electron. Not here: anything but its line to the main process.
 */
import { stackOf } from '../trainer-line.ts'
import { serveWorkbench } from './workbench-line.ts'

const CRASH_EXIT = 70
const port: Electron.ParentPort | undefined = process.parentPort

/** Whatever nobody caught ends the process: the main process starts another one. */
function crash(cause: unknown): void {
  process.stderr.write(`${stackOf(cause)}\n`)
  process.exit(CRASH_EXIT)
}

process.on('uncaughtException', crash)
process.on('unhandledRejection', crash)

if (port === undefined) {
  process.stderr.write('kelvin: this is a part of the desktop app; start that\n')
  process.exitCode = 2
} else {
  serveWorkbench({
    send: (message) => port.postMessage(message),
    on: (heard) => void port.on('message', ({ data, ports }) => heard(data, ports)),
    exit: (code) => process.exit(code),
  })
}
