/**
 * Another Electron by hand for each start of an entry, which then loads anew.
 */
import { vi } from 'vitest'
import type * as FakeElectron from './electron.ts'

export async function freshElectron(): Promise<typeof FakeElectron> {
  vi.resetModules()
  const fake = await import('./electron.ts')
  vi.doMock('electron', () => ({ ...fake }))
  return fake
}
