import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { listenForInterrupt } from '../../../electron/cli/interrupt.ts'
import type { Interrupt } from '../../../electron/cli/interrupt.ts'

function listen() {
  const source = new EventEmitter()
  let nowMs = 0
  const interrupt = listenForInterrupt(
    // What is used of a process is that it emits.
    source as unknown as NodeJS.Process,
    () => nowMs,
  )
  const send = (signal: string, atMs: number): boolean[] => {
    nowMs = atMs
    source.emit(signal)
    return fired(interrupt)
  }
  return { source, interrupt, send }
}

const fired = ({ signal, force }: Interrupt): boolean[] => [signal.aborted, force.aborted]

test('the first signal asks, a later one forces, of whatever name', () => {
  const { send } = listen()
  expect(send('SIGINT', 1_000)).toEqual([true, false])
  expect(send('SIGTERM', 3_000)).toEqual([true, true])
})

test('a terminal and npm both telling one wish are heard once', () => {
  const { send } = listen()
  expect(send('SIGINT', 1_000)).toEqual([true, false])
  expect(send('SIGINT', 1_001)).toEqual([true, false])
})

test('closing gives signals back', () => {
  const { source, interrupt } = listen()
  interrupt.close()
  expect(source.eventNames()).toEqual([])
})
