/**
 * Opens a Hugging Face folder: by the system's dialog in the window, by its path in a browser.
 */
import { FolderOpen } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/fields.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { useScreenCommands } from '../../data/screen-commands.ts'
import type { Picked } from '../../../electron/contract/workbench.ts'
import { MODELS } from '../../strings/places.ts'
import layout from '../layout.module.css'

export function OpenModel() {
  const info = useAsk('app.info', {})
  if (info.data === undefined) return null
  return info.data.mode === 'desktop' ? <PickFolder /> : <TypeFolder />
}

/** What opening comes to, from a dialog, a typed path or a drop. */
export function useOpen() {
  const open = useOrder('models.open', ['models.list'])
  const onError = (error: Error) => addNote('warning', error.message)
  return {
    onError,
    onSuccess: (picked: Picked | null) => {
      if (picked !== null) open.mutate({ folder: picked.handle }, { onError })
    },
  }
}

function PickFolder() {
  const pick = useOrder('folders.pick')
  const done = useOpen()
  const act = () => pick.mutate({ purpose: 'model' }, done)
  useScreenCommands([{ id: 'open', label: MODELS.open, act }])
  return <Button icon={FolderOpen} label={MODELS.open} onPress={act} />
}

function TypeFolder() {
  const [path, setPath] = useState('')
  const type = useOrder('folders.type')
  const done = useOpen()
  return (
    <form
      className={layout['row']}
      onSubmit={(event) => {
        event.preventDefault()
        type.mutate({ path }, done)
      }}
    >
      <span style={{ width: 320 }}>
        <TextField
          bare
          label={MODELS.pathHint}
          placeholder={MODELS.pathHint}
          value={path}
          onChange={setPath}
        />
      </span>
      <Button
        icon={FolderOpen}
        label={MODELS.open}
        disabled={path.trim() === ''}
        onPress={() => type.mutate({ path }, done)}
      />
    </form>
  )
}
