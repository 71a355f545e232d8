/**
 * How busy the graphics cards are and how full their memory is, as their drivers tell: NVIDIA's own tool, or the files
 * of amdgpu. Others tell nothing without an administrator's rights.
 * Not here: which adapters there are (engine/adapters.ts).
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { said } from '../engine/adapters.ts'

/** Shares in [0, 1]. */
export type Card = { readonly busy: number; readonly memory: number }

/** The busiest card when it was last asked, which the next look does anew; nothing before the first answer. */
export type CardMeter = () => Readonly<Record<string, number>>

export function createCardMeter(ask: () => Promise<readonly Card[]>): CardMeter {
  let last: Readonly<Record<string, number>> = {}
  let asking = false
  const look = async () => {
    asking = true
    const [busiest] = (await ask()).toSorted((a, b) => b.busy - a.busy)
    last = busiest === undefined ? {} : { gpu: busiest.busy, gpuMemory: busiest.memory }
    asking = false
  }
  return () => {
    if (!asking) void look()
    return last
  }
}

/** Never throws: what is not there tells of nothing. */
export async function askCards(): Promise<readonly Card[]> {
  const query = '--query-gpu=utilization.gpu,memory.used,memory.total'
  const nvidia = parseNvidiaUse(await said('nvidia-smi', [query, '--format=csv,noheader,nounits']))
  return nvidia.length > 0 ? nvidia : await drmUse('/sys/class/drm')
}

/** Lines of percent, MiB used, MiB in all. */
export function parseNvidiaUse(text: string): Card[] {
  return text.split('\n').flatMap((line) => {
    const [percent, used, total] = line.split(',').map((part) => Number(part.trim() || Number.NaN))
    return cardOf(percent, used, total)
  })
}

/** Cards that the kernel lists under a folder like /sys/class/drm. */
export async function drmUse(folder: string): Promise<Card[]> {
  const names = await readdir(folder).catch(() => [])
  const cards = await Promise.all(
    names
      .filter((name) => /^card\d+$/.test(name))
      .map(async (card) => {
        const number = async (name: string) =>
          Number(await readFile(join(folder, card, 'device', name), 'utf8').catch(() => 'none'))
        return cardOf(
          await number('gpu_busy_percent'),
          await number('mem_info_vram_used'),
          await number('mem_info_vram_total'),
        )
      }),
  )
  return cards.flat()
}

function cardOf(percent = Number.NaN, used = Number.NaN, total = Number.NaN): Card[] {
  const card = { busy: percent / 100, memory: used / total }
  return Number.isFinite(card.busy) && Number.isFinite(card.memory) ? [card] : []
}
