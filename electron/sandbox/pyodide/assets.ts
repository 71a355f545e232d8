/**
 * What the hidden page's origin serves: a fixed list of files with their policies, and nothing else.
 * Not here: who asks (browser.ts, electron/page-window.ts), what the files do (resources/pyodide/).
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export type Asset = {
  readonly body: Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

/** Once all is loaded the page itself adds that nothing more may be fetched. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Workers start scripts from nowhere, reach no address, and run no text; their own imports are the page's to allow. */
const WORKER_POLICY = "default-src 'none'; script-src 'wasm-unsafe-eval'"

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'
const TEXT = 'text/plain; charset=utf-8'

type Row = readonly [from: 'page' | 'python' | 'pyodide', type: string, policy?: string]

const FILES: Readonly<Record<string, Row>> = {
  'index.html': ['page', HTML, PAGE_POLICY],
  'page.js': ['page', SCRIPT],
  'builder.js': ['page', SCRIPT, WORKER_POLICY],
  'server.js': ['page', SCRIPT, WORKER_POLICY],
  'outside.js': ['page', SCRIPT],
  'strip.js': ['page', SCRIPT],
  'harness.py': ['page', TEXT],
  'child.py': ['python', TEXT],
  'canonical.py': ['python', TEXT],
  'literal.py': ['python', TEXT],
  'facts.py': ['python', TEXT],
  'entry.py': ['python', TEXT],
  'measures.py': ['python', TEXT],
  'offered.py': ['python', TEXT],
  'pyodide.asm.mjs': ['pyodide', SCRIPT],
  'pyodide.asm.wasm': ['pyodide', 'application/wasm'],
  'python_stdlib.zip': ['pyodide', 'application/zip'],
}

/** resources: the folder that holds pyodide/ and python/. Null for every other path. */
export async function assetAt(
  resources: string,
  pathname: string,
  withPolicies = true,
): Promise<Asset | null> {
  const name = pathname === '/' ? 'index.html' : pathname.slice(1)
  const row = Object.hasOwn(FILES, name) ? FILES[name] : undefined
  if (row === undefined) return null
  const [from, type, policy] = row
  const body = new Uint8Array(await readFile(join(folderOf(from, resources), name)))
  const fixed = { 'content-type': type, 'x-content-type-options': 'nosniff' }
  if (policy === undefined || !withPolicies) return { body, headers: fixed }
  return { body, headers: { ...fixed, 'content-security-policy': policy } }
}

function folderOf(from: Row[0], resources: string): string {
  if (from === 'page') return join(resources, 'pyodide')
  if (from === 'python') return join(resources, 'python')
  return dirname(createRequire(import.meta.url).resolve('pyodide/pyodide.asm.wasm'))
}
