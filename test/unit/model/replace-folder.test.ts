import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { AppError } from '../../../electron/contract/errors.ts'
import { replaceFolder, wholeFolder } from '../../../electron/model/replace-folder.ts'

const home = mkdtempSync(join(tmpdir(), 'kelvin-replace-'))
const folder = join(home, 'deep', 'state')
const holding = (text: string) => (partial: string) => writeFile(join(partial, 'file'), text)
const held = () => readFileSync(join(wholeFolder(folder), 'file'), 'utf8')

beforeEach(async () => {
  rmSync(join(home, 'deep'), { recursive: true, force: true })
  await replaceFolder(folder, holding('old'))
})
afterAll(() => rmSync(home, { recursive: true }))

test('a folder takes the place of another, and nothing else is left', async () => {
  await replaceFolder(folder, holding('new'))
  expect(held()).toBe('new')
  expect(readdirSync(join(home, 'deep'))).toEqual(['state'])
})

test('one that cannot be built leaves all as before, and says why in a sentence', async () => {
  const broken = replaceFolder(folder, async (partial) => {
    await holding('half')(partial)
    throw new Error('no space')
  })
  await expect(broken).rejects.toThrow(
    new AppError('checkpoint', `${folder}: cannot be written: no space`),
  )
  expect(held()).toBe('old')
  expect(readdirSync(join(home, 'deep'))).toEqual(['state'])
})

test('what a killed process left half built is built anew', async () => {
  mkdirSync(`${folder}.partial/rest`, { recursive: true })
  await replaceFolder(folder, holding('new'))
  expect(readdirSync(folder)).toEqual(['file'])
})

test('where a process was killed between two renames, the old folder is read', async () => {
  await rename(folder, `${folder}.old`)
  expect(existsSync(folder)).toBe(false)
  expect(held()).toBe('old')
  await replaceFolder(folder, holding('new'))
  expect(held()).toBe('new')
})
