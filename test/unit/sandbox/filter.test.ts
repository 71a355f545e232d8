/** The system call filter, assembled by filter.py and run here by a small BPF interpreter, for both architectures. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { RESOURCES } from '../../../electron/sandbox/open.ts'
import { findPython } from '../../../electron/sandbox/python.ts'

type Instruction = { code: number; jt: number; jf: number; k: number }
type Call = { arch: number; number: number; arguments?: readonly number[] }
type Tables = {
  readonly plain: Readonly<Record<string, number>>
  readonly checked: { readonly write: number; readonly mmap: number; readonly mprotect: number }
  readonly arch: number
  readonly code: readonly Instruction[]
  readonly denials: readonly Instruction[]
  readonly denied: Readonly<Record<string, number>>
  readonly clone: readonly [clone: number, clone3: number]
  readonly socket: number
  /** Numbers that kernel.py and the canaries use. */
  readonly others: Readonly<Record<string, number>>
}

const ALLOW = 0x7fff0000
const EPERM = 0x00050001
const KILL = 0x80000000
const ARCHITECTURES = ['x86_64', 'aarch64'] as const

const filters = new Map<string, Tables>()

beforeAll(async () => {
  const { executable } = await findPython()
  const program = `
import json, struct, sys
sys.path.insert(0, sys.argv[1])
import filter as f, kernel, selftest
def rows(code):
    return [dict(zip(('code', 'jt', 'jf', 'k'), row)) for row in struct.iter_unpack('<HBBI', code)]
print(json.dumps({name: {
    'plain': f.PLAIN_CALLS[name], 'checked': f.CHECKED_CALLS[name], 'arch': f.AUDIT_ARCH[name],
    'code': rows(f.assemble(name, 7)), 'denials': rows(f.assemble_denials(name)),
    'denied': {call: pair[at] for call, pair in f.DENIED_CALLS.items()},
    'clone': f.CLONE_CALLS[name], 'socket': f.SOCKET_CALL[name],
    'others': {**kernel.NUMBERS[name], **selftest.CALLS[name]},
} for at, name in enumerate(f.AUDIT_ARCH)}))
`
  const output = execFileSync(executable, ['-S', '-B', '-c', program, RESOURCES], {
    encoding: 'utf8',
  })
  const parsed: Record<string, Tables> = JSON.parse(output)
  for (const [name, tables] of Object.entries(parsed)) filters.set(name, tables)
})

function tablesOf(name: string): Tables {
  const tables = filters.get(name)
  if (tables === undefined) throw new Error(`no filter for ${name}`)
  return tables
}

/** struct seccomp_data: number, architecture, instruction pointer, six arguments; all little-endian. */
function dataOf(call: Call): DataView {
  const view = new DataView(new ArrayBuffer(64))
  view.setUint32(0, call.number >>> 0, true)
  view.setUint32(4, call.arch, true)
  call.arguments?.forEach((value, at) => view.setBigInt64(16 + at * 8, BigInt(value), true))
  return view
}

function verdict(code: readonly Instruction[], call: Call): number {
  const view = dataOf(call)
  let accumulator = 0
  for (let at = 0; at < code.length; at++) {
    const step = code[at]
    if (step === undefined) break
    if (step.code === 0x06) return step.k
    if (step.code === 0x20) accumulator = view.getUint32(step.k, true)
    else if (step.code === 0x15) at += accumulator === step.k ? step.jt : step.jf
    else if (step.code === 0x45) at += (accumulator & step.k) !== 0 ? step.jt : step.jf
    else throw new Error(`instruction ${step.code}`)
  }
  throw new Error('the program ran off its end')
}

test.for(ARCHITECTURES)('%s: every number that is not on the list is refused', (name) => {
  const { arch, plain, checked, code } = tablesOf(name)
  const listed = new Set([...Object.values(plain), ...Object.values(checked)])
  const wrong: number[] = []
  for (let number = -10; number < 2000; number++) {
    const found = verdict(code, { arch, number })
    const wanted = Object.values(plain).includes(number) ? ALLOW : EPERM
    if (!listed.has(number) || wanted === ALLOW) {
      if (found !== wanted) wrong.push(number)
    }
  }
  expect(wrong).toEqual([])
})

