/** What of the checklist is configuration: the pinned Electron, fuses, what is packed and what lies beside the archive. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }
import { CONTENT_POLICY, PAGE_HEADERS } from '../../../electron/host/page-headers.ts'

const builder = readFileSync('electron-builder.yml', 'utf8')

/** The lines below a key of the first level. */
function under(key: string): string[] {
  const [, ...lines] = builder.slice(builder.indexOf(`\n${key}:`) + 1).split('\n')
  const end = lines.findIndex((line) => /^\S/.test(line))
  return lines.slice(0, end === -1 ? lines.length : end).map((line) => line.trim())
}

test('7: the policy is the measured one, on every response', () => {
  expect(CONTENT_POLICY).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
      "font-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none'; frame-src 'none'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  )
  expect(PAGE_HEADERS).toMatchObject({
    'content-security-policy': CONTENT_POLICY,
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
  })
})

test('16: Electron is pinned to one release of a supported line', () => {
  expect(manifest.devDependencies.electron).toMatch(/^45\.3\.\d+$/)
  expect(manifest.devDependencies['electron-vite']).toMatch(/^6\.\d+\.\d+$/)
})

test('19: every fuse that weakens the app is off, those that guard it are on', () => {
  expect(under('electronFuses')).toEqual([
    'runAsNode: false',
    'enableCookieEncryption: true',
    'enableNodeOptionsEnvironmentVariable: false',
    'enableNodeCliInspectArguments: false',
    'enableEmbeddedAsarIntegrityValidation: true',
    'onlyLoadAppFromAsar: true',
    'loadBrowserProcessSpecificV8Snapshot: false',
    'grantFileProtocolExtraPrivileges: false',
    'resetAdHocDarwinSignature: true',
  ])
})

test('what other processes run and Python reads lies beside the archive, and nothing is rebuilt', () => {
  expect(under('asarUnpack')).toEqual(['- out/main/**', '- out/resources/**', '- node_modules/**'])
  expect(builder).toContain('npmRebuild: false')
  expect(builder).toContain('asar: true')
  expect(manifest.main).toBe('out/main/main.js')
})

test('everything that the packed app runs is a dependency that ships', () => {
  const shipped = Object.keys(manifest.dependencies)
  for (const name of ['better-sqlite3', 'onnxruntime-node', 'valibot', 'ws']) {
    expect(shipped).toContain(name)
  }
})
