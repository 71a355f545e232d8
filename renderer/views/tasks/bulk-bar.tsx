/**
 * What can be done with the chosen tasks at once.
 */
import { Download, EyeOff, Flag, Tag, Tags, X } from 'lucide-react'
import { useState } from 'react'
import type { TaskRow } from '../../../electron/contract/history.ts'
import { Button } from '../../components/button.tsx'
import { useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { integer } from '../../format.ts'
import { BULK } from '../../strings/task-filter.ts'
import { FlagDialog } from './flag-dialog.tsx'
import { TagDialog } from './tag-dialog.tsx'
import styles from './tasks.module.css'

/** Tasks with it are out of sight until its condition is taken away. */
export const HIDDEN = 'hidden'

type Props = {
  readonly run: string
  readonly rows: readonly TaskRow[]
  readonly tags: readonly string[]
  readonly onHidden: () => void
  readonly onExport: () => void
  readonly onClear: () => void
}

type Asked = 'tag' | 'untag' | 'flag' | null

export function BulkBar({ run, rows, tags, onHidden, onExport, onClear }: Props) {
  const [asked, setAsked] = useState<Asked>(null)
  const tag = useTagging(run, rows)
  const done = () => setAsked(null)
  const hide = () => {
    tag(HIDDEN, true, () => addNote('info', BULK.hidden(integer(rows.length))))
    onHidden()
  }
  return (
    <div className={styles['bulk']} role="toolbar" aria-label={BULK.actions}>
      <strong role="status">{BULK.chosen(integer(rows.length))}</strong>
      <Button icon={Tag} label={BULK.tag} onPress={() => setAsked('tag')} />
      <Button icon={Tags} label={BULK.untag} onPress={() => setAsked('untag')} />
      <Button icon={Flag} label={BULK.flag} onPress={() => setAsked('flag')} />
      <Button icon={Download} label={BULK.export} onPress={onExport} />
      <Button icon={EyeOff} label={BULK.hide} onPress={hide} />
      <Button icon={X} look="quiet" label={BULK.clear} onPress={onClear} />
      <TagDialog
        asked={asked === 'tag' || asked === 'untag' ? asked : null}
        count={rows.length}
        tags={tags}
        onTag={(name, on) => {
          const words = on ? BULK.tagged : BULK.untagged
          tag(name, on, (count) => addNote('info', words(integer(count), name)))
          done()
        }}
        onClose={done}
      />
      <FlagDialog open={asked === 'flag'} run={run} rows={rows} onClose={done} />
    </div>
  )
}

/** Chosen rows are loaded ones, which come in pages: a call takes at most a page of them. */
const MOST = 1_000

function useTagging(run: string, rows: readonly TaskRow[]) {
  const order = useOrder('tasks.tag', ['tasks.page', 'tasks.count', 'tasks.tags'])
  return (tag: string, on: boolean, onDone: (count: number) => void) => {
    const keys = rows.map(({ key }) => key)
    const parts = Array.from({ length: Math.ceil(keys.length / MOST) }, (_, at) =>
      keys.slice(at * MOST, (at + 1) * MOST),
    )
    const all = parts.map((part) => order.mutateAsync({ run, keys: part, tag, on }))
    Promise.all(all).then(
      (told) => onDone(told.reduce((sum, { tasks }) => sum + tasks, 0)),
      (error: unknown) =>
        addNote('warning', error instanceof Error ? error.message : String(error)),
    )
  }
}
