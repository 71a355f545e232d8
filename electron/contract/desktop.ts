/**
 * What the preload script and the main process have in common: names of channels, where the page lives.
 * Everything else goes through the port that `connect` hands over (wire.ts).
 */
export const PAGE_SCHEME = 'app'
export const PAGE_HOST = 'workbench'
export const PAGE_URL = `${PAGE_SCHEME}://${PAGE_HOST}/`

/** The only channels there are. */
export const CHANNELS = {
  /** Asks for a port to the host; the answer says whether one is on its way. */
  connect: 'kelvin:connect',
  /** Brings it. */
  port: 'kelvin:port',
  /** Path of a dropped file or folder in, handle out. */
  dropped: 'kelvin:dropped',
} as const

/** The sandbox's hidden page: an origin of its own in a session of its own, and no channel but the one that brings a port. */
export const SANDBOX_HOST = 'sandbox'
export const SANDBOX_URL = `${PAGE_SCHEME}://${SANDBOX_HOST}/`
export const SANDBOX_PORT = 'kelvin:sandbox-port'

/** What a process of ours says to the main process about such a page, and what it is told: `{ type, id }`. */
export const PAGE_OPEN = 'open-sandbox-page'
export const PAGE_CLOSE = 'close-sandbox-page'
/** With a port, or with `why` there is none. */
export const PAGE_ANSWER = 'sandbox-page'

/** What holds for every page of ours, the workbench's and those of the sandbox. Items 2 to 4 and 6 of the checklist. */
export const SHUT_IN = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webviewTag: false,
  webSecurity: true,
  spellcheck: false,
} as const
