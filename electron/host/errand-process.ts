/**
 * The process of one errand. Not here: what it is told and tells (errand-line.ts), the work.
 */
import { probeDevices } from '../engine/device-probe.ts'
import type { ErrandNews } from './errand.ts'
import { serveErrand } from './errand-line.ts'
import { runEval } from './evaluate.ts'
import { judgeWithModel } from './judge.ts'
import { sampleText } from './sample.ts'
import { processLine } from './trainer-line.ts'

serveErrand(
  { evaluate: runEval, sample: sampleText, judge: judgeWithModel, probe: probeDevices },
  processLine<ErrandNews>(),
)
