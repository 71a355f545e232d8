/**
 * Whether the browser's own sandbox is around the processes that show pages: seen on Linux, known elsewhere.
 */
import { readFile, readdir } from 'node:fs/promises'
import type { SelfTestRow } from '../level.ts'

const NAME = 'page process is sandboxed'
/** SECCOMP_MODE_FILTER of proc_pid_status(5). */
const FILTERED = '2'

/** Elsewhere than on Linux there is nothing to look at: a browser refuses to start where it cannot have its sandbox. */
export async function confinementOf(browser: number | undefined): Promise<SelfTestRow> {
  if (process.platform !== 'linux') return { name: NAME, pass: true, detail: 'not asked otherwise' }
  const renderers = browser === undefined ? [] : await renderersBelow(browser)
  const open = renderers.filter(({ seccomp }) => seccomp !== FILTERED)
  const detail = `seccomp in ${renderers.length - open.length} of ${renderers.length} processes`
  return { name: NAME, pass: renderers.length > 0 && open.length === 0, detail }
}

type Seen = {
  readonly pid: number
  readonly parent: number
  readonly seccomp: string
  readonly renders: boolean
}

async function renderersBelow(browser: number): Promise<Seen[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const all = (await Promise.all(pids.map(look))).filter((one) => one !== null)
  const below = (pid: number): Seen[] =>
    all.filter(({ parent }) => parent === pid).flatMap((one) => [one, ...below(one.pid)])
  return below(browser).filter(({ renders }) => renders)
}

async function look(pid: string): Promise<Seen | null> {
  try {
    const [status, line] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ])
    const field = (name: string) => new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? ''
    return {
      pid: Number(pid),
      parent: Number(field('PPid')),
      seccomp: field('Seccomp'),
      renders: line.includes('--type=renderer'),
    }
  } catch {
    // It has ended meanwhile.
    return null
  }
}
