/** A sandbox for tests that must not execute anything. */
import type { Sandbox } from '../../electron/sandbox/sandbox.ts'

const refuse = (): Promise<never> => Promise.reject(new Error('nothing is to be executed here'))

export const refusingSandbox: Sandbox = {
  level: 0,
  pythonVersion: '3.0.0',
  run: refuse,
  runTwice: refuse,
  analyse: refuse,
  close: () => Promise.resolve(),
}
