/**
 * What a run was started with, as one readable file in its folder: for people and scripts, never read back.
 * Not here: the history, which is what counts (store/).
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { NewRun } from '../store/runs.ts'
import { writeJsonFile } from './json-file.ts'
import { runDirectory } from './paths.ts'

export const RUN_FILE = 'run.json'

export function writeRunFile(home: string, run: Omit<NewRun, 'createdMs' | 'pid'>): void {
  const folder = runDirectory(home, run.id)
  mkdirSync(folder, { recursive: true })
  writeJsonFile(join(folder, RUN_FILE), run)
}
