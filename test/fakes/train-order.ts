/** An order as `kelvin train` without options makes it, but small. */
import type { TrainOrder } from '../../electron/contract/news.ts'

/** model: null is the embedded one. */
export function fakeOrder(
  home: string,
  model: string | null,
  changes: Partial<TrainOrder> = {},
): TrainOrder {
  return {
    home,
    recipe: 'azr',
    preset: 'nano',
    model,
    engine: 'local',
    device: 'cpu',
    steps: 3,
    minutes: null,
    seed: 7,
    settings: ['batch=2'],
    resume: null,
    fork: null,
    evaluate: false,
    acceptNoIsolation: false,
    ...changes,
  }
}
