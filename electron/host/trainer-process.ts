/**
 * The process that trains: a crash of the runtime or of a GPU driver takes this one down and no other.
 * Not here: what it is told and tells (trainer-line.ts), the training (train.ts).
 */
import { runTraining } from './train.ts'
import { processLine, serveTrainer } from './trainer-line.ts'

serveTrainer(runTraining, processLine())
