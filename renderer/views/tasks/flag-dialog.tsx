/**
 * The same flag on the proposals of all chosen tasks.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TaskRow } from '../../../electron/contract/history.ts'
import { CATEGORIES } from '../../../electron/contract/safety.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/fields.tsx'
import { Segments, Select } from '../../components/select.tsx'
import type { Choice } from '../../components/select.tsx'
import { useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { integer } from '../../format.ts'
import { BULK } from '../../strings/task-filter.ts'
import layout from '../layout.module.css'
import styles from './tasks.module.css'

type Props = {
  readonly open: boolean
  readonly run: string
  readonly rows: readonly TaskRow[]
  readonly onClose: () => void
}

const SEVERITIES = ['1', '2', '3', '4', '5'].map((id) => ({ id, label: id }))
const CATEGORY_CHOICES = CATEGORIES.map((id): Choice<string> => ({ id, label: id }))

export function FlagDialog({ open, run, rows, onClose }: Props) {
  const [severity, setSeverity] = useState('3')
  const [category, setCategory] = useState<string>(CATEGORIES[0])
  const [note, setNote] = useState('')
  const episodes = rows.flatMap(({ episode }) => episode ?? [])
  const flag = useFlagging(run, episodes)
  const title = BULK.flagTitle(integer(episodes.length))
  const act = () => {
    flag({ severity: Number(severity), category, note })
    onClose()
  }
  return (
    <Dialog label={title} open={open} onClose={onClose}>
      <div className={styles['dialog']}>
        <h2>{title}</h2>
        {episodes.length === 0 ? <p>{BULK.noProposal}</p> : null}
        <Segments
          label={BULK.severity}
          choices={SEVERITIES}
          value={severity}
          onChange={setSeverity}
        />
        <Select
          label={BULK.category}
          choices={CATEGORY_CHOICES}
          value={category}
          onChange={setCategory}
        />
        <TextField label={BULK.note} value={note} onChange={setNote} lines={3} />
        <div className={layout['row']}>
          <Button look="primary" label={title} disabled={episodes.length === 0} onPress={act} />
          <Button look="quiet" label={BULK.cancel} onPress={onClose} />
        </div>
      </div>
    </Dialog>
  )
}

/** Answers that count flags. */
const SPOILT = ['tasks.page', 'tasks.count'] as const

type Said = { readonly severity: number; readonly category: string; readonly note: string }

/** One after another: each is an entry of its own in the trail. */
function useFlagging(run: string, episodes: readonly string[]) {
  const { mutateAsync } = useOrder('flags.add')
  const queries = useQueryClient()
  const flagAll = async (said: Said) => {
    const rest = { flag: null, span: null, seconds: null, blind: false, undone: false } as const
    for (const episode of episodes) await mutateAsync({ run, episode, ...said, ...rest })
    addNote('info', BULK.flagged(integer(episodes.length)))
    await Promise.all(SPOILT.map((name) => queries.invalidateQueries({ queryKey: [name] })))
  }
  return (said: Said) => {
    flagAll(said).catch((error: unknown) =>
      addNote('warning', error instanceof Error ? error.message : String(error)),
    )
  }
}
