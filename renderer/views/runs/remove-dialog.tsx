/**
 * Asks before a run and its files are deleted.
 */
import { Trash2 } from 'lucide-react'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { RUNS } from '../../strings/runs.ts'
import layout from '../layout.module.css'
import styles from './runs.module.css'

type Props = { readonly run: string | null; readonly onClose: () => void }

export function RemoveDialog({ run, onClose }: Props) {
  const remove = useOrder('runs.remove', ['runs.list'])
  const change = useRoute((state) => state.change)
  const act = () => {
    if (run === null) return
    remove.mutate(
      { run },
      {
        onSuccess: () => change({ run: '' }),
        onError: (error) => addNote('warning', error.message),
        onSettled: onClose,
      },
    )
  }
  return (
    <Dialog label={RUNS.removeTitle} open={run !== null} onClose={onClose}>
      <div className={styles['confirm']}>
        <h1>{RUNS.removeTitle}</h1>
        <p>{RUNS.removeText(run ?? '')}</p>
        <div className={layout['row']}>
          <Button icon={Trash2} look="danger" label={RUNS.remove} onPress={act} />
          <Button label={COMMON.cancel} onPress={onClose} />
        </div>
      </div>
    </Dialog>
  )
}
