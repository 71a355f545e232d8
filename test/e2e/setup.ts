/**
 * Builds the page once before all browser tests, where it is older than its sources.
 */
import { ensurePage, noBrowser } from './workbench.ts'

export async function setup(): Promise<void> {
  if (noBrowser === '') await ensurePage()
}
