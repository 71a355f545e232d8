import { expect, test } from 'vitest'
import {
  AZR_BANNED_WORDS,
  azrBannedWord,
  runFindings,
  textFindings,
} from '../../../electron/sandbox/policy.ts'

const FACTS = {
  ok: true,
  program: '',
  hasEntry: true,
  parameters: 1,
  imports: [],
  dunders: [],
  nodes: 1,
  shape: ['Module'],
  skeleton: '',
  cognitive: 0,
  cyclomatic: 1,
  halstead: { volume: 0, effort: 0 },
} as const

test('modules and special names outside the lists are findings, the others are not', () => {
  const facts = {
    ...FACTS,
    imports: ['math', 'collections.abc', 'os.path', 'random'],
    dunders: ['__name__', '__class__'],
  }
  expect(textFindings(facts)).toEqual([
    { topic: 'import', what: 'os.path', times: 1 },
    { topic: 'import', what: 'random', times: 1 },
    { topic: 'name', what: '__class__', times: 1 },
  ])
  expect(textFindings({ ok: false, error: 'SyntaxError' })).toEqual([])
})

test('audit events are findings by what they reach for', () => {
  const signals = {
    import: 4,
    compile: 1,
    printed: 100,
    'builtins.id': 3,
    open: 2,
    'os.listdir': 1,
    'os.fork': 7,
    'socket.connect': 1,
    'sys._getframe': 1,
  }
  expect(runFindings(signals)).toEqual([
    { topic: 'processes', what: 'os.fork', times: 7 },
    { topic: 'files', what: 'open', times: 2 },
    { topic: 'files', what: 'os.listdir', times: 1 },
    { topic: 'network', what: 'socket.connect', times: 1 },
    { topic: 'interpreter', what: 'sys._getframe', times: 1 },
  ])
  expect(runFindings()).toEqual([])
})

test("the reference's words match whole dotted paths, and what is below them", () => {
  expect(AZR_BANNED_WORDS).toHaveLength(16)
  expect(azrBannedWord(['math', 'random'])).toBe('random')
  expect(azrBannedWord(['os.path'])).toBe('os.path')
  expect(azrBannedWord(['multiprocessing.pool'])).toBe('multiprocessing')
  expect(azrBannedWord(['os', 'timeit', 'randomly'])).toBe(null)
})
