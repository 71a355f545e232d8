/**
 * The server of the settings as a model of the workbench, and what a window's wish for a run at one comes to.
 */
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { StartRun } from '../../../electron/contract/inputs.ts'
import { PROFILES, requireRemote, SERVERS } from '../../../electron/contract/remote.ts'
import { parseConfig } from '../../../electron/contract/config.ts'
import { readSettings, settingProblem } from '../../../electron/contract/settings.ts'
import { NANO_MODEL } from '../../../electron/host/models.ts'
import { reportOf } from '../../../electron/host/model-list.ts'
import { lookAtRemote } from '../../../electron/host/remote-check.ts'
import { KEY_FILE, readRemoteKey } from '../../../electron/host/remote-key.ts'
import { remoteAt, remoteModel, remoteProblems } from '../../../electron/host/remote-model.ts'
import { engineOf, folderOf, orderOf, type Places } from '../../../electron/host/start-order.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

const URL = 'http://127.0.0.1:8000'
const FOLDER = temporaryFolder()
const { settings } = readSettings({
  remoteUrl: URL,
  remoteModel: 'tiny',
  remoteFolder: FOLDER,
})

function placesWith(given = settings): Places {
  return {
    home: '/nowhere',
    models: { folder: () => '/models/a' },
    read: () => {
      throw new TypeError('nothing is read')
    },
    remote: () => remoteModel(given),
    remoteAt: (url) => remoteAt(url, given),
  }
}

const WISH: StartRun = {
  recipe: 'azr',
  preset: 'nano',
  model: null,
  engine: 'local',
  device: 'cpu',
  steps: 2,
  minutes: null,
  seed: 1,
  values: { proposerKl: 0, gradClip: 0, loraRank: 8 },
  fork: null,
  evaluate: false,
}

test('an address makes the server a model; without one there is none to refer to', () => {
  expect(remoteModel(readSettings({}).settings)).toBeNull()
  expect(settingProblem('remoteUrl', '')).toBeNull()
  expect(settingProblem('rater', '')).toContain('expected a text')
  const found = remoteModel(settings)
  expect(found).toEqual({
    engine: { url: URL, model: 'tiny', server: 'skyrl-jax', allowHttp: false, serverAdam: false },
    folder: FOLDER,
  })
  const nameless = { ...settings, remoteModel: '', remoteFolder: '' }
  expect(folderOf({ type: 'remote' }, placesWith(nameless))).toBe(NANO_MODEL)
  const unread = placesWith({ ...settings, remoteFolder: '' })
  expect(() => folderOf({ type: 'remote' }, unread)).toThrow("the folder of tiny's tokenizer")
  expect(folderOf({ type: 'remote' }, placesWith())).toBe(FOLDER)
  expect(engineOf({ type: 'embedded' }, placesWith())).toBeNull()
  const none = placesWith(readSettings({}).settings)
  expect(() => engineOf({ type: 'remote' }, none)).toThrow('expected its address in the settings')
  const open = { ...settings, remoteUrl: 'http://gpu:8000' }
  expect(
    remoteProblems(remoteModel(open) ?? { engine: remoteAt('', open), folder: FOLDER }),
  ).toEqual([expect.stringContaining('engine gpu:8000: expected https')])
})

test('a new run goes to its model, or to the address that it names', () => {
  const model = orderOf({ ...WISH, model: { type: 'remote' } }, placesWith(), false)
  expect(model).toMatchObject({ engine: URL, model: FOLDER, remote: { model: 'tiny' } })
  const other = orderOf({ ...WISH, engine: 'https://gpu.example' }, placesWith(), false)
  expect(other).toMatchObject({ engine: 'https://gpu.example', remote: { server: 'skyrl-jax' } })
  expect(orderOf(WISH, placesWith(), false)).not.toHaveProperty('remote')
  expect(() => orderOf({ ...WISH, engine: 'http://gpu' }, placesWith(), false)).toThrow('https')
  expect(() => orderOf({ ...WISH, engine: URL, values: {} }, placesWith(), false)).toThrow(
    /proposerKl: expected 0.*gradClip: expected 0.*loraRank: expected 1 or more/,
  )
})

test('every refusal names a setting that makes it go away, whatever the server', () => {
  const bad = {
    dualClip: 3,
    entropyCoef: 0.1,
    proposerKl: 0.5,
    gradClip: 1,
    loraRank: 8,
    loraAlpha: 16,
    loraTargets: ['q_proj'],
    baseWeights: '4-bit',
  }
  for (const server of SERVERS) {
    const remote = { url: URL, model: null, server, allowHttp: false, serverAdam: true }
    const refused = (values: object): string[] => {
      try {
        requireRemote(parseConfig(values), remote)
        return []
      } catch (cause) {
        return [...String(cause).matchAll(/--set (\w+)=([^\s)]+)/g)].flatMap(([, ...pair]) => pair)
      }
    }
    const fixes = refused(bad)
    expect(fixes.length).toBeGreaterThan(10)
    const fixed = Object.fromEntries(
      fixes.flatMap((key, at) => (at % 2 === 0 ? [[key, readFix(key, fixes[at + 1] ?? '')]] : [])),
    )
    expect(refused({ ...bad, ...fixed }), PROFILES[server].title).toEqual([])
  }
})

function readFix(key: string, text: string): unknown {
  if (key === 'loraTargets') return text.split(',')
  return key === 'baseWeights' ? text : Number(text)
}

test('a folder without weights serves a model that is elsewhere', async () => {
  const folder = temporaryFolder()
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
    copyFileSync(join(NANO_MODEL, name), join(folder, name))
  }
  expect((await reportOf(folder, { type: 'remote' })).problems).toEqual([])
  expect((await reportOf(folder, { type: 'embedded' })).problems).toHaveLength(1)
})

test('a key comes from the environment or from a file of its owner', async () => {
  const home = temporaryFolder()
  const key = 'tml-0123456789'
  expect(readRemoteKey(home, {})).toBeNull()
  expect(readRemoteKey(home, { TINKER_API_KEY: ` ${key} ` })).toBe(key)
  writeFileSync(join(home, KEY_FILE), `${key}\n`, { mode: 0o600 })
  expect(readRemoteKey(home, { TINKER_API_KEY: '' })).toBe(key)
  chmodSync(join(home, KEY_FILE), 0o640)
  expect(() => readRemoteKey(home, {})).toThrow('expected mode 600, found 640')
  const failure = () => readRemoteKey(home, { TINKER_API_KEY: 'a key\nwith lines' })
  expect(failure).toThrow('TINKER_API_KEY: expected a key of at least 8 printable characters')
  expect(failure).not.toThrow('with lines')
  const found = await lookAtRemote(remoteAt('http://127.0.0.1:1', settings), temporaryFolder())
  expect(found).toMatchObject({ ok: false, needed: false, hint: expect.stringContaining('ssh -L') })
})
