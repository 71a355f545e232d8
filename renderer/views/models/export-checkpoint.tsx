/**
 * A checkpoint as a Hugging Face folder: picked in the window, typed in a browser. The work is a job of the host.
 */
import { FolderOutput } from 'lucide-react'
import { useState } from 'react'
import type { Picked } from '../../../electron/contract/workbench.ts'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/fields.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { MODELS } from '../../strings/places.ts'
import layout from '../layout.module.css'

type Props = { readonly run: string; readonly step: number }

export function ExportCheckpoint({ run, step }: Props) {
  const info = useAsk('app.info', {})
  const [path, setPath] = useState('')
  const pick = useOrder('folders.pick')
  const type = useOrder('folders.type')
  const start = useOrder('checkpoints.export')
  const onError = (error: Error) => addNote('warning', error.message)
  const onSuccess = (picked: Picked | null) => {
    if (picked === null) return
    const onStarted = { onSuccess: told, onError }
    start.mutate({ run, step, out: picked.handle }, onStarted)
  }
  const desktop = info.data?.mode === 'desktop'
  const act = () => {
    if (desktop) pick.mutate({ purpose: 'export-folder' }, { onSuccess, onError })
    else type.mutate({ path }, { onSuccess, onError })
  }
  return (
    <div className={layout['stack']}>
      {desktop ? null : <TextField label={MODELS.exportTo} value={path} onChange={setPath} />}
      <div className={layout['row']}>
        <Button
          icon={FolderOutput}
          label={MODELS.export}
          disabled={!desktop && path.trim() === ''}
          onPress={act}
        />
      </div>
    </div>
  )
}

function told({ title }: { readonly title: string }): void {
  addNote('info', MODELS.exporting(title))
}
