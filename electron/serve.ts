/**
 * The browser entry: the host and its page on one port of this machine.
 * Not here: the command line around it (cli/serve.ts), the desktop window (main.ts).
 */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from './contract/errors.ts'
import { openHost } from './host/host.ts'
import { isLoopback } from './host/origins.ts'
import { createSessions } from './host/sessions.ts'
import { startWebServer } from './host/web-server.ts'

export type ServeOptions = {
  readonly home: string
  readonly host: string
  readonly port: number
  /** Listen beyond loopback: traffic is not encrypted, so this must be said. */
  readonly beyondLoopback: boolean
  readonly acceptNoIsolation: boolean
  /** Windows look and change nothing. */
  readonly readOnly?: boolean
  readonly version: string
  /** Why a browser, where a window was asked for; '' otherwise. */
  readonly reason: string
  /** Folder of the built page; tests have others. */
  readonly root?: string
}

export type Serving = {
  /** With the token. */
  readonly url: string
  /** Saves and stops what runs. */
  readonly close: () => Promise<void>
}

export const PAGE_FOLDER = fileURLToPath(new URL('../out/renderer', import.meta.url))

export async function serve(options: ServeOptions): Promise<Serving> {
  const { home, host, port, root = PAGE_FOLDER, version, reason, acceptNoIsolation } = options
  const { readOnly = false } = options
  requireHost(options)
  if (!existsSync(join(root, 'index.html'))) {
    throw new AppError('config', `${root}: expected the built page, found none; run npm run build`)
  }
  const bench = await openHost({
    home,
    info: { version, mode: 'browser', reason },
    acceptNoIsolation,
    readOnly,
  })
  try {
    const sessions = createSessions()
    const names = [hostname()]
    const { connect } = bench
    const server = await startWebServer({ root, host, port, names, sessions, connect })
    return {
      url: `${server.url}#token=${sessions.token}`,
      close: async () => {
        await server.close()
        await bench.close()
      },
    }
  } catch (cause) {
    await bench.close()
    throw cause
  }
}

function requireHost({ host, beyondLoopback }: ServeOptions): void {
  if (isLoopback(host) || beyondLoopback) return
  throw new AppError(
    'usage',
    `--host ${host}: others could reach it unencrypted; tunnel with ssh -L, or add --beyond-loopback`,
  )
}
