/**
 * The built app as plain files: what can be known of it without Electron. Skipped where it is not built.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'

const OUT = join(import.meta.dirname, '../../out')
const built = existsSync(join(OUT, 'main/main.js'))
beforeEach(({ skip }) => skip(!built, 'the app is not built: npm run build'))

const scripts = (folder: string) =>
  readdirSync(join(OUT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') || name.endsWith('.cjs'))
    .map((name) => ({ name, text: readFileSync(join(OUT, folder, name), 'utf8') }))

test('processes and threads are started by addresses that exist', () => {
  const addresses = scripts('main').flatMap(({ name, text }) =>
    [...text.matchAll(/new URL\(["']([^"']+)["'], import\.meta\.url\)/g)].map(([, to = '']) =>
      join(OUT, 'main', name, '..', to),
    ),
  )
  // The finished run that ships may not be there yet; the app asks before it opens it.
  const needed = addresses.filter((address) => !address.endsWith('sample-run'))
  expect(needed.length).toBeGreaterThan(4)
  expect(needed.filter((address) => !existsSync(address))).toEqual([])
})

test('each preload is one file that asks for electron only', () => {
  const asked = scripts('preload').map(({ name, text }): [string, (string | undefined)[]] => [
    name,
    [...text.matchAll(/require\(["']([^"']+)["']\)/g)].map(([, module]) => module),
  ])
  expect(Object.fromEntries(asked)).toEqual({
    'preload.cjs': ['electron'],
    'sandbox-preload.cjs': ['electron'],
  })
})

test('1: no address of another host is loaded by the page itself', () => {
  const html = readFileSync(join(OUT, 'renderer/index.html'), 'utf8')
  expect(/(?:src|href)="(?:https?:)?\/\//.test(html)).toBe(false)
})
