/** What is decided before a process runs: limits, command lines, levels, and which Python. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { commandLine, linuxPlans } from '../../../electron/sandbox/launch.ts'
import { levelOf } from '../../../electron/sandbox/level.ts'
import { DEFAULT_LIMITS, replyBytesOf, resolveLimits } from '../../../electron/sandbox/limits.ts'
import { openSandbox } from '../../../electron/sandbox/open.ts'
import { findPython, onPath, pythonAt } from '../../../electron/sandbox/python.ts'

const folder = mkdtempSync(join(tmpdir(), 'kelvin-path-'))
afterAll(() => rmSync(folder, { recursive: true }))

function script(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
  return path
}

test('limits outside their range are refused by name', () => {
  expect(resolveLimits(DEFAULT_LIMITS, { wallMs: 50 })).toEqual({ ...DEFAULT_LIMITS, wallMs: 50 })
  expect(() => resolveLimits(DEFAULT_LIMITS, { wallMs: 0 })).toThrow(
    'sandbox limit wallMs: expected 10 to 600000, found 0',
  )
  expect(() => resolveLimits(DEFAULT_LIMITS, { outputChars: 1.5 })).toThrow('outputChars')
  expect(() => resolveLimits(DEFAULT_LIMITS, { memoryBytes: Number.NaN })).toThrow('memoryBytes')
})

test('the default reply is 1.2 MB', () => {
  expect(replyBytesOf(DEFAULT_LIMITS)).toBeGreaterThanOrEqual(1_200_000)
})

const row = (pass: boolean) => ({ name: 'x', pass, detail: '' })

test('a level needs every canary of its kind, and there must be some', () => {
  expect(levelOf([row(true)], [row(true)])).toBe(4)
  expect(levelOf([row(true)], [row(true), row(false)])).toBe(3)
  expect(levelOf([row(true), row(false)], [row(true)])).toBe(0)
  expect(levelOf([], [row(true)])).toBe(0)
  expect(levelOf([row(true)], [])).toBe(3)
})

test('bubblewrap gets the harness, the libraries of Python and an environment with the seed alone', () => {
  const [plan] = linuxPlans(false)
  if (plan === undefined) throw new Error('no plan')
  const python = {
    executable: '/opt/py/bin/python3',
    version: '3.12.0',
    prefixes: ['/opt/py', '/usr'],
  }
  const line = commandLine({
    python,
    plan,
    resources: '/app/python',
    hashSeed: 1,
    bubblewrap: '/usr/bin/bwrap',
  })
  const text = line.join(' ')
  expect(line[0]).toBe('/usr/bin/bwrap')
  expect(text).toContain('--clearenv --setenv PYTHONHASHSEED 1 ')
  expect(text).toContain('--ro-bind /opt/py /opt/py --ro-bind /app/python /harness')
  expect(text.endsWith('/opt/py/bin/python3 -s -S -B /harness/zygote.py filter')).toBe(true)
  expect(line.filter((word) => word === '--bind')).toEqual([])
})

test('each plan has no more layers than the one before it', () => {
  const layers = (isRoot: boolean) =>
    linuxPlans(isRoot).map((plan) => [plan.namespaces, plan.landlock, plan.filter])
  const [first, second, ...rest] = layers(false)
  expect([first, second]).toEqual([
    ['bubblewrap', false, true],
    ['own', false, true],
  ])
  expect(rest).toEqual([
    ['none', true, true],
    ['none', true, false],
  ])
  expect(layers(true)).toEqual([second, first, ...rest])
})

test('the first Python that starts and is new enough is taken, whatever stands before it', async () => {
  const [real = ''] = await onPath(['python3'])
  script('python3', 'echo "not a python"')
  script('python3.14', 'exit 3')
  script('python3.13', `echo '{"executable": "/x/python3", "version": [3, 8, 1], "prefixes": []}'`)
  script('python3.12', `exec ${real} "$@"`)
  const found = await findPython(`${folder}:/nonexistent`)
  expect(found.executable).not.toContain(folder)
  expect(found.version).toMatch(/^3\.\d+\.\d+/)
})

test('without a usable Python the refusal names what was tried', async () => {
  await expect(findPython('/nonexistent')).rejects.toMatchObject({
    code: 'sandbox',
    message: 'sandbox: expected python3 3.9 or newer on PATH, found no python3',
  })
  const old = script('python3', `echo '{"executable": "/x", "version": [3, 8, 1], "prefixes": []}'`)
  await expect(pythonAt(old)).rejects.toThrow(`${old}: expected python3 3.9 or newer, found 3.8.1`)
  await expect(pythonAt('/nonexistent')).rejects.toThrow('does not start')
})

test('a sandbox without workers or without a harness is refused', async () => {
  await expect(openSandbox({ workers: 0 })).rejects.toMatchObject({ code: 'config' })
  await expect(
    openSandbox({ workers: 1, resources: folder, engine: 'processes' }),
  ).rejects.toMatchObject({
    code: 'sandbox',
  })
})
