/** What programs are expected to do without, and that both users of the lists mean the same by them. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ALLOWED_MODULES, reachOf } from '../../../electron/contract/policy.ts'
import { RESOURCES } from '../../../electron/sandbox/open.ts'
import { findPython } from '../../../electron/sandbox/python.ts'

test('audit events are told by what they reach for, the longest prefix first', () => {
  const events = {
    open: 'files',
    'os.listdir': 'files',
    'os.fork': 'processes',
    'os.posix_spawn': 'processes',
    '_thread.start_new_thread': 'processes',
    'socket.connect': 'the network',
    'sys._getframe': 'the interpreter',
    'ctypes.dlopen': 'the interpreter',
    import: null,
    compile: null,
    'builtins.id': null,
    'object.__getattr__': null,
    'sys.addaudithook': null,
    printed: null,
  } as const
  expect(Object.fromEntries(Object.keys(events).map((event) => [event, reachOf(event)]))).toEqual(
    events,
  )
})

test('every module that a task may import is offered by the sandbox', async () => {
  const { executable } = await findPython()
  const ask = 'import sys; sys.path[:0] = sys.argv[1:]; import offered; print(*offered.OFFERED)'
  const offered = execFileSync(executable, ['-S', '-B', '-c', ask, RESOURCES], { encoding: 'utf8' })
  const names = new Set(offered.trim().split(' '))
  expect(ALLOWED_MODULES.filter((name) => !names.has(name))).toEqual([])
})
