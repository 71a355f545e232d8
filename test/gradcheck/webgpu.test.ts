import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Target } from '../../electron/graph/graph.ts'
import { everything } from './everything.ts'
import { relativeError, type Result, runGraph } from './harness.ts'

/** SwiftShader, a Vulkan driver in software, as browsers and Electron bring it along. */
const LIBRARIES = [
  process.env['KELVIN_SWIFTSHADER'] ?? '',
  '/usr/lib/chromium/libvk_swiftshader.so',
  '/usr/lib/chromium-browser/libvk_swiftshader.so',
  '/opt/google/chrome/libvk_swiftshader.so',
  join(import.meta.dirname, '../../node_modules/electron/dist/libvk_swiftshader.so'),
]
const library = LIBRARIES.find((path) => existsSync(path))

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

async function onWebGpu(path: string): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'kelvin-webgpu-'))
  try {
    const driver = join(folder, 'icd.json')
    const ICD = { library_path: path, api_version: '1.1.0' }
    await writeFile(driver, JSON.stringify({ file_format_version: '1.0.0', ICD }))
    const child = join(import.meta.dirname, 'webgpu-child.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [child], {
      maxBuffer: 2 ** 26,
      env: {
        ...process.env,
        VK_ICD_FILENAMES: driver,
        XDG_RUNTIME_DIR: folder,
        // Browsers bring the Vulkan loader along too.
        LD_LIBRARY_PATH: [process.env['LD_LIBRARY_PATH'], dirname(path)].filter(Boolean).join(':'),
      },
    })
    return JSON.parse(stdout)
  } finally {
    await rm(folder, { recursive: true })
  }
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
    if (library === undefined) {
      skip(
        'no SwiftShader here: install chromium or set KELVIN_SWIFTSHADER to libvk_swiftshader.so',
      )
      return
    }
    const found = await onWebGpu(library)
    // Measured: at most 8e-7.
    expect(disagreements(found, await onCpu('cpu'), 1e-5)).toEqual([])
  })
})
