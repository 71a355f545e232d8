import { expect, test } from 'vitest'
import type { Plan } from '../../electron/sandbox/launch.ts'
import { openSandbox } from '../../electron/sandbox/open.ts'
import { openWay } from './ways.ts'

const NONE = { namespaces: 'none', landlock: false, filter: true, clearEnvironment: true } as const

test.for<[string, Plan, number, string]>([
  ['namespaces', NONE, 3, 'host process does not exist'],
  ['the filter', { ...NONE, filter: false }, 0, 'sleep'],
  ['the filter, under Landlock', { ...NONE, landlock: true, filter: false }, 0, 'fork'],
  ['a clean environment', { ...NONE, clearEnvironment: false }, 0, 'environment is empty'],
])('without %s the self-test shows a lower level', async ([, plan, level, failing]) => {
  const sandbox = await openSandbox({ workers: 1, plans: [plan] })
  await sandbox.close()
  expect(sandbox.level).toBe(level)
  expect(sandbox.selfTest.find(({ name }) => name === failing)?.pass).toBe(false)
})

test.for(['own', 'bubblewrap'] as const)(
  'without the filter %s namespaces alone do not count',
  async (namespaces) => {
    const plans = [{ ...NONE, namespaces, filter: false }]
    const sandbox = await openSandbox({ workers: 1, plans }).catch(() => null)
    if (sandbox === null) return
    await sandbox.close()
    expect(sandbox.level).toBe(0)
    const outside = sandbox.selfTest.slice(-4)
    expect(outside.map(({ pass }) => pass)).toEqual([true, true, true, true])
  },
)

test('a level is never higher than what every row of the self-test supports', async () => {
  const sandbox = await openSandbox({ workers: 1 })
  await sandbox.close()
  expect(sandbox.selfTest.length).toBeGreaterThanOrEqual(16)
  expect(sandbox.level === 4).toBe(sandbox.selfTest.every(({ pass }) => pass))
})

test('every system call that is not on the list is refused', async () => {
  const sandbox = await openWay('plain', { workers: 1 })
  // Exits and the return from a signal cannot be tried; the rest of the list answers with something else than EPERM.
  const program = `
import sys
frame = sys._getframe()
while frame.f_back:
    frame = frame.f_back
kernel, table = frame.f_globals['kernel'], frame.f_globals['call_filter']
ctypes = kernel.ctypes
def f(first, last):
    plain = set(table.PLAIN_CALLS[kernel.MACHINE].values())
    checked = set(table.CHECKED_CALLS[kernel.MACHINE].values())
    answered = []
    for number in range(first, last):
        # The two calls of the kernel's own uprobes skip filters and kill whoever calls them from elsewhere.
        if number in plain | checked | {335, 336}:
            continue
        ctypes.set_errno(0)
        result = kernel.LIBC.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0)
        if (result, ctypes.get_errno()) != (-1, 1):
            answered.append(number)
    return answered
`
  const reply = await sandbox?.run({
    program,
    inputs: ['0, 1024', '0x40000000, 0x40000400', '-5, 0'],
  })
  await sandbox?.close()
  expect(reply?.outcomes).toEqual(
    Array.from({ length: 3 }, () => ({ status: 'ok', canonical: '[]' })),
  )
})
