import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startDesktop } from '../../../electron/host/desktop-start.ts'
import type { StartParts } from '../../../electron/host/desktop-start.ts'
import { locateElectron, screenProblem } from '../../../electron/host/electron-binary.ts'
import type { Located } from '../../../electron/host/electron-binary.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

const PROGRAM: Located = { ok: true, program: '/electron' }
const NONE: Located = { ok: false, why: 'its program has not been fetched' }

function parts(change: Partial<StartParts>) {
  const done: string[] = []
  const all: StartParts = {
    screenProblem: null,
    locate: () => PROGRAM,
    mayFetch: true,
    fetch: async () => done.push('fetch') > 0,
    openWindow: async (program) => (done.push(`open ${program}`), 0),
    serve: async (reason) => (done.push(`serve ${reason}`), 0),
    say: () => undefined,
    ...change,
  }
  return { done, all }
}

test('where everything is there a window opens', async () => {
  const { done, all } = parts({})
  expect(await startDesktop(all)).toBe(0)
  expect(done).toEqual(['open /electron'])
})

test('a missing program is fetched the official way, then opened', async () => {
  const answers = [NONE, PROGRAM]
  const { done, all } = parts({ locate: () => answers.shift() ?? NONE })
  await startDesktop(all)
  expect(done).toEqual(['fetch', 'open /electron'])
})

test('what cannot be fetched becomes a browser that says why, with the ways out', async () => {
  const said: string[] = []
  const { done, all } = parts({
    locate: () => NONE,
    fetch: async () => false,
    say: (line) => said.push(line),
  })
  await startDesktop(all)
  expect(done).toEqual(['serve no desktop window: Electron could not be fetched'])
  expect(said.join('\n')).toContain('ELECTRON_MIRROR')
})

test('nothing is fetched where that was forbidden, or where no window could be shown', async () => {
  const forbidden = parts({ locate: () => NONE, mayFetch: false })
  await startDesktop(forbidden.all)
  expect(forbidden.done).toEqual(['serve no desktop window: its program has not been fetched'])
  const blind = parts({ screenProblem: 'there is no screen', locate: () => NONE })
  await startDesktop(blind.all)
  expect(blind.done).toEqual(['serve no desktop window: there is no screen'])
})

test('a screen, and no root, are needed on Linux only', () => {
  expect(screenProblem('darwin', {}, 0)).toBeNull()
  expect(screenProblem('linux', {}, 1000)).toMatch(/no screen/)
  expect(screenProblem('linux', { DISPLAY: ':0' }, 1000)).toBeNull()
  expect(screenProblem('linux', { WAYLAND_DISPLAY: 'w' }, 0)).toMatch(/root/)
})

test('the program is found without loading the package, and its version is checked', () => {
  const folder = join(temporaryFolder(), 'electron')
  const why = (environment = {}) => {
    const found = locateElectron(folder, environment)
    return found.ok ? found.program : found.why
  }
  expect(why()).toBe('its package is not installed')
  mkdirSync(join(folder, 'dist'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"version":"45.3.4"}')
  expect(why()).toBe('its program has not been fetched')
  writeFileSync(join(folder, 'path.txt'), 'electron')
  writeFileSync(join(folder, 'dist/version'), '41.0.0')
  expect(why()).toBe('expected version 45.3.4, found 41.0.0')
  writeFileSync(join(folder, 'dist/version'), 'v45.3.4')
  expect(why()).toContain('holds no program')
  writeFileSync(join(folder, 'dist/electron'), '')
  expect(why()).toBe(join(folder, 'dist/electron'))
  expect(why({ ELECTRON_EXEC_PATH: join(folder, 'path.txt') })).toBe(join(folder, 'path.txt'))
  expect(why({ ELECTRON_OVERRIDE_DIST_PATH: '/gone' })).toContain('ELECTRON_OVERRIDE_DIST_PATH')
})
