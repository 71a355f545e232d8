/**
 * Finds the Python that runs the sandbox: one on PATH that really starts and is new enough.
 * Not here: starting zygotes (launch.ts).
 */
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'

export const OLDEST_PYTHON = [3, 9] as const
const NAMES = [
  'python3',
  'python3.14',
  'python3.13',
  'python3.12',
  'python3.11',
  'python3.10',
  'python3.9',
]
const SYSTEM_FOLDER = '/usr/bin'
const PROBE_MS = 20_000

// The executable behind a shim or a virtual environment, so that later starts cost one exec.
const PROBE = `
import ctypes, json, os, resource, sys
program = getattr(sys, '_base_executable', None) or sys.executable
print(json.dumps({'executable': os.path.realpath(program), 'version': list(sys.version_info[:3]),
                  'prefixes': sorted({os.path.realpath(sys.base_prefix), os.path.realpath(sys.base_exec_prefix)})}))
`

const Found = v.object({
  executable: v.pipe(v.string(), v.minLength(1)),
  version: v.tuple([v.number(), v.number(), v.number()]),
  prefixes: v.array(v.string()),
})

export type Python = {
  readonly executable: string
  /** Such as 3.11.7. */
  readonly version: string
  /** Folders that hold its libraries. */
  readonly prefixes: readonly string[]
}

/**
 * The distribution's own where the PATH has it, then in order: it is built for speed (a sixth faster than one from a
 * version manager) and every user may run it. Throws AppError('sandbox') naming what was tried when there is none.
 */
export async function findPython(path?: string): Promise<Python> {
  const refused: string[] = []
  const candidates = await onPath(NAMES, path)
  const isSystems = (candidate: string) => dirname(candidate) === SYSTEM_FOLDER
  for (const candidate of [
    ...candidates.filter(isSystems),
    ...candidates.filter((one) => !isSystems(one)),
  ]) {
    const found = await probe(candidate)
    if (typeof found !== 'string') return found
    refused.push(`${candidate} (${found})`)
  }
  const seen = refused.length === 0 ? 'no python3' : refused.join(', ')
  throw new AppError('sandbox', `sandbox: expected python3 3.9 or newer on PATH, found ${seen}`)
}

/** The Python at a path given by the user. Throws AppError('sandbox') when it does not serve. */
export async function pythonAt(executable: string): Promise<Python> {
  const found = await probe(executable)
  if (typeof found !== 'string') return found
  throw new AppError('sandbox', `${executable}: expected python3 3.9 or newer, found ${found}`)
}

/** Every executable of these names on a PATH, by name and then in the order of the PATH. */
export async function onPath(
  names: readonly string[],
  path: string | undefined = process.env['PATH'],
): Promise<string[]> {
  const folders = [...new Set((path ?? '').split(delimiter).filter((folder) => folder !== ''))]
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  const there = await Promise.all(paths.map(isExecutable))
  return paths.filter((_, at) => there[at] === true)
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** The Python, or why it does not serve. */
async function probe(path: string): Promise<Python | string> {
  const output = await runProbe(path)
  if (output === null) return 'does not start'
  const found = v.safeParse(Found, parseJson(output))
  if (!found.success) return 'gives no version'
  const { executable, version, prefixes } = found.output
  const text = version.join('.')
  const [major, minor] = version
  if (major !== OLDEST_PYTHON[0] || minor < OLDEST_PYTHON[1]) return text
  return { executable, version: text, prefixes }
}

function runProbe(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(path, ['-s', '-S', '-B', '-c', PROBE], { timeout: PROBE_MS }, (error, stdout) => {
      resolve(error === null ? stdout : null)
    })
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
