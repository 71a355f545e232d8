/**
 * Where a hidden page comes from in this process: the desktop app's main process, or an installed browser.
 * Not here: what happens in it (open.ts).
 */
import { AppError, messageOf } from '../../contract/errors.ts'
import { openBrowserPage } from './browser.ts'
import { findBrowsers } from './find-browser.ts'
import type { PageLine, PageSource } from './line.ts'
import { portSource } from './port.ts'

/** resources: the folder that holds pyodide/ and python/. */
export function pageSource(resources: string): PageSource {
  const parent: Electron.ParentPort | undefined = process.parentPort
  return parent === undefined ? () => fromBrowser(resources) : portSource(parent)
}

async function fromBrowser(resources: string): Promise<PageLine> {
  const refused: string[] = []
  for (const program of await findBrowsers()) {
    try {
      return await openBrowserPage({ program, resources })
    } catch (cause) {
      refused.push(messageOf(cause))
    }
  }
  if (refused.length > 0) throw new AppError('sandbox', refused.join('; '))
  throw new AppError(
    'sandbox',
    'hidden page: expected Chrome, Edge or Chromium, found none installed',
  )
}
