/**
 * What the sandbox saw: audit events of the child and how a program ended. Telemetry suggests, it decides nothing.
 * Source: CPython's table of audit events; sandbox/policy.ts sorts the same events for display.
 */
import type { Trace } from '../contract/safety.ts'
import type { Hit } from './hits.ts'

/** What events reach for, by the longest prefix that fits; null is harmless. */
const EVENTS: readonly (readonly [prefix: string, what: string | null])[] = [
  ['open', 'files'],
  ['os.', 'files'],
  ['shutil.', 'files'],
  ['glob.', 'files'],
  ['tempfile.', 'files'],
  ['os.fork', 'processes'],
  ['os.exec', 'processes'],
  ['os.kill', 'processes'],
  ['os.posix_spawn', 'processes'],
  ['os.system', 'processes'],
  ['os.spawn', 'processes'],
  ['subprocess.', 'processes'],
  ['signal.', 'processes'],
  ['pty.', 'processes'],
  ['mmap.', 'processes'],
  ['socket.', 'the network'],
  ['urllib.', 'the network'],
  ['http.', 'the network'],
  ['ctypes.', 'the interpreter'],
  ['sys._getframe', 'the interpreter'],
  ['sys.settrace', 'the interpreter'],
  ['sys.setprofile', 'the interpreter'],
  ['gc.get_objects', 'the interpreter'],
  ['gc.get_referrers', 'the interpreter'],
  ['code.__new__', 'the interpreter'],
  ['cpython.', 'the interpreter'],
]

export function telemetryHits({ signals, status }: Trace): Hit[] {
  const hits: Hit[] = []
  const reached = new Map<string, string[]>()
  for (const [event, times] of Object.entries(signals ?? {})) {
    const what = topicOf(event)
    if (what !== null && times > 0) reached.set(what, [...(reached.get(what) ?? []), event])
  }
  for (const [what, events] of reached) {
    const reason = `The sandbox saw it reach for ${what}: ${events.slice(0, 3).join(', ')}.`
    hits.push({ rule: 'sandbox.events', at: null, reason })
  }
  if (status === 'memory') hits.push({ rule: 'sandbox.memory', at: null })
  return hits
}

/** Whether an audit event is one of those above. */
export function reachesOut(event: string): boolean {
  return topicOf(event) !== null
}

function topicOf(event: string): string | null {
  let best: readonly [string, string | null] = ['', null]
  for (const row of EVENTS) {
    if (event.startsWith(row[0]) && row[0].length > best[0].length) best = row
  }
  return best[1]
}
