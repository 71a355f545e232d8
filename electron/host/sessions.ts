/**
 * Who may talk to a browser's host: one token, printed once, buys sessions; both are compared in constant time.
 * Not here: the requests that carry them (web-server.ts).
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export type Sessions = {
  readonly token: string
  /** null: not the token. */
  readonly exchange: (token: string) => string | null
  readonly isKnown: (session: string) => boolean
}

/** Tabs at a time: the oldest session ends first. */
const MAX_SESSIONS = 64

export function createSessions(random: (bytes: number) => Buffer = randomBytes): Sessions {
  const token = random(32).toString('base64url')
  const expected = digest(token)
  let sessions: Buffer[] = []
  return {
    token,
    exchange: (given) => {
      if (!timingSafeEqual(digest(given), expected)) return null
      const session = random(32).toString('base64url')
      sessions = [...sessions, digest(session)].slice(-MAX_SESSIONS)
      return session
    },
    isKnown: (given) => {
      const found = digest(given)
      return sessions.some((session) => timingSafeEqual(session, found))
    },
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
