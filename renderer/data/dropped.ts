/**
 * A folder dropped onto the page, as a handle: only a desktop window can tell which folder it was, a browser says so.
 */
import type { DragEvent } from 'react'
import { useState } from 'react'
import type { Picked } from '../../electron/contract/workbench.ts'
import { MODELS } from '../strings/places.ts'
import { addNote } from './live.ts'

export function useDropped(onPicked: (picked: Picked) => void) {
  const [dragged, setDragged] = useState(false)
  return {
    /** Something is held over the page. */
    dragged,
    onDragOver: (event: DragEvent) => {
      event.preventDefault()
      setDragged(true)
    },
    onDragLeave: (event: DragEvent) => {
      const to = event.relatedTarget
      if (!(to instanceof Node) || !event.currentTarget.contains(to)) setDragged(false)
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault()
      setDragged(false)
      void take(event.dataTransfer.files[0], onPicked)
    },
  }
}

async function take(file: File | undefined, onPicked: (picked: Picked) => void): Promise<void> {
  const bridge = window.kelvin
  if (file === undefined) return
  if (bridge === undefined) return addNote('info', MODELS.dropInBrowser)
  const picked = await bridge.dropped(file)
  if (picked === null) addNote('warning', MODELS.noFolder)
  else onPicked(picked)
}
