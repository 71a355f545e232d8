/**
 * The logs below every screen, as high as the user drew them.
 * Not here: the lines and their tools (logs/log-pane.tsx).
 */
import { PanelBottomClose } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import { SETTING_FIELDS } from '../../../electron/contract/settings.ts'
import { IconButton } from '../../components/button.tsx'
import { Waiting } from '../../components/states.tsx'
import { useChangeSetting, useSetting } from '../../data/settings.ts'
import { useRoute } from '../../state/route.ts'
import { LOGS } from '../../strings/places.ts'
import { SHELL } from '../../strings/shell.ts'
import styles from './output.module.css'

const LogPane = lazy(async () => ({ default: (await import('../logs/log-pane.tsx')).LogPane }))

export function OutputDock() {
  const open = useSetting('outputOpen')
  const view = useRoute((state) => state.route.view)
  return open && view !== 'logs' ? <Dock /> : null
}

function Dock() {
  const kept = useSetting('outputHeight')
  const change = useChangeSetting()
  const [drawn, setDrawn] = useState<number | null>(null)
  const height = drawn ?? kept
  return (
    <section className={styles['dock']} style={{ height }} aria-label={SHELL.outputOf}>
      <Edge
        height={height}
        onDraw={setDrawn}
        onDone={(next) => {
          setDrawn(null)
          change({ outputHeight: next })
        }}
      />
      <Suspense fallback={<Waiting what={LOGS.title} />}>
        <LogPane
          heading={<h2>{SHELL.output}</h2>}
          atMs={null}
          end={
            <IconButton
              icon={PanelBottomClose}
              label={SHELL.closeOutput}
              onPress={() => change({ outputOpen: false })}
            />
          }
        />
      </Suspense>
    </section>
  )
}

type EdgeProps = {
  readonly height: number
  readonly onDraw: (height: number) => void
  readonly onDone: (height: number) => void
}

const { min: LEAST, max: MOST } = SETTING_FIELDS.outputHeight
const BY_KEY: Readonly<Record<string, number>> = { ArrowUp: 24, ArrowDown: -24 }

/** Of the window: the screen above keeps the rest. */
const SHARE = 0.55

function within(height: number): number {
  const most = Math.min(MOST, Math.max(LEAST, window.innerHeight * SHARE))
  return Math.round(Math.min(most, Math.max(LEAST, height)))
}

/** The upper edge: drawn with the pointer, moved with the arrow keys. */
function Edge({ height, onDraw, onDone }: EdgeProps) {
  const [from, setFrom] = useState<number | null>(null)
  const heightAt = ({ clientY }: PointerEvent) => within((from ?? 0) - clientY)
  const keys = (event: KeyboardEvent) => {
    const by = BY_KEY[event.key]
    if (by === undefined) return
    event.preventDefault()
    onDone(within(height + by))
  }
  return (
    <div
      className={styles['edge']}
      role="separator"
      aria-orientation="horizontal"
      aria-label={SHELL.outputHeight}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={height}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a separator that moves is a control
      tabIndex={0}
      onKeyDown={keys}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        setFrom(height + event.clientY)
      }}
      onPointerMove={(event) => (from === null ? undefined : onDraw(heightAt(event)))}
      onPointerUp={(event) => {
        if (from !== null) onDone(heightAt(event))
        setFrom(null)
      }}
    />
  )
}
