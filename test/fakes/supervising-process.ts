/** A parent that supervises a waiting trainer until it is killed itself. Prints the trainer's news. */
import { superviseTraining } from '../../electron/host/supervisor.ts'
import { fakeOrder } from './train-order.ts'

await superviseTraining(fakeOrder(process.argv[2] ?? '', 'waits'), {
  signal: new AbortController().signal,
  onNews: (news) => process.stdout.write(`${JSON.stringify(news)}\n`),
  script: new URL('./trainer-process.ts', import.meta.url),
})
