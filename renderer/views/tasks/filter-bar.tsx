/**
 * Above the table of tasks: the query as text and as a form, its conditions, saved views, columns, export.
 */
import { Download, FilterX } from 'lucide-react'
import { CHECK_ORDER } from '../../../electron/contract/checks.ts'
import { Button } from '../../components/button.tsx'
import { useRoute } from '../../state/route.ts'
import { EXPORT, FILTER } from '../../strings/task-filter.ts'
import { TASKS } from '../../strings/tasks.ts'
import type { ColumnChoice } from '../../text/table-columns.ts'
import type { TaskQuery } from '../../text/task-query.ts'
import layout from '../layout.module.css'
import { ColumnChooser } from './column-chooser.tsx'
import { FilterForm } from './filter-form.tsx'
import { QueryBar } from './query-bar.tsx'
import { QueryChips } from './query-chips.tsx'
import { SavedViews } from './saved-views.tsx'

type Props = {
  readonly query: TaskQuery
  readonly columns: ColumnChoice
  readonly tags: readonly string[]
  readonly onExport: () => void
}

export function FilterBar({ query, columns, tags, onExport }: Props) {
  const change = useRoute((state) => state.change)
  const { text, page } = query
  const set = (next: string) => change({ q: next })
  return (
    <>
      <div className={layout['bar']}>
        <h1>{TASKS.title}</h1>
        <QueryBar text={text} known={{ tag: tags, check: CHECK_ORDER }} onChange={set} />
        <FilterForm run={page.run} text={text} tags={tags} onChange={set} />
        <SavedViews />
        <ColumnChooser {...columns} />
        <Button icon={Download} label={EXPORT.open} onPress={onExport} />
      </div>
      {text === '' ? null : (
        <div className={layout['bar']}>
          <QueryChips text={text} onChange={set} />
          <Button icon={FilterX} look="quiet" label={FILTER.clear} onPress={() => set('')} />
        </div>
      )}
    </>
  )
}
