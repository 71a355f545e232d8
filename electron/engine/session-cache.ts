/**
 * The sessions of one worker, by shape. Each owns an arena that keeps its peak, so their number bounds memory;
 * the one unused for longest goes first.
 */
import type { Graph } from '../graph/graph.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'

const MAX_SESSIONS = 16

export type SessionCache = (key: string, build: () => Graph) => Promise<Session>

export function sessionCache(options: SessionOptions, limit = MAX_SESSIONS): SessionCache {
  const sessions = new Map<string, Session>()
  return async (key, build) => {
    const known = sessions.get(key)
    if (known === undefined) await makeRoom(sessions, limit)
    const session = known ?? (await openSession(build(), key, options))
    sessions.delete(key)
    sessions.set(key, session)
    return session
  }
}

/** Before the new one is made: each may hold gigabytes. */
async function makeRoom(sessions: Map<string, Session>, limit: number): Promise<void> {
  const [oldest] = sessions
  if (sessions.size < limit || oldest === undefined) return
  sessions.delete(oldest[0])
  await oldest[1].release()
}
