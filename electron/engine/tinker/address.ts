/**
 * Where a server is: encrypted, or on this machine, or allowed by name; without keys, queries or fragments.
 */
import { isIP } from 'node:net'
import { AppError } from '../../contract/errors.ts'

/** The prefix of every call, ending with a slash. Throws AppError('usage'); what may be a secret is never quoted. */
export function baseAddress(url: string, allowHttp: boolean): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) {
    throw new AppError('usage', 'engine: expected local or an address that begins with https://')
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new AppError('usage', `engine ${parsed.host}: expected no password in the address`)
  }
  if (parsed.search !== '' || parsed.hash !== '') {
    throw new AppError('usage', `engine ${parsed.host}: expected an address without ? and #`)
  }
  if (parsed.protocol === 'http:' && !allowHttp && !isLoopback(parsed.hostname)) {
    throw new AppError(
      'usage',
      `engine ${parsed.host}: expected https, since anyone on the way could read and change what http carries; tunnel it (ssh -L) or accept that with --allow-http or in the settings`,
    )
  }
  const path = parsed.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '')
  return new URL(`${path}/api/v1/`, parsed.origin)
}

/** Whether a key may go there. */
export const isPrivate = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || isLoopback(hostname)

function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true
  return isIP(hostname) === 4 && hostname.startsWith('127.')
}