test.for(ARCHITECTURES)("%s: every number is the kernel's own", (name) => {
  const golden = new URL('../../golden/syscalls.json', import.meta.url)
  const all: Record<string, Record<string, number>> = JSON.parse(readFileSync(golden, 'utf8'))
  const { plain, checked, denied, clone, socket, others } = tablesOf(name)
  const [cloneNumber, clone3] = clone
  const used = { ...plain, ...checked, ...denied, ...others, socket, clone: cloneNumber, clone3 }
  const wrong = Object.entries(used).filter(([call, number]) => all[name]?.[call] !== number)
  expect(wrong).toEqual([])
})

test('the lists of the two architectures name the same calls, but for time', () => {
  const names = (name: string) => Object.keys(tablesOf(name).plain).toSorted()
  expect(names('x86_64').filter((one) => one !== 'time')).toEqual(names('aarch64'))
  // 21 in the specification, which counts the three checked ones too.
  expect(names('x86_64').length + 3).toBe(21)
})

test.for(ARCHITECTURES)('%s: write, mmap and mprotect are held to their arguments', (name) => {
  const { arch, checked, code } = tablesOf(name)
  const of = (number: number, ...words: number[]) =>
    verdict(code, { arch, number, arguments: words })
  expect(of(checked.write, 7)).toBe(ALLOW)
  for (const fd of [0, 1, 2, 6, 8, -1]) expect(of(checked.write, fd)).toBe(EPERM)
  for (const prot of [0, 1, 2, 3]) expect(of(checked.mprotect, 0, 4096, prot)).toBe(ALLOW)
  for (const prot of [4, 5, 7]) expect(of(checked.mprotect, 0, 4096, prot)).toBe(EPERM)
  expect(of(checked.mmap, 0, 4096, 3, 0x22, -1, 0)).toBe(ALLOW)
  expect(of(checked.mmap, 0, 4096, 7, 0x22, -1, 0)).toBe(EPERM)
  expect(of(checked.mmap, 0, 4096, 3, 0x22, 7, 0)).toBe(EPERM)
  expect(of(checked.mmap, 0, 4096, 1, 2, 0, 0)).toBe(EPERM)
})

test.for(ARCHITECTURES)('%s: another architecture is killed and x32 is refused', (name) => {
  const { arch, plain, code } = tablesOf(name)
  for (const other of [0x40000003, 0xc0000000, 0]) {
    expect(verdict(code, { arch: other, number: 1 })).toBe(KILL)
  }
  for (const number of Object.values(plain)) {
    expect(verdict(code, { arch, number: 0x40000000 + number })).toBe(EPERM)
  }
})

test.for(ARCHITECTURES)('%s: a command may call everything but what is denied', (name) => {
  const { arch, denials, denied, clone, socket } = tablesOf(name)
  const of = (number: number, ...words: number[]) =>
    verdict(denials, { arch, number, arguments: words })
  const numbers = new Set(Object.values(denied))
  expect(numbers.size).toBe(Object.keys(denied).length)
  const wrong: number[] = []
  for (let number = 0; number < 1000; number++) {
    const wanted = numbers.has(number) ? EPERM : ALLOW
    if (number !== clone[1] && number !== socket && of(number) !== wanted) wrong.push(number)
  }
  expect(wrong).toEqual([])
  // ENOSYS makes the C library fall back to clone, whose flags can be read.
  expect(of(clone[1])).toBe(0x00050026)
  expect(of(clone[0], 0x01200011)).toBe(ALLOW)
  for (const flag of [
    0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000,
  ]) {
    expect(of(clone[0], flag + 17)).toBe(EPERM)
  }
  expect([1, 2, 10].map((family) => of(socket, family))).toEqual([ALLOW, ALLOW, ALLOW])
  expect([0, 16, 17, 38, 40].map((family) => of(socket, family))).toEqual(Array(5).fill(EPERM))
  expect(of(0x40000000 + 1)).toBe(EPERM)
  expect(verdict(denials, { arch: 0x40000003, number: 1 })).toBe(KILL)
})
