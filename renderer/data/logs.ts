/**
 * Log lines as they come, at most 10,000 of them, collected so that a flood costs one draw per frame.
 */
import { useEffect, useState } from 'react'
import type { LogLine, LogSource } from '../../electron/contract/workbench.ts'
import { useClient } from './client-context.ts'

export type SourceChoice = LogSource | 'all'

const MAX_LINES = 10_000

/** run null: of all of them, and of the app itself. */
export function useLogs(choice: SourceChoice, run: string | null): readonly LogLine[] {
  const client = useClient()
  const [lines, setLines] = useState<readonly LogLine[]>([])
  useEffect(() => {
    const source = choice === 'all' ? null : choice
    let waiting: LogLine[] = []
    let last: number | null = null
    let frame = 0
    const draw = () => {
      frame = 0
      const fresh = waiting
      waiting = []
      setLines((before) => [...before, ...fresh].slice(-MAX_LINES))
    }
    setLines([])
    const end = client.stream('logs.lines', () => ({ source, run, after: last }), {
      item: (items) => {
        waiting.push(...items)
        last = items.at(-1)?.seq ?? last
        if (frame === 0) frame = requestAnimationFrame(draw)
      },
    })
    return () => {
      cancelAnimationFrame(frame)
      end()
    }
  }, [client, choice, run])
  return lines
}
