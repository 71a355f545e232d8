/**
 * Runs everything.ts on the WebGPU provider, refusing any node that would fall back to the CPU, and prints the
 * outputs as JSON. A process of its own: the driver is chosen by environment, and a driver's fault ends the process.
 */
import { modelBytes } from '../../electron/graph/proto.ts'
import { everything } from './everything.ts'
import { readAll, SESSION_OPTIONS, tensorOf } from './harness.ts'

const { g, feeds } = everything('webgpu')
const { InferenceSession, Tensor } = await import('onnxruntime-node')
const session = await InferenceSession.create(modelBytes(g, 'everything'), {
  ...SESSION_OPTIONS,
  executionProviders: ['webgpu'],
  graphOptimizationLevel: 'basic',
  extra: { session: { disable_cpu_ep_fallback: '1' } },
})
const bound = Object.fromEntries(
  g.inputs.map((value) => [value.name, tensorOf(Tensor, value, feeds[value.name])]),
)
const results = await session.run(bound)
process.stdout.write(JSON.stringify(readAll(results)))
