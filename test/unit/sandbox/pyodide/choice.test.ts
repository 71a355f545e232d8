/**
 * Which engine runs programs on this machine: processes of Python, else a hidden page, else neither.
 */
import { afterEach, expect, test, vi } from 'vitest'
import { openSandbox } from '../../../../electron/sandbox/open.ts'
import { createFakePage } from '../../../fakes/page-line.ts'
import { temporaryFolder } from '../../../fakes/folder.ts'

const nothing = temporaryFolder()

afterEach(() => vi.unstubAllEnvs())

test('where there is no Python a page runs them, and level and version are its own', async () => {
  vi.stubEnv('PATH', nothing)
  const page = createFakePage()
  const sandbox = await openSandbox({ workers: 1, pages: async () => page.line })
  expect([sandbox.level, sandbox.pythonVersion]).toEqual([2, '3.14.2'])
  await sandbox.close()
  expect(page.isClosed()).toBe(true)
})

test('a page that isolates nothing is level 0, and says so', async () => {
  vi.stubEnv('PATH', nothing)
  const page = createFakePage({ sandboxed: false })
  const sandbox = await openSandbox({ workers: 1, pages: async () => page.line })
  expect(sandbox.level).toBe(0)
  await sandbox.close()
})

test('with neither there is one sentence that names both', async () => {
  vi.stubEnv('PATH', nothing)
  vi.stubEnv('KELVIN_CHROMIUM', `${nothing}/none`)
  await expect(openSandbox({ workers: 1 })).rejects.toThrow(
    'sandbox: expected python3 3.9 or newer on PATH, found no python3; hidden page: expected Chrome, Edge or Chromium, found none installed',
  )
})

test.skipIf(process.platform !== 'linux')(
  'a page is not even opened where processes are isolated',
  async () => {
    const pages = vi.fn(async () => createFakePage().line)
    const sandbox = await openSandbox({ workers: 1, pages })
    await sandbox.close()
    expect(sandbox.level > 0 ? pages.mock.calls.length : 0).toBe(0)
  },
)

test('an engine can be asked for', async () => {
  const page = createFakePage()
  const sandbox = await openSandbox({ workers: 1, engine: 'page', pages: async () => page.line })
  expect(sandbox.level).toBe(2)
  await sandbox.close()
  await expect(openSandbox({ workers: 0, engine: 'page' })).rejects.toThrow('expected 1 or more')
})
