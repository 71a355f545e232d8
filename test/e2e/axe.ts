/**
 * The rules of WCAG 2.2 AA over a page as it stands; what breaks one, in words.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

type Violation = {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly target: readonly unknown[] }[]
}

let source: string | null = null

/** Evaluated by the debugger, so that the page's own policy stays as it is. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  source ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source)
  const found: readonly Violation[] = await page.evaluate(async () => {
    const axe: unknown = Reflect.get(window, 'axe')
    if (typeof axe !== 'object' || axe === null) return []
    const run: unknown = Reflect.get(axe, 'run')
    if (typeof run !== 'function') return []
    const options = {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    }
    const report: { violations: Violation[] } = await run.call(axe, document, options)
    return report.violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, target }) => ({ html, target })),
    }))
  })
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, target }) => `${id}: ${String(target)} ${html.slice(0, 160)}`),
  )
}
