/**
 * `npm start`: the desktop window where there can be one, else the same workbench in a browser, and why.
 * Not here: the window (main.ts), the browser's host (serve.ts); both are arguments, so that tests need neither.
 */
import type { Located } from './electron-binary.ts'
import { WAYS_OUT } from './electron-binary.ts'

export type StartParts = {
  /** Why no window can be shown here; null: one can. */
  readonly screenProblem: string | null
  readonly locate: () => Located
  /** ELECTRON_SKIP_BINARY_DOWNLOAD is set. */
  readonly mayFetch: boolean
  /** Electron's own installer; false: it failed and has said why. */
  readonly fetch: () => Promise<boolean>
  /** Resolves with its exit status. */
  readonly openWindow: (program: string) => Promise<number>
  /** Resolves with an exit status when it is stopped. */
  readonly serve: (reason: string) => Promise<number>
  readonly say: (line: string) => void
}

export async function startDesktop(parts: StartParts): Promise<number> {
  const found = parts.screenProblem === null ? await locateOrFetch(parts) : null
  if (found?.ok === true) return await parts.openWindow(found.program)
  const reason = `no desktop window: ${parts.screenProblem ?? found?.why ?? 'Electron is missing'}`
  parts.say(reason)
  if (parts.screenProblem === null) for (const way of WAYS_OUT) parts.say(`  ${way}`)
  parts.say('the same workbench in a browser:')
  return await parts.serve(reason)
}

async function locateOrFetch({ locate, mayFetch, fetch, say }: StartParts): Promise<Located> {
  const found = locate()
  if (found.ok || !mayFetch) return found
  say(`Electron: ${found.why}; fetching it`)
  const isFetched = await fetch()
  return isFetched ? locate() : { ok: false, why: 'Electron could not be fetched' }
}
