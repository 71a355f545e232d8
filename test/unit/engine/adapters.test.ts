/** What tools of the platforms print, read as adapters. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  drmAdapters,
  parseMac,
  parseNvidia,
  parseWindows,
} from '../../../electron/engine/adapters.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

const GIB = 2 ** 30

describe('adapters', () => {
  test('of nvidia-smi, one a line', () => {
    const text =
      'NVIDIA GeForce RTX 4090, 570.124.06, 24564, 23004\nTesla T4, 535.1, [N/A], [N/A]\n'
    expect(parseNvidia(text)).toEqual([
      {
        name: 'NVIDIA GeForce RTX 4090',
        driver: '570.124.06',
        memoryBytes: 24_564 * 2 ** 20,
        freeBytes: 23_004 * 2 ** 20,
      },
      { name: 'Tesla T4', driver: '535.1', memoryBytes: null, freeBytes: null },
    ])
    expect(parseNvidia('')).toEqual([])
    expect(parseNvidia('NVIDIA-SMI has failed because it could not reach the driver.')).toEqual([])
  })

  test('of the kernel: cards, not their connectors', async () => {
    const folder = temporaryFolder()
    const put = (card: string, files: Readonly<Record<string, string>>): void => {
      mkdirSync(join(folder, card, 'device'), { recursive: true })
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(join(folder, card, 'device', name), `${text}\n`)
      }
    }
    put('card0', { vendor: '0x1002', device: '0x744c', mem_info_vram_total: String(24 * GIB) })
    put('card0-DP-1', { vendor: '0x1002' })
    put('card1', { vendor: '0x8086', device: '0x9a49' })
    writeFileSync(join(folder, 'card0', 'device', 'mem_info_vram_used'), String(GIB))
    expect(await drmAdapters(folder)).toEqual([
      { name: 'AMD 0x744c', driver: null, memoryBytes: 24 * GIB, freeBytes: 23 * GIB },
      { name: 'Intel 0x9a49', driver: null, memoryBytes: null, freeBytes: null },
    ])
    expect(await drmAdapters(join(folder, 'nothing'))).toEqual([])
  })

  test('of macOS and Windows', () => {
    const mac = JSON.stringify({
      SPDisplaysDataType: [
        { sppci_model: 'Apple M3 Max' },
        { sppci_model: 'AMD Radeon Pro 5500M', spdisplays_vram: '8 GB' },
      ],
    })
    expect(parseMac(mac).map(({ name, memoryBytes }) => [name, memoryBytes])).toEqual([
      ['Apple M3 Max', null],
      ['AMD Radeon Pro 5500M', 8 * GIB],
    ])
    const one = { Name: 'Intel(R) Arc(TM) A770', DriverVersion: '31.0.101' }
    const arc = { name: one.Name, driver: '31.0.101', memoryBytes: null, freeBytes: null }
    expect(parseWindows(JSON.stringify(one))).toEqual([arc])
    expect(parseWindows(JSON.stringify([one, one]))).toEqual([arc, arc])
  })

  test.each(['', 'not json', '{}', '[]', '{"SPDisplaysDataType": 3}', 'null'])(
    'of nonsense there are none: %j',
    (text) => {
      expect([...parseMac(text), ...parseWindows(text)]).toEqual([])
    },
  )
})
