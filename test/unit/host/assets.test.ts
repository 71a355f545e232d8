import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findAsset } from '../../../electron/host/assets.ts'
import { CONTENT_POLICY } from '../../../electron/host/page-headers.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

const folder = temporaryFolder()
const root = join(folder, 'page')
mkdirSync(join(root, 'assets'), { recursive: true })
for (const name of ['index.html', 'assets/main.js', '.secret.js', 'notes.txt']) {
  writeFileSync(join(root, name), name)
}
writeFileSync(join(folder, 'outside.js'), 'secret')
symlinkSync(join(folder, 'outside.js'), join(root, 'link.js'))
mkdirSync(join(folder, 'page-other'))
writeFileSync(join(folder, 'page-other', 'x.js'), 'secret')

const status = async (path: string, method = 'GET') => (await findAsset(root, method, path)).status

test('the page and its files are found with their kinds', async () => {
  expect(await findAsset(root, 'GET', '/')).toMatchObject({
    status: 200,
    file: join(root, 'index.html'),
    type: 'text/html; charset=utf-8',
  })
  expect(await findAsset(root, 'HEAD', '/assets/main.js')).toMatchObject({
    status: 200,
    type: 'text/javascript; charset=utf-8',
  })
})

test('no path leads out of the folder', async () => {
  for (const path of [
    '/../outside.js',
    '/..%2foutside.js',
    '/%2e%2e/outside.js',
    '/%2E%2E%5Coutside.js',
    '/assets/../../outside.js',
    '/..\\outside.js',
    '//etc/passwd.js',
    '/C:/x.js',
    '/%252e%252e/outside.js',
    '/main.js%00.html',
    '/../page-other/x.js',
    '/.secret.js',
    '/%',
    'index.html',
    '',
    `/${'a'.repeat(2_000)}.js`,
  ]) {
    expect(await status(path), path).not.toBe(200)
  }
})

test('a link that leads out is followed nowhere', async () => {
  expect(await status('/link.js')).toBe(404)
})

test('folders, unknown kinds and other methods are refused', async () => {
  expect(await status('/assets')).toBe(404)
  expect(await status('/notes.txt')).toBe(404)
  expect(await status('/', 'POST')).toBe(405)
})

test('the policy of the page, word for word', () => {
  expect(CONTENT_POLICY).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  )
})
