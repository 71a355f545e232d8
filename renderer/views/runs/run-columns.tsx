/**
 * The columns of the list of runs.
 */
import { StatePill } from '../../components/marks.tsx'
import { Sparkline } from '../../components/sparkline.tsx'
import type { Column } from '../../components/table.tsx'
import type { RunListRow } from '../../../electron/contract/workbench.ts'
import { duration, integer, NOTHING, percent, short, when } from '../../format.ts'
import { COMMON } from '../../strings/common.ts'
import { RUNS } from '../../strings/runs.ts'
import styles from './runs.module.css'

type RunColumn = Column<RunListRow>

const { columns } = RUNS

export const RUN_COLUMNS: readonly RunColumn[] = [
  {
    id: 'state',
    label: columns.state,
    width: 124,
    cell: ({ run, live }) => (
      <StatePill
        state={run.state}
        {...(live === null ? {} : { label: COMMON.liveStates[live.state] })}
      />
    ),
  },
  {
    id: 'id',
    label: columns.id,
    width: 'fill',
    cell: ({ run }) => <span className={styles['id']}>{run.id}</span>,
  },
  {
    id: 'recipe',
    label: columns.recipe,
    width: 92,
    cell: ({ run }) => `${run.recipe} · ${run.preset}`,
  },
  {
    id: 'steps',
    label: columns.steps,
    width: 86,
    end: true,
    cell: ({ run, live }) => {
      const done = live?.last?.step ?? run.currentStep
      return `${integer(done)} / ${run.plannedSteps === null ? '?' : integer(run.plannedSteps)}`
    },
  },
  {
    id: 'score',
    label: columns.score,
    width: 154,
    cell: ({ run, scores }) => (
      <span className={styles['score']}>
        <Sparkline
          label={RUNS.scores(run.id)}
          values={scores.map(({ score }) => score)}
          width={72}
        />
        {scores.length === 0 ? NOTHING : percent(scores.at(-1)?.score ?? null, 1)}
      </span>
    ),
  },
  {
    id: 'valid',
    label: columns.valid,
    width: 60,
    end: true,
    cell: ({ run }) => percent(run.proposed === 0 ? null : run.valid / run.proposed),
  },
  {
    id: 'tokens',
    label: columns.tokens,
    width: 66,
    end: true,
    cell: ({ run }) => short(run.tokens),
  },
  {
    id: 'time',
    label: columns.time,
    width: 88,
    end: true,
    cell: ({ run }) => duration(run.seconds),
  },
  {
    id: 'started',
    label: columns.started,
    width: 112,
    end: true,
    cell: ({ run }) => when(run.createdMs),
  },
]
