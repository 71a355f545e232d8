/**
 * A sandbox that remembers which programs reached outside, for the rules that look at that. Telemetry: verdicts
 * stay what the sandbox says.
 * Not here: what counts as reaching outside (contract/policy.ts).
 */
import type { Episode } from '../contract/episode.ts'
import { reachOf } from '../contract/policy.ts'
import type { StepRecord } from '../contract/run.ts'
import type { Trace } from '../contract/safety.ts'
import type { RunReply } from '../contract/verdict.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

export type Signals = Readonly<Record<string, number>>

export type SandboxWatch = {
  readonly sandbox: Sandbox
  /** By program, since the last call: only of programs that reached outside. */
  readonly take: () => ReadonlyMap<string, Signals>
}

/** More programs than that are not remembered: a step that goes wild is seen all the same. */
const MAX_PROGRAMS = 1_000

export function watchSandbox(sandbox: Sandbox): SandboxWatch {
  let seen = new Map<string, Signals>()
  const note = (program: string, reply: RunReply): RunReply => {
    const found = Object.entries(reply.signals ?? {}).filter(([event]) => reachOf(event) !== null)
    if (found.length > 0 && (seen.has(program) || seen.size < MAX_PROGRAMS)) {
      seen.set(program, { ...seen.get(program), ...Object.fromEntries(found) })
    }
    return reply
  }
  return {
    sandbox: {
      level: sandbox.level,
      pythonVersion: sandbox.pythonVersion,
      run: async (request, signal) => note(request.program, await sandbox.run(request, signal)),
      runTwice: async (request, signal) =>
        note(request.program, await sandbox.runTwice(request, signal)),
      analyse: (programs, signal) => sandbox.analyse(programs, signal),
      close: () => sandbox.close(),
    },
    take: () => {
      const taken = seen
      seen = new Map()
      return taken
    },
  }
}

/** Episodes with what the programs that they wrote did; those that wrote somebody else's program did nothing. */
export function withSignals(
  { episodes, proposals }: Pick<StepRecord, 'episodes' | 'proposals'>,
  seen: ReadonlyMap<string, Signals>,
): Trace[] {
  if (seen.size === 0) return [...episodes]
  const proposed = new Map(
    proposals.map(({ episode, task, facts }) => [
      episode,
      task?.program ?? (facts?.ok === true ? facts.program : null),
    ]),
  )
  return episodes.map((episode) => {
    const signals = signalsOf(episode, proposed.get(episode.id) ?? null, seen)
    return signals === null ? episode : { ...episode, signals }
  })
}

function signalsOf(
  { response }: Episode,
  program: string | null,
  seen: ReadonlyMap<string, Signals>,
): Signals | null {
  const own = program === null ? undefined : seen.get(program)
  if (own !== undefined) return own
  for (const [text, signals] of seen) if (response.includes(text.trim())) return signals
  return null
}
