/**
 * The made-up steps that benchmarks use, under the names of tests.
 */
export {
  syntheticRun as fakeRun,
  syntheticStep as fakeStep,
} from '../../electron/host/synthetic-history.ts'
export type { StepSize } from '../../electron/host/synthetic-history.ts'
