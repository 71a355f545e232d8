/**
 * What only a desktop can do for the host: dialogs, notices, the file manager. A browser has none of it.
 * Not here: doing it (main.ts).
 */
import { AppError } from '../contract/errors.ts'
import type { PICK_PURPOSES } from '../contract/inputs.ts'

export type PickPurpose = (typeof PICK_PURPOSES)[number]

export type Desk = {
  /** A path, or null when the dialog was cancelled. */
  readonly pick: (purpose: PickPurpose, suggested: string | null) => Promise<string | null>
  readonly reveal: (path: string) => Promise<void>
  /** The address has been checked; the user is asked. */
  readonly openLink: (url: string) => Promise<void>
  readonly notify: (title: string, body: string) => void
  /** Whether programs may run without any isolation. */
  readonly acceptNoIsolation: () => Promise<boolean>
}

/** Hosts of pages that the app itself points to. */
const LINK_HOSTS: ReadonlySet<string> = new Set([
  'github.com',
  'huggingface.co',
  'arxiv.org',
  'www.electronjs.org',
  'onnxruntime.ai',
])

/** The address as it may be opened: https at a host of the list, without credentials or a port. */
export function checkedLink(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const isFine =
    url?.protocol === 'https:' &&
    LINK_HOSTS.has(url.hostname) &&
    url.port === '' &&
    url.username === '' &&
    url.password === ''
  if (url !== null && isFine) return url.href
  const hosts = [...LINK_HOSTS].join(', ')
  throw new AppError('usage', `link: expected https at one of ${hosts}, found ${text.slice(0, 80)}`)
}
