/**
 * Hands the sandbox's hidden page its one port, and only in a process that is sandboxed: otherwise the port is closed
 * and the page never opens. The page gets no function of ours.
 * Not here: the page (resources/pyodide/page.js), the window (sandbox-window.ts).
 */
import { ipcRenderer } from 'electron'
import { SANDBOX_PORT } from './contract/desktop.ts'

/** The page's own, of which this file has no types. */
declare function postMessage(message: string, target: string, ports: readonly unknown[]): void

ipcRenderer.once(SANDBOX_PORT, ({ ports }) => {
  if (process.sandboxed) postMessage('port', '*', ports)
  else for (const port of ports) port.close()
})
