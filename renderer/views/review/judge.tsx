/**
 * A model asked as judge over what rules score highest. It suggests; its verdicts appear beside the traces.
 */
import { Bot } from 'lucide-react'
import { useState } from 'react'
import { MAX_JUDGED } from '../../../electron/contract/review.ts'
import type { CallInput } from '../../../electron/contract/api.ts'
import { Button } from '../../components/button.tsx'
import { Slider } from '../../components/fields.tsx'
import { Panel } from '../../components/panel.tsx'
import { Select } from '../../components/select.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { useClient } from '../../data/client-context.ts'
import { addNote } from '../../data/live.ts'
import { integer } from '../../format.ts'
import { MODELS } from '../../strings/places.ts'
import { RULES } from '../../strings/review.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'

type Model = CallInput<'review.judge'>['model']
const onError = (error: Error): void => addNote('warning', error.message)

export function JudgePanel({ run }: { readonly run: string }) {
  const judges = useJudges(run)
  const [chosen, setChosen] = useState('0')
  const [count, setCount] = useState(20)
  const client = useClient()
  const ask = useOrder('review.judge', ['jobs.list'])
  const start = async (model: Model) => {
    const order = { run, source: 'suggested', limit: count, unrated: false } as const
    const { items } = await client.call('review.queue', order)
    ask.mutate({ run, episodes: [...items], model }, { onError })
  }
  const model = judges[Number(chosen)]?.ref
  return (
    <Panel title={RULES.judge}>
      <div className={layout['stack']}>
        <p className={layout['muted']}>{RULES.judgeText}</p>
        <Select
          label={RULES.judgeModel}
          choices={judges.map(({ label }, at) => ({ id: String(at), label: visible(label) }))}
          value={chosen}
          onChange={setChosen}
        />
        <Slider
          label={RULES.judgeCount}
          value={count}
          min={1}
          max={MAX_JUDGED}
          step={1}
          onChange={setCount}
          format={integer}
        />
        <div className={layout['row']}>
          <Button
            icon={Bot}
            label={RULES.judgeStart}
            disabled={model === undefined}
            onPress={() => {
              if (model !== undefined) start(model).catch(onError)
            }}
          />
        </div>
      </div>
    </Panel>
  )
}

/** Opened models, and the run's own checkpoints: the model itself. */
function useJudges(run: string): readonly { readonly ref: Model; readonly label: string }[] {
  const models = useAsk('models.list', {})
  const checkpoints = useAsk('checkpoints.list', { run })
  return [
    ...(models.data ?? []).filter(({ problems }) => problems.length === 0),
    ...(checkpoints.data ?? []).map(({ step }) => ({
      ref: { type: 'checkpoint' as const, run, step },
      label: MODELS.checkpoint(run, String(step)),
    })),
  ]
}
