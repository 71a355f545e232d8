/**
 * Files of the built page by the path of an address: only what lies under its folder, only known kinds.
 * Not here: headers (page-headers.ts), who asks (web-server.ts, main.ts).
 */
import { realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/** Without a JavaScript type, module scripts are refused. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
}

export type Asset =
  | { readonly status: 200; readonly file: string; readonly type: string }
  | { readonly status: 400 | 404 | 405 }

const MAX_PATH_CHARS = 1_000

/** path: as in the address, still encoded, without query. */
export async function findAsset(root: string, method: string, path: string): Promise<Asset> {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405 }
  const segments = segmentsOf(path)
  if (segments === null) return { status: 400 }
  const names = segments.length === 0 ? ['index.html'] : segments
  const type = TYPES[extname(names.at(-1) ?? '').toLowerCase()]
  if (type === undefined) return { status: 404 }
  const file = await realFile(root, names)
  return file === null ? { status: 404 } : { status: 200, file, type }
}

/** null: not a path that our own page would ask for. */
function segmentsOf(path: string): string[] | null {
  if (!path.startsWith('/') || path.length > MAX_PATH_CHARS) return null
  const decoded = decodedOrNull(path)
  if (decoded === null || /[\0\\:%]/.test(decoded)) return null
  const segments = decoded.split('/').filter((segment) => segment !== '')
  return segments.some((segment) => segment.startsWith('.')) ? null : segments
}

function decodedOrNull(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

/** Follows links, so that none leads out. */
async function realFile(root: string, names: readonly string[]): Promise<string | null> {
  try {
    const base = await realpath(root)
    const file = await realpath(join(base, ...names))
    if (!file.startsWith(base + sep)) return null
    return (await stat(file)).isFile() ? file : null
  } catch {
    return null
  }
}
