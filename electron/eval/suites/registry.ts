/**
 * All benchmarks by name. Not here: the two nano suites, which ship (nano/suites.ts); the host joins both.
 */
import type { Benchmark } from '../benchmark.ts'
import { HUMANEVAL } from './humaneval.ts'
import { LIVECODEBENCH } from './livecodebench.ts'
import { AIME24, AIME25, AMC23, GSM8K, MATH500, MINERVA, OLYMPIADBENCH } from './mathematics.ts'
import { MBPP, MBPP_FULL } from './mbpp.ts'
import { HUMANEVAL_PLUS, MBPP_PLUS } from './plus.ts'
import { CRUXEVAL_I, CRUXEVAL_O, LCB_EXECUTION } from './reasoning.ts'

export const BENCHMARKS: readonly Benchmark[] = [
  CRUXEVAL_I,
  CRUXEVAL_O,
  LCB_EXECUTION,
  HUMANEVAL,
  HUMANEVAL_PLUS,
  MBPP,
  MBPP_FULL,
  MBPP_PLUS,
  LIVECODEBENCH,
  GSM8K,
  MATH500,
  AIME24,
  AIME25,
  AMC23,
  MINERVA,
  OLYMPIADBENCH,
]

export const benchmarkOf = (id: string): Benchmark | undefined =>
  BENCHMARKS.find((benchmark) => benchmark.id === id)
