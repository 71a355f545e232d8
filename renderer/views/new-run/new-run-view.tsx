/**
 * A new run: the dial and a few choices at the left, every knob in the middle, what differs and the estimate at the
 * right. Ctrl-Enter starts.
 */
import { Play } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { useReadOnly } from '../../data/run-orders.ts'
import { useScreenCommands } from '../../data/screen-commands.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { NEW_RUN } from '../../strings/runs.ts'
import { cloneDraft, changedKeys, newDraft, orderOf, problemOf } from '../../text/run-draft.ts'
import type { Draft } from '../../text/run-draft.ts'
import layout from '../layout.module.css'
import { Basics } from './basics.tsx'
import { Knobs } from './knobs.tsx'
import styles from './new-run.module.css'
import { PlanSide } from './plan-side.tsx'

export function NewRunView() {
  const [draft, setDraft] = useDraft()
  const start = useOrder('runs.start', ['runs.list'])
  const go = useRoute((state) => state.go)
  const readOnly = useReadOnly()
  const blocked = readOnly || changedKeys(draft).some((key) => problemOf(draft, key) !== null)
  const act = () => {
    if (blocked || start.isPending) return
    start.mutate(orderOf(draft), {
      onSuccess: ({ run }) => go('live', { run, from: '', step: '' }),
      onError: (error) => addNote('warning', error.message),
    })
  }
  useScreenCommands([{ id: 'start', label: NEW_RUN.start, can: !blocked, act }])
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- one key for the whole form
    <div
      className={layout['page']}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) act()
      }}
    >
      <div className={layout['bar']}>
        <h1>{NEW_RUN.title}</h1>
        {draft.fork === null ? null : (
          <p>{NEW_RUN.fork(draft.fork.run, String(draft.fork.step))}</p>
        )}
        <span className={layout['grow']} />
        <Button
          icon={Play}
          look="primary"
          label={NEW_RUN.start}
          disabled={blocked || start.isPending}
          onPress={act}
        />
      </div>
      <div className={styles['form']}>
        <Basics draft={draft} onChange={setDraft} />
        <Knobs draft={draft} onChange={setDraft} />
        <PlanSide draft={draft} onChange={setDraft} />
      </div>
    </div>
  )
}

/** With the settings of the run in the address, once they are there. */
function useDraft(): readonly [Draft, (draft: Draft) => void] {
  const from = useParam('from')
  const step = useParam('step')
  const parent = useAsk('runs.show', { run: from ?? '' }, { enabled: from !== null })
  const [draft, setDraft] = useState<Draft>(newDraft)
  const config = parent.data?.run
  useEffect(() => {
    if (config === undefined) return
    const fork = step === null ? null : { run: config.id, step: Number(step) }
    setDraft({ ...cloneDraft(config, newDraft()), fork })
  }, [config, step])
  return [draft, setDraft]
}
