import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkpointDirectory, databaseFile, fromHomePath } from '../../../electron/host/paths.ts'
import { homeDirectory, logsDirectory, runDirectory } from '../../../electron/host/paths.ts'
import { toHomePath } from '../../../electron/host/paths.ts'
import type { Surroundings } from '../../../electron/host/paths.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

const folder = temporaryFolder()

function around(change: Partial<Surroundings>): Surroundings {
  return { platform: 'linux', environment: {}, userHome: join(folder, 'me'), ...change }
}

test('the option wins over KELVIN_HOME, which wins over the platform', () => {
  const environment = { KELVIN_HOME: join(folder, 'env'), XDG_DATA_HOME: join(folder, 'xdg') }
  expect(homeDirectory(join(folder, 'option'), around({ environment }))).toBe(
    join(folder, 'option'),
  )
  expect(homeDirectory(undefined, around({ environment }))).toBe(join(folder, 'env'))
  expect(homeDirectory('', around({ environment: { ...environment, KELVIN_HOME: ' ' } }))).toBe(
    join(folder, 'xdg', 'kelvin'),
  )
})

test.each<[NodeJS.Platform, Record<string, string>, string]>([
  ['linux', {}, 'me/.local/share/kelvin'],
  ['linux', { XDG_DATA_HOME: 'relative' }, 'me/.local/share/kelvin'],
  ['darwin', { XDG_DATA_HOME: '/x' }, 'me/Library/Application Support/Kelvin'],
  ['win32', {}, 'me/AppData/Roaming/Kelvin'],
  ['win32', { APPDATA: join(folder, 'roam') }, 'roam/Kelvin'],
])('on %s with %o the home is %s and is made', (platform, environment, want) => {
  const home = homeDirectory(undefined, around({ platform, environment }))
  expect(home).toBe(join(folder, want))
  expect(existsSync(home)).toBe(true)
})

test('a home that cannot be made is refused in one sentence', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => homeDirectory(join(folder, 'file', 'home'))).toThrow(
    /expected a folder that can be written, found: ENOTDIR/,
  )
  expect(() => homeDirectory(join(folder, 'file'))).toThrow('expected a folder')
})

test.skipIf(process.getuid?.() === 0)('a home without the right to write is refused', () => {
  const home = homeDirectory(join(folder, 'locked'))
  chmodSync(home, 0o500)
  expect(() => homeDirectory(home)).toThrow('expected a folder that can be written')
})

test('the layout is the documented one', () => {
  expect(databaseFile('/h')).toBe(join('/h', 'kelvin.db'))
  expect(checkpointDirectory('/h', 'azr-1', 20)).toBe(join('/h', 'runs/azr-1/checkpoints/20'))
  expect(existsSync(logsDirectory(folder))).toBe(true)
})

test('kept paths are relative to the home and never lead out of it', () => {
  const kept = toHomePath('/h', checkpointDirectory('/h', 'a', 1))
  expect(kept).toBe('runs/a/checkpoints/1')
  expect(fromHomePath('/other', kept)).toBe('/other/runs/a/checkpoints/1')
  for (const path of ['../x', '/etc', 'runs/../../x', '.']) {
    expect(() => fromHomePath('/h', path)).toThrow('expected a path inside')
  }
  expect(() => runDirectory('/h', '../..')).toThrow('expected a path inside')
})

test.skipIf(process.platform !== 'linux')(
  'a home below /proc is refused and not tried forever',
  () => {
    expect(() => homeDirectory('/proc/no-such/home')).toThrow(
      'expected a folder that can be written',
    )
  },
)
