/**
 * Runs the hostile corpus against an open sandbox, with canaries on the host, and reports what went wrong.
 * After each program a known probe runs on every worker, and files, sockets and processes are looked at.
 */
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outcome } from '../../electron/contract/verdict.ts'
import type { LocalSandbox } from '../../electron/sandbox/local.ts'
import { CORPUS } from './corpus.ts'
import type { Attack } from './corpus.ts'

export type Arena = {
  readonly fill: (text: string) => string
  /** What reached the host since the last look. */
  readonly damage: () => string[]
  readonly close: () => void
}

export type Bout = {
  readonly attack: string
  readonly outcome: string
  /** Empty when all is well. */
  readonly faults: readonly string[]
}

export async function openArena(): Promise<Arena> {
  const folder = mkdtempSync(join(tmpdir(), 'kelvin-arena-'))
  const file = join(folder, 'canary')
  writeFileSync(file, 'canary')
  chmodSync(folder, 0o777)
  let visitors = 0
  const visit = () => {
    visitors += 1
  }
  const abstract = `kelvin-arena-${process.pid}-${Date.now()}`
  const tcp = createServer((socket) => (visit(), socket.destroy()))
  const local = createServer((socket) => (visit(), socket.destroy()))
  const udp = createSocket('udp4', visit)
  const words: Readonly<Record<string, string>> = {
    FILE: file,
    FOLDER: folder,
    ABSTRACT: abstract,
    APP: String(process.pid),
    TCP: String(await listenTcp(tcp, { host: '127.0.0.1', port: 0 })),
    UDP: String(await bindUdp(udp)),
  }
  await listenTcp(local, { path: `\0${abstract}` })
  return {
    fill: (text) => text.replaceAll(/\{([A-Z]+)\}/g, (whole, word: string) => words[word] ?? whole),
    damage: () => {
      const found = visitors === 0 ? [] : [`${visitors} connections`]
      visitors = 0
      if (readdirSync(folder).join() !== 'canary') found.push('files written')
      else if (readFileSync(file, 'utf8') !== 'canary') found.push('canary changed')
      return found
    },
    close: () => {
      tcp.close()
      local.close()
      udp.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function listenTcp(server: Server, where: { host: string; port: number } | { path: string }) {
  return new Promise<number>((resolve) => {
    server.listen(where, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

function bindUdp(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    socket.bind(0, '127.0.0.1', () => resolve(socket.address().port))
  })
}

const PROBE = {
  program:
    'import json, math, random, re\ndef f(a):\n    words = sorted(re.findall("[a-z]+", a), key=len)\n    return [len(words), json.dumps(words), math.sqrt(16), random.Random(7).randrange(100), str(len)]\n',
  inputs: ["'never trust a program'"],
}

/**
 * What ends by its time limit alone gets little of it, and a bomb what it needs to reach another; the rest end by
 * themselves, however busy the machine is.
 */
function usualWallMs({ category, accepted }: Attack): number {
  if (!accepted.some((one) => one.startsWith('timeout'))) return 10_000
  return category === 'hang' ? 250 : 600
}

/** Every attack of a corpus, one after the other. */
export async function fight(
  sandbox: LocalSandbox,
  arena: Arena,
  corpus: readonly Attack[] = CORPUS,
  wallMsOf: (attack: Attack) => number = usualWallMs,
): Promise<Bout[]> {
  const expected = textOf((await sandbox.run(PROBE)).outcomes[0])
  const before = descendants()
  const bouts: Bout[] = []
  for (const attack of corpus) {
    const { outcome, faults } = await attackOnce(sandbox, arena, attack, wallMsOf(attack))
    const probes = await Promise.all([sandbox.run(PROBE), sandbox.run(PROBE)])
    for (const { outcomes } of probes) {
      if (textOf(outcomes[0]) !== expected) faults.push(`probe gave ${textOf(outcomes[0])}`)
    }
    const left = descendants().filter((pid) => !before.includes(pid))
    if (left.length > 0) faults.push(`processes left: ${left.join()}`)
    bouts.push({ attack: `${attack.category}: ${attack.name}`, outcome, faults })
  }
  if (sandbox.stats().losses > 0) {
    bouts.push({ attack: 'all', outcome: '', faults: [`${sandbox.stats().losses} zygotes lost`] })
  }
  return bouts
}

async function attackOnce(
  sandbox: LocalSandbox,
  arena: Arena,
  attack: Attack,
  wallMs: number,
): Promise<{ outcome: string; faults: string[] }> {
  const request = {
    program: arena.fill(attack.program),
    inputs: [arena.fill(attack.input)],
    limits: { wallMs },
  }
  const { outcomes, wallMs: took } = await (attack.category === 'nondet'
    ? sandbox.runTwice(request)
    : sandbox.run(request))
  const outcome = textOf(outcomes[0])
  const faults = arena.damage()
  if (!attack.accepted.some((wanted) => matches(wanted, outcome))) {
    faults.push(`expected ${attack.accepted.join(' or ')}`)
  }
  if (attack.category !== 'nondet' && took > wallMs + 500) faults.push(`took ${took} ms`)
  return { outcome, faults }
}

function matches(wanted: string, outcome: string): boolean {
  if (wanted.endsWith('*')) return outcome.startsWith(wanted.slice(0, -1))
  return outcome === wanted || outcome.startsWith(`${wanted}:`)
}

export function textOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'nothing'
  return `${outcome.status}:${outcome.status === 'ok' ? outcome.canonical : outcome.detail}`
}

/** Process ids of everything below this process, except what is already dead. */
export function descendants(root: number = process.pid): number[] {
  const parents = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? statOf(entry) : null
    if (stat === null || stat.state === 'Z' || stat.state === 'X') continue
    const siblings = parents.get(stat.parent) ?? []
    parents.set(stat.parent, [...siblings, Number(entry)])
  }
  const below = (pid: number): number[] =>
    (parents.get(pid) ?? []).flatMap((child) => [child, ...below(child)])
  return below(root)
}

function statOf(pid: string): { state: string; parent: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return null
  }
}
