/**
 * A review leaves this machine and comes from others: lines that merge, tables, one page for readers.
 */
import { FileInput, FileOutput } from 'lucide-react'
import { useState } from 'react'
import { REVIEW_FORMATS } from '../../../electron/contract/review.ts'
import type { ReviewFormat, ReviewImported } from '../../../electron/contract/review.ts'
import type { Picked } from '../../../electron/contract/workbench.ts'
import { Button } from '../../components/button.tsx'
import { Switch, TextField } from '../../components/fields.tsx'
import { Panel } from '../../components/panel.tsx'
import { Segments } from '../../components/select.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { integer } from '../../format.ts'
import { EXCHANGE } from '../../strings/review.ts'
import layout from '../layout.module.css'
import { ReviewJobs } from './jobs.tsx'
import styles from './review.module.css'

const CHOICES = REVIEW_FORMATS.map((id) => ({ id, label: EXCHANGE.formats[id] }))
const onError = (error: Error): void => addNote('warning', error.message)

export function ExchangePart({ run }: { readonly run: string }) {
  return (
    <div className={layout['scroll']}>
      <ReviewJobs />
      <div className={`${layout['stack']} ${styles['narrow']}`}>
        <Export run={run} />
        <Import />
      </div>
    </div>
  )
}

function Export({ run }: { readonly run: string }) {
  const [format, setFormat] = useState<ReviewFormat>('jsonl')
  const [redact, setRedact] = useState(false)
  const [words, setWords] = useState('')
  const start = useOrder('review.export', ['jobs.list'])
  const send = (out: string) => {
    const taken = words.split('\n').map((word) => word.trim())
    const order = { run, format, out, redact, words: taken.filter((word) => word !== '') }
    start.mutate(order, { onError })
  }
  return (
    <Panel title={EXCHANGE.export}>
      <div className={layout['stack']}>
        <p className={layout['muted']}>{EXCHANGE.text}</p>
        <div className={layout['row']}>
          <Segments label={EXCHANGE.format} choices={CHOICES} value={format} onChange={setFormat} />
        </div>
        <Switch label={EXCHANGE.redact} value={redact} onChange={setRedact} />
        <p className={layout['muted']}>{EXCHANGE.redactHint}</p>
        {redact ? (
          <TextField label={EXCHANGE.words} value={words} onChange={setWords} lines={2} />
        ) : null}
        <PickFile
          label={EXCHANGE.file}
          action={EXCHANGE.start}
          suggested={`${run}-review.${format}`}
          icon={FileOutput}
          onPicked={send}
        />
      </div>
    </Panel>
  )
}

function Import() {
  const read = useOrder('review.import', [
    'flags.list',
    'review.audit',
    'review.agreement',
    'runs.show',
  ])
  return (
    <Panel title={EXCHANGE.import}>
      <div className={layout['stack']}>
        <p className={layout['muted']}>{EXCHANGE.importText}</p>
        <PickFile
          label={EXCHANGE.importFile}
          action={EXCHANGE.importStart}
          suggested={null}
          icon={FileInput}
          onPicked={(file) => read.mutate({ file }, { onSuccess: told, onError })}
        />
      </div>
    </Panel>
  )
}

function told({ added, known, unknownRuns }: ReviewImported): void {
  addNote('info', EXCHANGE.imported(integer(added), integer(known)))
  for (const [run, count] of Object.entries(unknownRuns)) {
    addNote('warning', EXCHANGE.unknown(run, integer(count)))
  }
}

type PickProps = {
  readonly label: string
  readonly action: string
  /** null: a file that is there. */
  readonly suggested: string | null
  readonly icon: typeof FileInput
  readonly onPicked: (handle: string) => void
}

/** Picked by a dialog on the desktop, typed in a browser. */
function PickFile({ label, action, suggested, icon, onPicked }: PickProps) {
  const info = useAsk('app.info', {})
  const [path, setPath] = useState('')
  const pick = useOrder('folders.pick')
  const type = useOrder('folders.type')
  const desktop = info.data?.mode === 'desktop'
  const onSuccess = (picked: Picked | null) => {
    if (picked !== null) onPicked(picked.handle)
  }
  const act = () => {
    if (!desktop) type.mutate({ path }, { onSuccess, onError })
    else if (suggested === null) pick.mutate({ purpose: 'import-file' }, { onSuccess, onError })
    else pick.mutate({ purpose: 'export-file', suggested }, { onSuccess, onError })
  }
  return (
    <div className={layout['stack']}>
      {desktop ? null : <TextField label={label} value={path} onChange={setPath} />}
      <div className={layout['row']}>
        <Button
          icon={icon}
          label={action}
          disabled={!desktop && path.trim() === ''}
          onPress={act}
        />
      </div>
    </div>
  )
}
