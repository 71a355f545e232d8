/**
 * The folder of suites that the user chose, remembered in the home. Paths stay here: a page holds handles.
 * Not here: what is in it (evaluate-reports.ts).
 */
import { basename, join } from 'node:path'
import * as v from 'valibot'
import { readJsonFile, writeJsonFile } from './json-file.ts'

const File = v.object({ folder: v.nullable(v.pipe(v.string(), v.maxLength(4_096))) })
const fileOf = (home: string): string => join(home, 'suites.json')

/** null: the home's own folder of suites. */
export function chosenFolder(home: string, now: () => number): string | null {
  const found = readJsonFile(fileOf(home), now())
  const parsed = v.safeParse(File, found.type === 'value' ? found.value : { folder: null })
  return parsed.success ? parsed.output.folder : null
}

export function chooseFolder(home: string, folder: string | null): void {
  writeJsonFile(fileOf(home), { folder })
}

export const folderLabel = (folder: string | null): string | null =>
  folder === null ? null : basename(folder)
