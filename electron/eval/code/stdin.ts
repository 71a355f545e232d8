/**
 * Programs that read their input and print their answer, and methods of a Solution class, as LiveCodeBench tests them.
 * The child gets the inputs; what was printed or returned is compared outside.
 * Source: LiveCodeBench at 28fef95, lcb_runner/evaluation/testing_util.py (lines stripped, numbers by value).
 */
import { parseCanonical } from '../../python/canonical.ts'
import { pyEqual } from '../../python/equality.ts'
import { argumentsText, reprOf } from '../../python/repr.ts'
import { pyStr } from '../../python/value.ts'
import type { PyValue } from '../../python/value.ts'
import { parseExactJson } from '../suites/exact-json.ts'
import type { GradeDeps, ItemVerdict } from '../benchmark.ts'
import { right, wrong } from '../benchmark.ts'
import { CODE_LIMITS, callAll } from './children.ts'
import { failedCall } from './replay.ts'

export type ProgramTest = { readonly input: string; readonly output: string }

/** What contest programs may take for granted. */
const IMPORTS = `import sys, io, re, math, string, random, copy, bisect, heapq, functools, itertools, collections, operator, datetime, json, statistics, fractions, decimal
from typing import *
from functools import *
from collections import *
from itertools import *
from heapq import *
from bisect import *
from string import *
from operator import *
from math import *
sys.setrecursionlimit(6 * 10 ** 5)
`

/** Runs the whole text anew for each input; an exit is a normal end. */
function printing(program: string): string {
  return `${IMPORTS}
_source = compile(${reprOf(pyStr(IMPORTS + program))}, '<program>', 'exec')

class _Input(io.StringIO):
    @property
    def buffer(self):
        return io.BytesIO(self.getvalue().encode())

class _Output(io.StringIO):
    @property
    def buffer(self):
        return _Bytes(self)

class _Bytes(io.RawIOBase):
    def __init__(self, text):
        self.text = text
    def writable(self):
        return True
    def write(self, data):
        self.text.write(bytes(data).decode())
        return len(data)

def f(text):
    sys.stdin, sys.stdout = _Input(text), _Output()
    out = sys.stdout
    try:
        exec(_source, {'__name__': '__main__'})
    except SystemExit:
        pass
    return out.getvalue()
`
}

const returning = (program: string, name: string): string => `_space = {'__name__': 'task'}
exec(compile(${reprOf(pyStr(`${IMPORTS}\n${program}`))}, '<task>', 'exec'), _space)
f = getattr(_space['Solution'](), '${name}') if 'Solution' in _space else _space['${name}']
`

/** functionName null: a program with input and output. */
export async function judgeProgram(
  program: string,
  functionName: string | null,
  tests: readonly ProgramTest[],
  wallMs: number,
  deps: GradeDeps,
): Promise<ItemVerdict> {
  const limits = { ...CODE_LIMITS, wallMs }
  const source = functionName === null ? printing(program) : returning(program, functionName)
  const inputs = tests.map(({ input }) =>
    functionName === null ? reprOf(pyStr(input)) : argumentsOf(input),
  )
  const { outcomes } = await callAll(source, inputs, limits, deps)
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.status !== 'ok') return failedCall(at, outcome, program)
    const value = parseCanonical(outcome.canonical)
    const expected = tests[at]?.output ?? ''
    const holds =
      value.ok && (functionName === null ? samePrint : sameReturn)(value.value, expected)
    if (!holds)
      return {
        ...wrong(`test ${at + 1} of ${tests.length}: another output`, program),
        status: 'ok',
      }
  }
  return { ...right(`${tests.length} tests hold`, program), status: 'ok' }
}

/** One JSON value per line and argument. */
function argumentsOf(input: string): string {
  const values = input.split('\n').flatMap((line): PyValue[] => {
    const value = parseExactJson(line)
    return value.ok ? [value.value] : []
  })
  return argumentsText(values)
}

function sameReturn(value: PyValue, expected: string): boolean {
  const wanted = parseExactJson(expected)
  if (!wanted.ok) return false
  const listed: PyValue = value.kind === 'tuple' ? { kind: 'list', items: value.items } : value
  return pyEqual(listed, wanted.value)
}

function samePrint(value: PyValue, expected: string): boolean {
  if (value.kind !== 'str') return false
  const found = linesOf(value.text)
  const wanted = linesOf(expected)
  return (
    found.length === wanted.length && found.every((line, at) => sameLine(line, wanted[at] ?? ''))
  )
}

const linesOf = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim())

function sameLine(found: string, wanted: string): boolean {
  if (found === wanted) return true
  const words = found.split(/\s+/)
  const others = wanted.split(/\s+/)
  return (
    words.length === others.length && words.every((word, at) => sameWord(word, others[at] ?? ''))
  )
}

/** As decimals: 1.50 and 1.5 are the same, 1.5 and 1.5000001 are not. */
function sameWord(found: string, wanted: string): boolean {
  return found === wanted || decimalOf(found) === (decimalOf(wanted) ?? 'no number')
}

const DECIMAL = /^([-+]?)0*(\d+)(?:\.(\d*?)0*)?$/

/** One spelling of a decimal number; exponents stay as they are written. */
function decimalOf(word: string): string | undefined {
  const found = DECIMAL.exec(word)
  if (found === null) return undefined
  const [, sign = '', whole = '0', part = ''] = found
  const text = part === '' ? whole : `${whole}.${part}`
  return sign === '-' && /[1-9]/.test(text) ? `-${text}` : text
}
