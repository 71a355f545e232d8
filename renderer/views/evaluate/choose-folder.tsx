/**
 * A folder from the system's dialog in the window, or by its path in a browser.
 */
import type { LucideIcon } from 'lucide-react'
import { useState } from 'react'
import type { Picked } from '../../../electron/contract/workbench.ts'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/fields.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import layout from '../layout.module.css'

type Props = {
  readonly icon: LucideIcon
  readonly label: string
  /** What to type where there is no dialog. */
  readonly hint: string
  readonly purpose: 'model' | 'export-folder'
  readonly look?: 'plain' | 'primary'
  readonly onChosen: (handle: string) => void
}

export function ChooseFolder({ icon, label, hint, purpose, look = 'plain', onChosen }: Props) {
  const info = useAsk('app.info', {})
  const [path, setPath] = useState('')
  const pick = useOrder('folders.pick')
  const type = useOrder('folders.type')
  const onError = (error: Error) => addNote('warning', error.message)
  const onSuccess = (picked: Picked | null) => {
    if (picked !== null) onChosen(picked.handle)
  }
  const desktop = info.data?.mode === 'desktop'
  const act = () => {
    if (desktop) pick.mutate({ purpose }, { onSuccess, onError })
    else type.mutate({ path }, { onSuccess, onError })
  }
  return (
    <div className={layout['row']}>
      {desktop ? null : (
        <span style={{ width: 300 }}>
          <TextField bare label={hint} placeholder={hint} value={path} onChange={setPath} />
        </span>
      )}
      <Button
        icon={icon}
        look={look}
        label={label}
        disabled={!desktop && path.trim() === ''}
        onPress={act}
      />
    </div>
  )
}
