/**
 * Evaluations as files for other programs: the chosen one, or all that are shown.
 */
import { FolderOutput } from 'lucide-react'
import { useState } from 'react'
import type { EvalFormat, Evaluation } from '../../../electron/contract/evaluation.ts'
import { EVAL_FORMATS } from '../../../electron/contract/evaluation.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Segments, Select } from '../../components/select.tsx'
import { useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { integer } from '../../format.ts'
import { useParam } from '../../state/route.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import { columnOf } from '../../text/board.ts'
import { visible } from '../../text/neutral.ts'
import { ChooseFolder } from './choose-folder.tsx'
import styles from './evaluate.module.css'

const FORMATS = EVAL_FORMATS.toReversed().map((id) => ({ id, label: EVALUATE.formats[id] }))
const ALL = 'all'
const MOST = 200

type Props = { readonly evaluations: readonly Evaluation[] }

export function ExportButton({ evaluations }: Props) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button
        icon={FolderOutput}
        label={EVALUATE.export}
        disabled={evaluations.length === 0}
        onPress={() => setOpen(true)}
      />
      {open ? <ExportDialog evaluations={evaluations} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

function ExportDialog({ evaluations, onClose }: Props & { readonly onClose: () => void }) {
  const selected = useParam('evaluation')
  const [format, setFormat] = useState<EvalFormat>('inspect')
  const [which, setWhich] = useState(selected ?? ALL)
  const start = useOrder('evaluations.export', ['jobs.list'])
  const known = evaluations.some(({ id }) => id === which) ? which : ALL
  const ids = known === ALL ? evaluations.slice(0, MOST).map(({ id }) => id) : [known]
  const act = (out: string) => {
    start.mutate(
      { evaluations: ids, format, out },
      {
        onSuccess: ({ title }) => addNote('info', EVALUATE.exporting(title)),
        onError: (error) => addNote('warning', error.message),
      },
    )
    onClose()
  }
  return (
    <Dialog label={EVALUATE.exportLabel} open onClose={onClose}>
      <div className={styles['dialog']}>
        <h1>{EVALUATE.exportLabel}</h1>
        <Select
          label={EVALUATE.chooseEvaluation}
          choices={[
            { id: ALL, label: EVALUATE.exportText(integer(Math.min(MOST, evaluations.length))) },
            ...evaluations.map((evaluation) => ({
              id: evaluation.id,
              label: visible(`${evaluation.label} · ${columnOf(evaluation).key}`),
            })),
          ]}
          value={known}
          onChange={setWhich}
        />
        <Segments label={EVALUATE.format} choices={FORMATS} value={format} onChange={setFormat} />
        <ChooseFolder
          icon={FolderOutput}
          look="primary"
          label={EVALUATE.export}
          hint={EVALUATE.exportTo}
          purpose="export-folder"
          onChosen={act}
        />
      </div>
    </Dialog>
  )
}
