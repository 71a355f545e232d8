/**
 * Browsers that may be installed, best known places first. All of them are Chromium underneath.
 * Not here: starting one (browser.ts).
 */
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { onPath } from '../python.ts'

const ON_PATH = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
]
const MAC = [
  'Google Chrome.app/Contents/MacOS/Google Chrome',
  'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'Chromium.app/Contents/MacOS/Chromium',
]
const WINDOWS = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe']

/** Paths of the browsers that are there, in order. KELVIN_CHROMIUM names one by hand. */
export async function findBrowsers(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  const named = environment['KELVIN_CHROMIUM'] ?? ''
  if (named !== '') return (await isProgram(named)) ? [named] : []
  const known = placesOf(platform, environment)
  const there = await Promise.all(known.map(isProgram))
  const found = known.filter((_, at) => there[at] === true)
  return platform === 'linux' ? [...found, ...(await onPath(ON_PATH, environment['PATH']))] : found
}

function placesOf(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string[] {
  if (platform === 'darwin') {
    const folders = ['/Applications', join(environment['HOME'] ?? '/', 'Applications')]
    return folders.flatMap((folder) => MAC.map((name) => join(folder, name)))
  }
  if (platform !== 'win32') return []
  const names = ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData']
  const folders = names.flatMap((name) => environment[name] ?? [])
  return folders.flatMap((folder) => WINDOWS.map((name) => join(folder, name)))
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
