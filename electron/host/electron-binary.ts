/**
 * Where Electron's program is, and what speaks against opening a window. Never loads the package: loading it from
 * Node would download the program unasked.
 * Not here: starting it (desktop-start.ts).
 * Source: electron.md section 7.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export type Located =
  | { readonly ok: true; readonly program: string }
  /** why follows 'Electron: '. */
  | { readonly ok: false; readonly why: string }

export type Environment = Readonly<Record<string, string | undefined>>

/** folder: the installed package. */
export function locateElectron(folder: string, environment: Environment): Located {
  const exact = environment['ELECTRON_EXEC_PATH']
  if (exact !== undefined && exact !== '') return programAt(exact, 'ELECTRON_EXEC_PATH')
  const name = textOf(join(folder, 'path.txt'))
  const dist = environment['ELECTRON_OVERRIDE_DIST_PATH']
  if (dist !== undefined && dist !== '') {
    return programAt(join(dist, name ?? 'electron'), 'ELECTRON_OVERRIDE_DIST_PATH')
  }
  if (!existsSync(join(folder, 'package.json'))) return missing('its package is not installed')
  if (name === null) return missing('its program has not been fetched')
  const version = textOf(join(folder, 'dist', 'version'))
  const wanted = versionOf(folder)
  if (version?.replace(/^v/, '') !== wanted) {
    return missing(`expected version ${wanted ?? 'unknown'}, found ${version ?? 'none'}`)
  }
  return programAt(join(folder, 'dist', name), 'its folder')
}

function programAt(program: string, where: string): Located {
  const isFile = existsSync(program) && statSync(program).isFile()
  return isFile ? { ok: true, program } : missing(`${where} holds no program at ${program}`)
}

const missing = (why: string): Located => ({ ok: false, why })

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return null
  }
}

function versionOf(folder: string): string | null {
  const manifest: unknown = JSON.parse(textOf(join(folder, 'package.json')) ?? 'null')
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return null
  return typeof manifest.version === 'string' ? manifest.version : null
}

/** Why no window can be shown here, whatever is installed; null: one can. */
export function screenProblem(
  platform: NodeJS.Platform,
  environment: Environment,
  user: number | null,
): string | null {
  if (platform !== 'linux') return null
  const hasScreen = ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => (environment[name] ?? '') !== '')
  if (!hasScreen) return 'there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set)'
  if (user === 0) return 'its sandbox does not run as root, and it is not started without one'
  return null
}

/** What a person can do about a program that cannot be fetched. */
export const WAYS_OUT: readonly string[] = [
  'fetch it: npx --no install-electron',
  'from a mirror: ELECTRON_MIRROR=https://... npx --no install-electron',
  'from a copy of your own: ELECTRON_OVERRIDE_DIST_PATH=FOLDER npm start',
  'without it: npm run -s kelvin -- serve',
]
