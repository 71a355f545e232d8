/**
 * What a folder holds and what is wrong with it.
 */
import { X } from 'lucide-react'
import type { ModelReport } from '../../../electron/contract/workbench.ts'
import { Button } from '../../components/button.tsx'
import { Facts, Panel } from '../../components/panel.tsx'
import type { Fact } from '../../components/panel.tsx'
import { useOrder } from '../../data/ask.ts'
import { bytes, integer, NOTHING } from '../../format.ts'
import { MODELS } from '../../strings/places.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import { ExportCheckpoint } from './export-checkpoint.tsx'

export function ModelReportView({ model }: { readonly model: ModelReport }) {
  const forget = useOrder('models.forget', ['models.list'])
  const { ref, problems } = model
  return (
    <Panel title={visible(model.label)}>
      <div className={layout['stack']}>
        {problems.length === 0 ? (
          <p className={layout['muted']}>{MODELS.fine}</p>
        ) : (
          <ul role="alert">
            {problems.map((problem) => (
              <li key={problem}>{visible(problem)}</li>
            ))}
          </ul>
        )}
        <Facts facts={factsOf(model)} />
        {ref.type === 'checkpoint' && ref.step !== null ? (
          <ExportCheckpoint run={ref.run} step={ref.step} />
        ) : null}
        {ref.type === 'folder' ? (
          <div className={layout['row']}>
            <Button
              icon={X}
              label={MODELS.forget}
              onPress={() => forget.mutate({ folder: ref.id })}
            />
          </div>
        ) : null}
      </div>
    </Panel>
  )
}

/** What is known; checkpoints have the shape of their run's model, which is not repeated. */
function factsOf(model: ModelReport): readonly Fact[] {
  const shape: readonly Fact[] = [
    [MODELS.architecture, visible(model.architecture ?? NOTHING)],
    [MODELS.parameters, whole(model.parameters)],
    [MODELS.layers, whole(model.layers)],
    [MODELS.width, whole(model.width)],
    [MODELS.vocabulary, whole(model.vocabulary)],
    [MODELS.context, whole(model.context)],
    [MODELS.dtype, model.dtype ?? NOTHING],
  ]
  return [...shape.filter(([, value]) => value !== NOTHING), [MODELS.size, bytes(model.bytes)]]
}

function whole(value: number | null): string {
  return value === null ? NOTHING : integer(value)
}
