/**
 * Models and checkpoints: the list, the report of one, and a box to talk to it.
 */
import { useState } from 'react'
import type { ModelReport } from '../../../electron/contract/workbench.ts'
import { Check, Star, TriangleAlert } from 'lucide-react'
import { Mark } from '../../components/marks.tsx'
import { Empty, Loaded } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import type { Column } from '../../components/table.tsx'
import { useAsk } from '../../data/ask.ts'
import { useDropped } from '../../data/dropped.ts'
import { bytes, integer, NOTHING, percent, short } from '../../format.ts'
import { useParam } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { MODELS } from '../../strings/places.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import { TrainedMark } from '../review/trained-mark.tsx'
import { ModelReportView } from './model-report.tsx'
import { OpenModel, useOpen } from './open-model.tsx'
import { Talk } from './talk.tsx'

/** Of a checkpoint also what it scored. */
export type ModelRow = ModelReport & { readonly score?: number | null; readonly best?: boolean }

const COLUMNS: readonly Column<ModelRow>[] = [
  {
    id: 'label',
    label: MODELS.label,
    width: 'fill',
    cell: ({ label, ref }) => (
      <>
        {visible(label)}{' '}
        {ref.type === 'checkpoint' && ref.step !== null ? (
          <TrainedMark run={ref.run} step={ref.step} />
        ) : null}
      </>
    ),
  },
  {
    id: 'problems',
    label: MODELS.report,
    width: 120,
    cell: ({ problems }) =>
      problems.length === 0 ? (
        <Mark icon={Check} tone="right" label={MODELS.usable} />
      ) : (
        <Mark icon={TriangleAlert} tone="wrong" label={MODELS.problems(integer(problems.length))} />
      ),
  },
  {
    id: 'architecture',
    label: MODELS.architecture,
    width: 100,
    cell: ({ architecture }) => visible(architecture ?? NOTHING),
  },
  {
    id: 'parameters',
    label: MODELS.parameters,
    width: 96,
    end: true,
    cell: ({ parameters }) => (parameters === null ? NOTHING : short(parameters)),
  },
  { id: 'dtype', label: MODELS.dtype, width: 80, cell: ({ dtype }) => dtype ?? NOTHING },
  { id: 'size', label: MODELS.size, width: 84, end: true, cell: (model) => bytes(model.bytes) },
  {
    id: 'score',
    label: MODELS.score,
    width: 92,
    end: true,
    cell: ({ score, best }) => <Score score={score ?? null} best={best === true} />,
  },
  {
    id: 'parent',
    label: MODELS.parent,
    width: 200,
    cell: ({ parent }) => (parent === null ? NOTHING : `${parent.run} @ ${parent.step}`),
  },
]

function Score({ score, best }: { readonly score: number | null; readonly best: boolean }) {
  const text = score === null ? NOTHING : percent(score, 1)
  return best ? <Mark icon={Star} tone="accent" label={`${text} ${MODELS.best}`} /> : text
}

const keyOf = ({ ref }: ModelReport) => JSON.stringify(ref)

export function ModelsView() {
  const models = useAsk('models.list', {})
  const checkpoints = useCheckpointModels(useParam('run'))
  const [active, setActive] = useState<string | null>(null)
  const { dragged, ...drop } = useDropped(useOpen().onSuccess)
  return (
    <div className={`${layout['page']} ${dragged ? layout['dropping'] : ''}`} {...drop}>
      <div className={layout['bar']}>
        <h1>{MODELS.title}</h1>
        <span className={layout['grow']} />
        <OpenModel />
      </div>
      <Loaded query={models} what={MODELS.list}>
        {(list) => (
          <ModelSplit
            list={[...list, ...checkpoints]}
            active={active ?? firstKey(list)}
            onActive={setActive}
          />
        )}
      </Loaded>
    </div>
  )
}

/** Of the selected run, as rows of the same table. */
function useCheckpointModels(run: string | null): readonly ModelRow[] {
  const query = useAsk('checkpoints.list', { run: run ?? '' }, { enabled: run !== null })
  return (query.data ?? []).map(({ report, score, best }) => ({ ...report, score, best }))
}

function firstKey([first]: readonly ModelReport[]): string | null {
  return first === undefined ? null : keyOf(first)
}

type SplitProps = {
  readonly list: readonly ModelRow[]
  readonly active: string | null
  readonly onActive: (key: string) => void
}

function ModelSplit({ list, active, onActive }: SplitProps) {
  const model = list.find((one) => keyOf(one) === active)
  if (list.length === 0) return <Empty title={MODELS.none} text={MODELS.noneText} />
  return (
    <div className={layout['split']}>
      <Table
        label={MODELS.list}
        rows={list}
        columns={COLUMNS}
        keyOf={keyOf}
        isSelected={(one) => keyOf(one) === active}
        onActive={(one) => onActive(keyOf(one))}
        onOpen={(one) => onActive(keyOf(one))}
      />
      <section className={layout['aside']} aria-label={COMMON.details}>
        {model === undefined ? (
          <p className={layout['muted']}>{MODELS.choose}</p>
        ) : (
          <>
            <ModelReportView model={model} />
            {model.problems.length === 0 ? <Talk key={active} model={model} /> : null}
          </>
        )}
      </section>
    </div>
  )
}
