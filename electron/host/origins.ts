/**
 * Which addresses of a browser's host are its own. Names, not ports: an SSH tunnel ends at another port.
 * The check of Host keeps out pages that a foreign name resolves to this machine (DNS rebinding); the check of
 * Origin keeps out pages of other ports and hosts.
 */
import { isIP } from 'node:net'

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

export type Origins = {
  readonly isOwnHost: (host: string | undefined) => boolean
  /** Of the same name and port as the request itself. */
  readonly isOwnOrigin: (origin: string | undefined, host: string | undefined) => boolean
}

/** names: how else this machine may be called, where it listens beyond loopback. */
export function createOrigins(names: readonly string[]): Origins {
  const own = new Set([...LOOPBACK, ...names.map(hostName)])
  const isOwnHost = (host: string | undefined): boolean => {
    const url = `http://${host ?? ''}/`
    if (host === undefined || !URL.canParse(url)) return false
    const parsed = new URL(url)
    // Nothing but name and port: no credentials, no path.
    return (
      parsed.host !== '' && parsed.href === `http://${parsed.host}/` && own.has(parsed.hostname)
    )
  }
  return {
    isOwnHost,
    isOwnOrigin: (origin, host) =>
      isOwnHost(host) && origin !== undefined && origin === `http://${host ?? ''}`,
  }
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(hostName(host)) || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** As it stands in an address. */
export function hostName(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host.toLowerCase()
}
