/** Writes one whole step, then stops in the middle of the next one's transaction and waits to be killed. */
import { startRun } from '../../../electron/host/recorder.ts'
import { insertProposals } from '../../../electron/store/tasks.ts'
import { insertStep } from '../../../electron/store/steps.ts'
import { openStore } from '../../../electron/store/open.ts'
import { fakeRun, fakeStep } from '../../fakes/history.ts'

const SIZE = { proposals: 20, attempts: 2 }
const store = await openStore(process.argv[2] ?? '')
// So small a cache that the unfinished step reaches the file before it ends.
store.pragma('cache_size = 1')
startRun(store, fakeRun('a'), { now: () => 1, pid: process.pid }).step(fakeStep(1, SIZE))
store.transaction('half a step', () => {
  const step = fakeStep(2, { proposals: 500, attempts: 0 })
  insertStep(store, 1, step, 2)
  insertProposals(store, 1, step)
  process.stdout.write('in the middle\n')
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})
