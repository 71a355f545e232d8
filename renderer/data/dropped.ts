/**
 * A folder dropped onto the page, as a handle: only a desktop window can tell which folder it was.
 */
import type { DragEvent } from 'react'
import type { Picked } from '../../electron/contract/workbench.ts'

export function useDropped(onPicked: (picked: Picked) => void) {
  const bridge = window.kelvin
  const drop = async (file: File | undefined) => {
    if (bridge === undefined || file === undefined) return
    const picked = await bridge.dropped(file)
    if (picked !== null) onPicked(picked)
  }
  return {
    onDragOver: (event: DragEvent) => {
      if (bridge !== undefined) event.preventDefault()
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault()
      void drop(event.dataTransfer.files[0])
    },
  }
}
