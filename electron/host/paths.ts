/**
 * Where state lives: one home folder with the history, the runs' folders, logs and settings.
 * Not here: what is in those files.
 */
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { AppError, messageOf } from '../contract/errors.ts'

/** What the platform tells; an argument so that tests need no other platform. */
export type Surroundings = {
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly userHome: string
}

function surroundings(): Surroundings {
  return { platform: process.platform, environment: process.env, userHome: homedir() }
}

/** The absolute home folder: `--home`, else KELVIN_HOME, else the platform's data folder. Made if missing. */
export function homeDirectory(option?: string, around: Surroundings = surroundings()): string {
  const home = resolve(chosen(option) ?? chosen(around.environment['KELVIN_HOME']) ?? usual(around))
  makeFolder(home)
  return home
}

/** An empty or blank text is no choice: a shell's unset variable reads so. */
function chosen(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text
}

function usual({ platform, environment, userHome }: Surroundings): string {
  if (platform === 'darwin') return join(userHome, 'Library', 'Application Support', 'Kelvin')
  if (platform === 'win32') {
    return join(chosen(environment['APPDATA']) ?? join(userHome, 'AppData', 'Roaming'), 'Kelvin')
  }
  const data = chosen(environment['XDG_DATA_HOME'])
  // The XDG specification: a relative path there is invalid and to be ignored.
  const base = data !== undefined && isAbsolute(data) ? data : join(userHome, '.local', 'share')
  return join(base, 'kelvin')
}

function makeFolder(folder: string): void {
  try {
    makeWithParents(folder)
    if (!statSync(folder).isDirectory()) throw new Error('a file')
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    const why = messageOf(cause)
    throw new AppError('store', `${folder}: expected a folder that can be written, found: ${why}`, {
      cause,
    })
  }
}

/** Level by level: Node's recursive mkdir never returns where a parent refuses children with ENOENT, as /proc does. */
function makeWithParents(folder: string): void {
  if (existsSync(folder)) return
  makeWithParents(dirname(folder))
  mkdirSync(folder)
}

export function databaseFile(home: string): string {
  return join(home, 'kelvin.db')
}

export function settingsFile(home: string): string {
  return join(home, 'settings.json')
}

/** Opened model folders. */
export function modelsFile(home: string): string {
  return join(home, 'models.json')
}

/** Filters with names. */
export function viewsFile(home: string): string {
  return join(home, 'views.json')
}

/** What rules of the user were tried out on. */
export function trialsFile(home: string): string {
  return join(home, 'rule-trials.json')
}

/** Made if missing. */
export function logsDirectory(home: string): string {
  const folder = join(home, 'logs')
  makeFolder(folder)
  return folder
}

export function runDirectory(home: string, run: string): string {
  return inside(home, join('runs', run))
}

export function checkpointDirectory(home: string, run: string, step: number): string {
  return inside(home, join('runs', run, 'checkpoints', String(step)))
}

/** What can be made again: 4-bit weights of models. */
export function cacheDirectory(home: string): string {
  return join(home, 'cache')
}

/** A path as the history keeps it: a home can be moved. */
export function toHomePath(home: string, path: string): string {
  return relative(home, path).replaceAll('\\', '/')
}

/** Where a kept path points; refuses one that leads out of the home, as a made-up history may hold. */
export function fromHomePath(home: string, kept: string): string {
  return inside(home, kept)
}

function inside(home: string, path: string): string {
  const full = resolve(home, path)
  const below = relative(home, full)
  if (below !== '' && !below.startsWith('..') && !isAbsolute(below)) return full
  throw new AppError('store', `${path}: expected a path inside ${home}`)
}
