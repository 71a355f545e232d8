/**
 * A checkpoint's model as a Hugging Face folder with a model card. Adapters are merged, and lie beside for PEFT.
 * Not here: other formats.
 */
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunRow } from '../contract/history.ts'
import type { LineageMark } from '../contract/safety.ts'
import { openCheckpoint, writeMerged } from '../model/checkpoint.ts'
import { parameterCount } from '../model/tensors.ts'
import { writeFolderAtomically } from './export/atomic.ts'
import { findCheckpoint, modelOf } from './checkpoints.ts'
import { requireOwnWeights } from './open-engine.ts'
import { fromHomePath } from './paths.ts'
import { readLineageMarks } from './quarantine.ts'
import { readRun } from '../store/runs.ts'
import type { Store } from '../store/store.ts'

/** mark: what its weights saw; null: not known. */
export type Exportable = {
  readonly folder: string
  readonly run: RunRow
  readonly step: number
  readonly mark: LineageMark | null
}

/** step null: the latest checkpoint. */
export function exportable(
  store: Store,
  home: string,
  id: string,
  step: number | null,
): Exportable {
  const found = findCheckpoint(store, id, step)
  const marks = readLineageMarks(store, id)
  return {
    folder: modelOf(fromHomePath(home, found.path)),
    run: readRun(store, id),
    step: found.step,
    mark: marks.find((one) => one.step === found.step) ?? null,
  }
}

/** out: a new or empty folder. Throws AppError('checkpoint') where the model is not whole. */
export async function exportModel(
  { folder, run, step, mark }: Exportable,
  out: string,
): Promise<void> {
  await requireOwnWeights(folder)
  const { config, adapter } = await openCheckpoint(folder)
  await writeFolderAtomically(out, async (part) => {
    if (adapter === null) await copyFiles(folder, part)
    else {
      await writeMerged(part, folder, { dtype: config.dtype, tokenizerFrom: folder })
      await copyFiles(folder, join(part, ADAPTER_FOLDER))
    }
    await writeFile(join(part, 'README.md'), cardOf(run, step, parameterCount(config), mark))
  })
}

const ADAPTER_FOLDER = 'adapter'

async function copyFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.isFile()) await copyFile(join(from, entry.name), join(to, entry.name))
  }
}

/** Facts of the history only: nothing that a model wrote gets in here. */
function cardOf(run: RunRow, step: number, parameters: number, mark: LineageMark | null): string {
  const lines = [
    '---',
    'library_name: transformers',
    'pipeline_tag: text-generation',
    'tags: [self-play, kelvin]',
    '---',
    '',
    `# ${run.id}, step ${step}`,
    '',
    `Trained by self-play with Kelvin: recipe ${run.recipe}, preset ${run.preset}, seed ${run.seed}.`,
    '',
    '| | |',
    '|---|---|',
    `| parameters | ${parameters} |`,
    `| steps | ${step} |`,
    `| starting weights (SHA-256) | ${run.model.sha256} |`,
    `| prompts | ${run.promptVersion} |`,
    ...(mark === null || mark.flaggedTrained === 0
      ? []
      : [
          `| trained on flagged traces | ${mark.flaggedTrained}, severity up to ${mark.worstSeverity} |`,
        ]),
    '',
    'The settings of the run:',
    '',
    '```json',
    JSON.stringify(run.config, null, 2),
    '```',
    '',
  ]
  return lines.join('\n')
}
