/**
 * The graphics adapters of this machine as its own tools tell of them: WebGPU does not say how much memory one has.
 * Not here: what an adapter can compute (device-probe.ts).
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import type { AdapterReport as Adapter } from '../contract/workbench.ts'

const MIB = 2 ** 20
const WAIT_MS = 10_000

/** Best first: those that tell of their memory. Never throws: what is not there tells of nothing. */
export async function findAdapters(): Promise<Adapter[]> {
  const nvidia = parseNvidia(
    await said('nvidia-smi', [
      '--query-gpu=name,driver_version,memory.total,memory.free',
      '--format=csv,noheader,nounits',
    ]),
  )
  const others = await byPlatform()
  const known = nvidia.length > 0 ? others.filter(({ name }) => !/nvidia/i.test(name)) : others
  return [...nvidia, ...known].toSorted((a, b) => (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0))
}

async function byPlatform(): Promise<Adapter[]> {
  if (process.platform === 'linux') return drmAdapters('/sys/class/drm')
  if (process.platform === 'darwin') {
    return parseMac(await said('system_profiler', ['-json', 'SPDisplaysDataType']))
  }
  const ask = 'Get-CimInstance Win32_VideoController | Select Name,DriverVersion | ConvertTo-Json'
  return parseWindows(await said('powershell', ['-NoProfile', '-Command', ask]))
}

/** What a program prints; '' where it is missing, fails or hangs. */
export async function said(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: WAIT_MS })
    return stdout
  } catch {
    return ''
  }
}

/** Lines of nvidia-smi: name, driver, MiB in all, MiB free. */
export function parseNvidia(text: string): Adapter[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', driver = '', total, free] = line.split(',').map((part) => part.trim())
    if (name === '' || total === undefined) return []
    const bytes = (mib: string | undefined): number | null =>
      /^\d+$/.test(mib ?? '') ? Number(mib) * MIB : null
    return [{ name, driver, memoryBytes: bytes(total), freeBytes: bytes(free) }]
  })
}

const VENDORS: Readonly<Record<string, string>> = {
  '0x1002': 'AMD',
  '0x10de': 'NVIDIA',
  '0x8086': 'Intel',
  '0x106b': 'Apple',
  '0x1af4': 'virtio',
}

/** Adapters that the kernel lists under a folder like /sys/class/drm. */
export async function drmAdapters(folder: string): Promise<Adapter[]> {
  const names = await readdir(folder).catch(() => [])
  const cards = names.filter((name) => /^card\d+$/.test(name)).toSorted()
  return Promise.all(cards.map((card) => drmAdapter(join(folder, card, 'device'))))
}

async function drmAdapter(folder: string): Promise<Adapter> {
  const read = async (name: string): Promise<string> =>
    (await readFile(join(folder, name), 'utf8').catch(() => '')).trim()
  const number = async (name: string): Promise<number | null> => {
    const text = await read(name)
    return /^\d+$/.test(text) ? Number(text) : null
  }
  const vendor = await read('vendor')
  const [total, used] = [await number('mem_info_vram_total'), await number('mem_info_vram_used')]
  return {
    name: `${VENDORS[vendor] ?? vendor} ${await read('device')}`.trim(),
    driver: null,
    memoryBytes: total,
    freeBytes: total === null || used === null ? null : total - used,
  }
}

const Mac = v.object({
  SPDisplaysDataType: v.array(
    v.object({ sppci_model: v.string(), spdisplays_vram: v.optional(v.string()) }),
  ),
})

export function parseMac(text: string): Adapter[] {
  const found = v.safeParse(Mac, json(text))
  if (!found.success) return []
  return found.output.SPDisplaysDataType.map(({ sppci_model: name, spdisplays_vram: vram }) => {
    const gib = /^(\d+) GB$/.exec(vram ?? '')?.[1]
    return {
      name,
      driver: null,
      memoryBytes: gib === undefined ? null : Number(gib) * 1024 * MIB,
      freeBytes: null,
    }
  })
}

const WindowsAdapter = v.object({ Name: v.string(), DriverVersion: v.nullish(v.string()) })

/** One object or a list. Windows tells at most 4 GiB of memory, so nothing is taken from there. */
export function parseWindows(text: string): Adapter[] {
  const found = v.safeParse(v.union([v.array(WindowsAdapter), WindowsAdapter]), json(text))
  if (!found.success) return []
  return [found.output].flat().map(({ Name: name, DriverVersion: driver }) => ({
    name,
    driver: driver ?? null,
    memoryBytes: null,
    freeBytes: null,
  }))
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
