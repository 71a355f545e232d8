/**
 * `kelvin flags list|add|decide|agree|scan|try|judge|pause|import|export`: reviews of unsafe traces.
 */
import type { Command } from 'commander'
import type { Act } from './act.ts'
import { addAgree } from './flags-agree.ts'
import { addFlagsExport, addFlagsImport } from './flags-exchange.ts'
import { addJudge } from './flags-judge.ts'
import { addList } from './flags-list.ts'
import { addPause } from './flags-pause.ts'
import { addScan, addTry } from './flags-scan.ts'
import { addAdd, addDecide } from './flags-write.ts'

export function addFlags(program: Command, act: Act): void {
  const flags = program.command('flags').description('unsafe traces: suggest, flag, agree, decide')
  for (const add of [
    addList,
    addAdd,
    addDecide,
    addAgree,
    addScan,
    addTry,
    addJudge,
    addPause,
    addFlagsImport,
    addFlagsExport,
  ]) {
    add(flags, act)
  }
}
