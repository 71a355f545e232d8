/**
 * The list of runs; without any, what to do first.
 */
import { Copy, GitCompareArrows, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Loaded } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import { useAsk } from '../../data/ask.ts'
import { useLive } from '../../data/live.ts'
import { useScreenCommands } from '../../data/screen-commands.ts'
import type { RunList, RunListRow } from '../../../electron/contract/workbench.ts'
import { integer } from '../../format.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { RUNS } from '../../strings/runs.ts'
import layout from '../layout.module.css'
import { FirstRun } from './first-run.tsx'
import { RemoveDialog } from './remove-dialog.tsx'
import { RUN_COLUMNS } from './run-columns.tsx'
import { RunInspector } from './run-inspector.tsx'

export function RunsView() {
  const query = useAsk('runs.list', {})
  return (
    <Loaded query={query} what={RUNS.table}>
      {(list) => (list.rows.length === 0 ? <FirstRun /> : <RunTable list={list} />)}
    </Loaded>
  )
}

function RunTable({ list }: { readonly list: RunList }) {
  const [picked, setPicked] = useState<readonly string[]>([])
  const { change, go } = useRoute()
  const active = useParam('run')
  const live = useLive((state) => state.runs)
  const rows = list.rows.map((row) => ({
    ...row,
    live: live.has(row.run.id) ? (live.get(row.run.id) ?? null) : row.live,
  }))
  const toggle = ({ run }: RunListRow) =>
    setPicked(picked.includes(run.id) ? picked.filter((id) => id !== run.id) : [...picked, run.id])
  return (
    <div className={layout['page']}>
      <Toolbar picked={picked} active={active} />
      <div className={layout['split']}>
        <Table
          label={RUNS.table}
          rows={rows}
          columns={RUN_COLUMNS}
          keyOf={({ run }) => run.id}
          isSelected={({ run }) => picked.includes(run.id)}
          onToggle={toggle}
          onActive={({ run }) => change({ run: run.id })}
          onOpen={({ run }) => go('live', { run: run.id })}
          foot={
            <>
              <span>{RUNS.total(integer(rows.length), integer(list.total))}</span>
              <span>{RUNS.hint}</span>
            </>
          }
        />
        <RunInspector />
      </div>
    </div>
  )
}

type ToolbarProps = { readonly picked: readonly string[]; readonly active: string | null }

function Toolbar({ picked, active }: ToolbarProps) {
  const go = useRoute((state) => state.go)
  const [removing, setRemoving] = useState(false)
  const clone = () => go('new', { from: active ?? '' })
  const compare = () => go('compare', { runs: picked.join(',') })
  const remove = () => setRemoving(true)
  useScreenCommands([
    { id: 'clone', label: RUNS.clone, can: active !== null, act: clone },
    { id: 'compare', label: RUNS.compare, can: picked.length > 1, act: compare },
    { id: 'remove', label: RUNS.remove, can: active !== null, act: remove },
  ])
  return (
    <div className={layout['bar']}>
      <h1>{RUNS.title}</h1>
      <Button
        icon={Plus}
        look="primary"
        label={RUNS.start}
        onPress={() => go('new', { from: '', step: '' })}
      />
      <Button icon={Copy} label={RUNS.clone} disabled={active === null} onPress={clone} />
      <Button
        icon={GitCompareArrows}
        label={RUNS.compare}
        disabled={picked.length < 2}
        onPress={compare}
      />
      <Button
        icon={Trash2}
        look="quiet"
        label={RUNS.remove}
        disabled={active === null}
        onPress={remove}
      />
      <span className={layout['grow']} />
      {picked.length === 0 ? null : <p>{RUNS.selected(integer(picked.length))}</p>}
      <RemoveDialog run={removing ? active : null} onClose={() => setRemoving(false)} />
    </div>
  )
}
