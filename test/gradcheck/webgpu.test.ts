import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Target } from '../../electron/graph/graph.ts'
import { NO_SOFTWARE_GPU, runOnGpu, softwareGpu } from '../fakes/software-gpu.ts'
import { everything } from './everything.ts'
import { relativeError, type Result, runGraph } from './harness.ts'

/** What WebGPU has no kernel for, or where its kernel is wrong (SimplifiedLayerNormalization's second output). */
const FORBIDDEN = [
  'FusedMatMul',
  'SimplifiedLayerNormalization',
  'LogSoftmax',
  'OneHot',
  'Or',
  'Loop',
]

type Results = Readonly<Record<string, Result>>

async function onCpu(target: Target): Promise<Results> {
  const { g, feeds } = everything(target)
  return runGraph(g, feeds, 'basic')
}

/** Largest relative error of the outputs of each row that is above the tolerance. */
function disagreements(found: Results, expected: Results, tolerance: number): string[] {
  const { rows } = everything('webgpu')
  const names = Object.keys(expected)
  expect(Object.keys(found).toSorted()).toEqual(names.toSorted())
  return names.flatMap((name) => {
    const error = relativeError(found[name]?.numbers ?? [], expected[name]?.numbers ?? [])
    const row = rows.get(`${name.replace('d ', '').split('.')[0]}.`)
    return error < tolerance ? [] : [`${row}, ${name}: ${error}`]
  })
}

async function onWebGpu(driver: string): Promise<Results> {
  return JSON.parse(await runOnGpu(driver, join(import.meta.dirname, 'webgpu-child.ts')))
}

describe('the webgpu lowering', () => {
  it('has no op that WebGPU lacks', () => {
    const { g } = everything('webgpu')
    const ops = new Set(g.nodes.map((node) => node.op))
    expect(FORBIDDEN.filter((op) => ops.has(op))).toEqual([])
  })

  it('computes nothing in int64', () => {
    const { g } = everything('webgpu')
    const produced = g.nodes.filter((node) => node.outputs.some(({ dtype }) => dtype === 'int64'))
    expect(produced.map((node) => node.op)).toEqual([])
  })

  it('leaves out only rows that need 64-bit floats or int64 Reshape', () => {
    expect(everything('webgpu').left).toEqual([
      'Gather: a row twice',
      'Gather: indices of two axes',
      'Gather: rows of several axes',
      'Gather: of a vector',
      'ScatterND: a row twice',
      'ScatterND: indices of two axes',
      'Cast: float32 to float64 and back',
    ])
  })

  it('uses the fused ops in the cpu lowering', () => {
    const ops = new Set(everything('cpu').g.nodes.map((node) => node.op))
    expect(
      ['FusedMatMul', 'SimplifiedLayerNormalization', 'LogSoftmax'].filter((op) => !ops.has(op)),
    ).toEqual([])
  })

  it('equals the cpu lowering on the CPU provider', async () => {
    expect(disagreements(await onCpu('webgpu'), await onCpu('cpu'), 1e-6)).toEqual([])
  })

  it('runs whole on the WebGPU provider and equals the cpu lowering', async ({ skip }) => {
    if (softwareGpu === null) {
      skip(NO_SOFTWARE_GPU)
      return
    }
    const found = await onWebGpu(softwareGpu)
    // Measured: at most 8e-7.
    expect(disagreements(found, await onCpu('cpu'), 1e-5)).toEqual([])
  }, 300_000)
})
