/**
 * A program in the editor, to read: Python, folding, find; or two programs with their differences.
 * The editor is large, so it is fetched when the first program is shown. Not here: lines in lists (snippet.tsx).
 */
import { useEffect, useRef, useState } from 'react'
import { useTheme } from '../state/theme.ts'
import { visible } from '../text/neutral.ts'
import type { CodeEditor } from './monaco.ts'
import { Waiting } from './states.tsx'

type Props = {
  readonly label: string
  readonly text: string
  /** Shown beside it, with differences marked. */
  readonly against?: string | null
  readonly wrap?: boolean
  readonly height?: number
}

export function CodeView({ label, text, against = null, wrap = false, height = 320 }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const [ready, setReady] = useState(false)
  const shown = useTheme((state) => state.shown)
  useEffect(() => {
    let gone = false
    let editor: CodeEditor | null = null
    const open = async () => {
      const { openCode } = await import('./monaco.ts')
      if (gone || host.current === null) return
      const texts = { text: visible(text), against: against === null ? null : visible(against) }
      editor = openCode(host.current, { ...texts, label, wrap, theme: shown })
      setReady(true)
    }
    void open()
    return () => {
      gone = true
      editor?.close()
    }
  }, [text, against, wrap, label, shown])
  return (
    <div style={{ height, position: 'relative' }}>
      {ready ? null : <Waiting what={label} />}
      <div ref={host} style={{ position: 'absolute', inset: 0 }} />
    </div>
  )
}
