/**
 * What is worth a notice, in the app and by the desktop, unless the user has switched its kind off.
 * Not here: the runs that it is about (live-runs.ts), showing it (the page, main.ts).
 */
import type { Notice, NoticeKind } from '../contract/notices.ts'
import type { Settings } from '../contract/settings.ts'
import type { Desk } from './desk.ts'
import { createRing, firstSeq } from './ring.ts'
import type { Ring } from './ring.ts'

export type Notices = {
  readonly kept: Ring<Notice>
  readonly tell: (kind: NoticeKind, run: string | null, text: string) => void
}

export type NoticeOptions = {
  readonly now: () => number
  readonly desk: Desk | null
  readonly settings: () => Settings
}

const KEPT = 100

const SWITCHES = {
  done: 'notifyDone',
  crash: 'notifyCrash',
  alarm: 'notifyWarning',
  disk: 'notifyDisk',
  flag: 'notifyFlag',
} as const satisfies Readonly<Record<NoticeKind, keyof Settings>>

const TITLES: Readonly<Record<NoticeKind, string>> = {
  done: 'A run is done',
  crash: 'A run stopped',
  alarm: 'A run warns',
  disk: 'The disk is nearly full',
  flag: 'A trace to look at',
}

export function createNotices({ now, desk, settings }: NoticeOptions): Notices {
  const kept = createRing<Notice>(KEPT, firstSeq(now()))
  return {
    kept,
    tell: (kind, run, text) => {
      if (!settings()[SWITCHES[kind]]) return
      kept.add((seq) => ({ seq, atMs: now(), kind, run, text }))
      desk?.notify(TITLES[kind], [run, text].filter((part) => part !== null).join(': '))
    },
  }
}

/** Bytes of the disk below which it is told. */
export const LOW_DISK = 5e9

export type DiskWatch = {
  readonly notices: Pick<Notices, 'tell'>
  /** null: the file system does not tell. */
  readonly freeBytes: () => Promise<number | null>
}

/** To be called now and then while something is written; told once until there is room again. */
export function createDiskWatch({ notices, freeBytes }: DiskWatch): () => Promise<void> {
  let isLow = false
  return async () => {
    const free = await freeBytes()
    if (free === null) return
    const text = `${(free / 1e9).toFixed(1)} GB are left for runs and checkpoints`
    if (free < LOW_DISK && !isLow) notices.tell('disk', null, text)
    isLow = free < LOW_DISK
  }
}
