/**
 * Filters that the user gave a name, on disk.
 */
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import { SavedView } from '../contract/inputs.ts'
import type { ViewName } from '../contract/inputs.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'

export type ViewsFile = {
  readonly list: () => readonly SavedView[]
  /** Replaces one of the same name and table. */
  readonly save: (view: SavedView) => readonly SavedView[]
  readonly remove: (name: v.InferOutput<typeof ViewName>) => readonly SavedView[]
}

const MAX_VIEWS = 500
const Views = v.pipe(v.array(SavedView), v.maxLength(MAX_VIEWS))

export function openViews(path: string, now: () => number): ViewsFile {
  const found = readJsonFile(path, now())
  const parsed = v.safeParse(Views, found.type === 'value' ? found.value : [])
  let views: readonly SavedView[] = parsed.success ? parsed.output : []
  const keep = (next: readonly SavedView[]): readonly SavedView[] => {
    writeJsonFile(path, next)
    views = next
    return views
  }
  const others = (name: string, table: string): SavedView[] =>
    views.filter((view) => view.name !== name || view.table !== table)
  return {
    list: () => views,
    remove: ({ name, table }) => keep(others(name, table)),
    save: (view) => {
      const rest = others(view.name, view.table)
      if (rest.length >= MAX_VIEWS) {
        throw new AppError('usage', `views: expected at most ${MAX_VIEWS}, found one more`)
      }
      return keep([...rest, view])
    },
  }
}
