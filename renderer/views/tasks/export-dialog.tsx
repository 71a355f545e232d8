/**
 * Tasks as a file: the chosen ones or all that match, with how many those are said first. The work is a job of the
 * host.
 */
import { Download } from 'lucide-react'
import { useState } from 'react'
import type { CallInput } from '../../../electron/contract/api.ts'
import type { Picked } from '../../../electron/contract/workbench.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/fields.tsx'
import { Select } from '../../components/select.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { integer } from '../../format.ts'
import { BULK, EXPORT } from '../../strings/task-filter.ts'
import layout from '../layout.module.css'
import styles from './tasks.module.css'

type Filter = CallInput<'tasks.count'>['filter']
type Format = keyof typeof EXPORT.formats
type Scope = 'chosen' | 'matching'

type Props = {
  readonly open: boolean
  readonly run: string
  readonly filter: Filter
  /** Keys of rows. */
  readonly chosen: readonly number[]
  readonly onClose: () => void
}

const FORMATS = (['csv', 'jsonl', 'parquet', 'hf'] as const).map((id) => ({
  id,
  label: EXPORT.formats[id],
}))

export function ExportDialog({ open, ...props }: Props) {
  return (
    <Dialog label={EXPORT.title} open={open} onClose={props.onClose}>
      <ExportForm {...props} />
    </Dialog>
  )
}

function ExportForm({ run, filter, chosen, onClose }: Omit<Props, 'open'>) {
  const [format, setFormat] = useState<Format>('jsonl')
  const [scope, setScope] = useState<Scope>(chosen.length > 0 ? 'chosen' : 'matching')
  const [path, setPath] = useState('')
  const count = useAsk('tasks.count', { run, filter })
  const info = useAsk('app.info', {})
  const isDesktop = info.data?.mode === 'desktop'
  const write = useExport(onClose)
  const tasks = scope === 'chosen' ? { keys: chosen.slice(0, 1_000) } : filter
  const total = count.data === undefined ? '…' : integer(count.data.count)
  const scopes = [
    ...(chosen.length === 0
      ? []
      : [{ id: 'chosen' as const, label: EXPORT.chosen(integer(chosen.length)) }]),
    { id: 'matching' as const, label: EXPORT.matching(total) },
  ]
  return (
    <div className={styles['dialog']}>
      <h2>{EXPORT.title}</h2>
      <Select label={EXPORT.scope} choices={scopes} value={scope} onChange={setScope} />
      <Select label={EXPORT.format} choices={FORMATS} value={format} onChange={setFormat} />
      {isDesktop ? null : <TextField label={EXPORT.path} value={path} onChange={setPath} />}
      <div className={layout['row']}>
        <Button
          icon={Download}
          look="primary"
          label={EXPORT.start}
          disabled={!isDesktop && path.trim() === ''}
          onPress={() => write({ run, what: 'tasks', format, tasks }, isDesktop ? null : path)}
        />
        <Button look="quiet" label={BULK.cancel} onPress={onClose} />
      </div>
    </div>
  )
}

type Order = Omit<CallInput<'exports.start'>, 'out'>

/** path null: asks for it with a dialog of the desktop. */
function useExport(onStarted: () => void) {
  const pick = useOrder('folders.pick')
  const type = useOrder('folders.type')
  const start = useOrder('exports.start', ['jobs.list'])
  const onError = (error: Error) => addNote('warning', error.message)
  return (order: Order, path: string | null) => {
    const onSuccess = (picked: Picked | null) => {
      if (picked === null) return
      const told = ({ title }: { readonly title: string }) => {
        addNote('info', EXPORT.started(title))
        onStarted()
      }
      start.mutate({ ...order, out: picked.handle }, { onSuccess: told, onError })
    }
    if (path !== null) type.mutate({ path }, { onSuccess, onError })
    else if (order.format === 'hf') {
      pick.mutate({ purpose: 'export-folder' }, { onSuccess, onError })
    } else {
      const suggested = `${order.run}-tasks.${order.format}`
      pick.mutate({ purpose: 'export-file', suggested }, { onSuccess, onError })
    }
  }
}
