/** node webgpu-child.ts MODEL HOME: deviceRun on WebGPU, of all weights and of adapters, and draws, printed as JSON. */
import { join } from 'node:path'
import { drawsOnDevice } from '../fakes/device-draws.ts'
import { deviceRun } from '../fakes/device-run.ts'

const [model = '', home = ''] = process.argv.slice(2)
const full = await deviceRun('webgpu', model, join(home, 'full'), false)
const lora = await deviceRun('webgpu', model, join(home, 'lora'), true)
process.stdout.write(JSON.stringify({ full, lora, draws: await drawsOnDevice() }))
