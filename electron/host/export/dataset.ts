/**
 * A Hugging Face dataset: a folder with Parquet and a card that says what it is and where it came from.
 * Source: huggingface.co/docs/hub, Dataset Cards and Data files Configuration.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunRow } from '../../contract/history.ts'
import { writeFolderAtomically } from './atomic.ts'
import { writeParquet } from './parquet.ts'
import type { Pace, Table } from './table.ts'

export type DatasetOf = { readonly run: RunRow; readonly what: string }

export async function writeDataset(
  table: Table,
  out: string,
  pace: Pace,
  of: DatasetOf,
): Promise<number> {
  return writeFolderAtomically(out, async (folder) => {
    await mkdir(join(folder, 'data'))
    const file = join(folder, 'data', 'train-00000-of-00001.parquet')
    const rows = await writeParquet(table, file, pace)
    await writeFile(join(folder, 'README.md'), datasetCard(table, of, rows))
    return rows
  })
}

export function datasetCard(table: Table, { run, what }: DatasetOf, rows: number): string {
  const columns = table.columns.map(
    ({ name, type, help }) => `| ${code(name)} | ${type} | ${help} |`,
  )
  return `---
pretty_name: ${JSON.stringify(`Kelvin ${what} of ${run.id}`)}
tags:
  - self-play
  - reinforcement-learning
  - code
configs:
  - config_name: default
    data_files:
      - split: train
        path: data/*.parquet
---

# ${what} of ${run.id}

${rows} ${what} of a self-play run, exported by Kelvin. The model proposed Python tasks, a sandbox validated them,
the same model solved them, and execution graded the answers.

Programs and texts were written by a model and nobody has checked them. Do not run the programs outside a sandbox.

| | |
|---|---|
| recipe | ${code(run.recipe)} (preset ${code(run.preset)}) |
| seed | ${run.seed} |
| model | ${code(run.model.path)}, SHA-256 ${code(run.model.sha256)} |
| prompts | ${code(run.promptVersion)} |
| steps | ${run.currentStep} |
| Python | ${code(run.pythonVersion)}, sandbox level ${run.sandboxLevel} |
| engine | ${code(run.engine)} on ${code(run.device)} |

| column | type | meaning |
|---|---|---|
${columns.join('\n')}
`
}

/** In a table cell, whatever the text holds. */
function code(text: string): string {
  return `\`${text.replaceAll(/[`|\r\n]/g, ' ')}\``
}
