/**
 * Errands of a command: each in a child process whose complaints are nobody's news.
 * Not here: those of the workbench (host.ts), which logs them.
 */
import { createErrands } from './errand.ts'
import type { Errands } from './errand.ts'
import { forkChild } from './trainer-child.ts'

export function oneErrand(): Errands {
  return createErrands({
    launch: () => forkChild(new URL('./errand-process.ts', import.meta.url), 'its process'),
    onOutput: () => undefined,
    later: (milliseconds, body) => {
      const timer = setTimeout(body, milliseconds)
      return () => clearTimeout(timer)
    },
  })
}
