/**
 * Where browsers are looked for on each system, and in which order.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { findBrowsers } from '../../../../electron/sandbox/pyodide/find-browser.ts'
import { temporaryFolder } from '../../../fakes/folder.ts'

const folder = temporaryFolder()

function install(path: string): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '')
  chmodSync(file, 0o755)
  return file
}

const CHROME = 'Google/Chrome/Application/chrome.exe'

test('on Windows, Chrome before Edge, for all users before for one', async () => {
  const edge = install('Program Files (x86)/Microsoft/Edge/Application/msedge.exe')
  const own = install(`Local/${CHROME}`)
  const chrome = install(`Program Files/${CHROME}`)
  const environment = {
    ProgramFiles: join(folder, 'Program Files'),
    'ProgramFiles(x86)': join(folder, 'Program Files (x86)'),
    LocalAppData: join(folder, 'Local'),
  }
  expect(await findBrowsers('win32', environment)).toEqual([chrome, edge, own])
})

test('on a Mac, also in the applications of the user', async () => {
  const own = install('Applications/Google Chrome.app/Contents/MacOS/Google Chrome')
  expect(await findBrowsers('darwin', { HOME: folder })).toEqual([own])
})

test('on Linux, on the PATH', async () => {
  const edge = install('bin/microsoft-edge')
  const chromium = install('bin/chromium')
  expect(await findBrowsers('linux', { PATH: join(folder, 'bin') })).toEqual([chromium, edge])
})

test('one that is named by hand is the only one, also when it is not there', async () => {
  const named = install('my-browser')
  const PATH = join(folder, 'bin')
  expect(await findBrowsers('linux', { KELVIN_CHROMIUM: named, PATH })).toEqual([named])
  expect(await findBrowsers('linux', { KELVIN_CHROMIUM: join(folder, 'no'), PATH })).toEqual([])
})
