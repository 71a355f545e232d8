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
