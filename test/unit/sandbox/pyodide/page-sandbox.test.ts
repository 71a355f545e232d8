/**
 * The sandbox of a hidden page when the page hangs, lies, crashes or never comes. The page is played by hand.
 */
import { afterEach, expect, test, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../../../../electron/sandbox/limits.ts'
import type { LocalSandbox } from '../../../../electron/sandbox/local.ts'
import { openPageSandbox } from '../../../../electron/sandbox/pyodide/open.ts'
import { createFakePage } from '../../../fakes/page-line.ts'
import type { FakePage, FakePageOptions } from '../../../fakes/page-line.ts'

const opened: LocalSandbox[] = []
let pages: FakePage[] = []

async function open(options: FakePageOptions = {}, later: FakePageOptions = options) {
  pages = []
  const source = async () => {
    const page = createFakePage(pages.length === 0 ? options : later)
    pages.push(page)
    return page.line
  }
  const sandbox = await openPageSandbox({ source, workers: 2, limits: DEFAULT_LIMITS })
  opened.push(sandbox)
  return sandbox
}

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(opened.splice(0).map((sandbox) => sandbox.close()))
  expect(pages.every((page) => page.isClosed())).toBe(true)
})

const statusOf = async (sandbox: LocalSandbox, program: string) =>
  (await sandbox.run({ program, inputs: ['1'] })).outcomes.map(({ status }) => status)

test('two workers for runs and one for repeats, each started and tested', async () => {
  const sandbox = await open()
  const starts = pages[0]?.heard.flatMap((said) => (said.type === 'start' ? said.hashSeed : []))
  expect(starts).toEqual([0, 0, 1])
  expect(sandbox.level).toBe(2)
  expect([sandbox.pythonVersion, sandbox.stats().modules]).toEqual(['3.14.2', ['math']])
  expect(sandbox.selfTest.map(({ name }) => name)).toEqual([
    'read a file',
    'worker has no powers',
    'fetch',
    'listener heard nothing',
    'page process is sandboxed',
  ])
})

test('one row that does not hold is level 0', async () => {
  expect((await open({ sandboxed: false })).level).toBe(0)
  await opened.pop()?.close()
  expect((await open({ left: ['fetch'] })).level).toBe(0)
})

test('what is sent for a program holds what it needs and no more', async () => {
  const sandbox = await open()
  await sandbox.run({ program: 'ok', inputs: ['1', '2'] })
  const sent = pages[0]?.heard.findLast((said) => said.type === 'run')
  if (sent === undefined) throw new Error('nothing was sent')
  const { nonce, ...rest }: { nonce: string } = JSON.parse(sent.job.text.slice(1))
  expect(nonce).toMatch(/^[0-9a-f]{24}$/)
  expect(rest).toEqual({
    program: 'ok',
    inputs: [['[1]'], ['[2]']],
    repeat: 1,
    outputChars: 1_000_000,
  })
})

test('a page that crashes under a program is replaced, once; then it is an infrastructure error', async () => {
  const sandbox = await open()
  expect(await statusOf(sandbox, 'crash')).toEqual(['infra_error'])
  expect(await statusOf(sandbox, 'ok')).toEqual(['ok'])
  expect(pages.length).toBe(3)
})

test('what waited when a page crashed runs on the next one', async () => {
  const sandbox = await open()
  const waiting = [1, 2, 3, 4].map(() => statusOf(sandbox, 'ok'))
  pages[0]?.crash()
  expect(await Promise.all(waiting)).toEqual([['ok'], ['ok'], ['ok'], ['ok']])
  expect(pages.length).toBe(2)
})

test.for(['garbage', 'stranger'])(
  'a page that says "%s" is not believed again',
  async (program) => {
    const sandbox = await open()
    expect(await statusOf(sandbox, program)).toEqual(['infra_error'])
    expect(pages.slice(0, 2).map((page) => page.isClosed())).toEqual([true, true])
    expect(await statusOf(sandbox, 'ok')).toEqual(['ok'])
  },
)

test('a worker that cannot be replaced is lost alone', async () => {
  const sandbox = await open()
  expect(await statusOf(sandbox, 'lose')).toEqual(['infra_error'])
  expect(sandbox.stats().losses).toBe(2)
  expect([pages.length, pages[0]?.isClosed()]).toEqual([1, false])
  expect(await statusOf(sandbox, 'ok')).toEqual(['ok'])
})

test('a page that does not answer in time is ended', async () => {
  const sandbox = await open()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const refused = expect(statusOf(sandbox, 'hang')).rejects.toMatchObject({ code: 'sandbox' })
  await vi.advanceTimersByTimeAsync(DEFAULT_LIMITS.wallMs + 30_000)
  expect(pages[0]?.isClosed()).toBe(true)
  vi.useRealTimers()
  await expect.poll(() => pages.length).toBe(2)
  await expect.poll(() => pages[1]?.heard.some(({ type }) => type === 'run')).toBe(true)
  await sandbox.close()
  await refused
})

test('cancelling asks the page to end the program, and nothing is lost', async () => {
  const sandbox = await open()
  const stop = new AbortController()
  const running = sandbox.run({ program: 'hang', inputs: ['1'] }, stop.signal)
  stop.abort()
  await expect(running).rejects.toMatchObject({ code: 'cancelled' })
  expect(pages[0]?.heard.at(-1)?.type).toBe('cancel')
  expect(await statusOf(sandbox, 'ok')).toEqual(['ok'])
  expect(sandbox.stats().losses).toBe(0)
})

test('a next page that is less shut in than the first is not used', async () => {
  const sandbox = await open({}, { sandboxed: false })
  expect(sandbox.level).toBe(2)
  pages[0]?.crash()
  expect(await statusOf(sandbox, 'ok')).toEqual(['infra_error'])
})

test('without a page there is no sandbox, and the reason is told', async () => {
  pages = []
  const source = () => Promise.reject(new Error('nothing is installed'))
  await expect(openPageSandbox({ source, workers: 1, limits: DEFAULT_LIMITS })).rejects.toThrow(
    'nothing is installed',
  )
})
