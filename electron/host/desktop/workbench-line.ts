/**
 * The host in a process of its own under Electron: windows come as ports, what only the main process can do is
 * asked of it. Queries, exports and the sandbox never touch the thread that draws windows.
 * Not here: the host itself (host.ts), the other end of this line (keeper.ts).
 */
import * as v from 'valibot'
import { AppError, messageOf } from '../../contract/errors.ts'
import type { Desk } from '../desk.ts'
import { openHost } from '../host.ts'
import type { Host, HostOptions } from '../host.ts'
import { superviseTraining } from '../supervisor.ts'
import { stackOf } from '../trainer-line.ts'
import { createChildren } from './children.ts'
import type { Children } from './children.ts'
import { ToWorkbench } from './messages.ts'
import type { Activity, Ask, FromWorkbench } from './messages.ts'

/** A port to a window. */
export type WindowPort = {
  readonly postMessage: (message: unknown) => void
  readonly on: ((event: 'message', heard: (event: { readonly data: unknown }) => void) => unknown) &
    ((event: 'close', heard: () => void) => unknown)
  readonly start: () => void
  readonly close: () => void
}

/** The line to the main process. */
export type MainLine = {
  readonly send: (message: FromWorkbench) => void
  readonly on: (heard: (message: unknown, ports: readonly WindowPort[]) => void) => void
  readonly exit: (code: number) => void
}

export type OpenHost = (options: HostOptions) => Promise<Host>

const FAILED_EXIT = 71

export function serveWorkbench(line: MainLine, open: OpenHost = openHost): void {
  const children = createChildren(line.send)
  const desk = remoteDesk(line.send)
  /** null inside: it could not be opened, and this process is about to end. */
  let opening: Promise<Host | null> | null = null
  line.on((given, ports) => {
    const parsed = v.safeParse(ToWorkbench, given)
    if (!parsed.success) return
    const message = parsed.output
    if (message.type === 'answer') return desk.answered(message.id, message.value)
    if (message.type === 'refusal') return desk.refused(message.id, message.message)
    if (message.type === 'said' || message.type === 'output' || message.type === 'ended') {
      return children.heard(message)
    }
    if (message.type === 'open') {
      opening ??= openFor(message, line, { open, desk: desk.desk, children })
    } else if (opening !== null) {
      void opening.then((host) => host && obey(message, ports, host, line))
    }
  })
}

type Parts = { readonly open: OpenHost; readonly desk: Desk; readonly children: Children }

async function openFor(
  { home, version, reason }: ToWorkbench & { readonly type: 'open' },
  line: MainLine,
  { open, desk, children }: Parts,
): Promise<Host | null> {
  try {
    const host = await open({
      home,
      info: { version, mode: 'desktop', reason },
      desk,
      supervise: (order, options) =>
        superviseTraining(order, { ...options, launch: () => children.launch('trainer') }),
      launchErrand: () => children.launch('errand'),
    })
    host.live.changes.listen(() => {
      line.send({ type: 'activity', activity: activityOf(host) })
    })
    line.send({ type: 'ready' })
    return host
  } catch (cause) {
    process.stderr.write(`${stackOf(cause)}\n`)
    line.send({ type: 'failed', message: messageOf(cause) })
    line.exit(FAILED_EXIT)
    return null
  }
}

async function obey(
  message: ToWorkbench,
  ports: readonly WindowPort[],
  host: Host,
  line: MainLine,
): Promise<void> {
  if (message.type === 'connect') {
    const [port] = ports
    if (port !== undefined) joinPort(port, host)
  } else if (message.type === 'grant') {
    line.send({ type: 'granted', id: message.id, ...host.bench.handles.grant(message.path) })
  } else if (message.type === 'close') {
    await host.close()
    line.send({ type: 'closed' })
    line.exit(0)
  }
}

/** Where the protocol is broken the port is closed, and the window sees a lost connection. */
function joinPort(port: WindowPort, host: Host): void {
  const connection = host.connect((reply) => port.postMessage(reply))
  port.on('message', ({ data }) => {
    if (connection.receive(data)) return
    connection.close()
    port.close()
  })
  port.on('close', () => connection.close())
  port.start()
}

function activityOf({ live }: Host): Activity {
  const all = live.all()
  const shares = all.flatMap(({ last }) => (last === null ? [] : [last.step / last.steps]))
  return { training: all.length, share: shares.length === 0 ? null : Math.min(...shares) }
}

function remoteDesk(send: (message: FromWorkbench) => void) {
  type Waiting = PromiseWithResolvers<unknown>
  const waiting = new Map<number, Waiting>()
  let last = 0
  const ask = async <Schema extends v.GenericSchema>(
    question: Ask,
    schema: Schema,
  ): Promise<v.InferOutput<Schema>> => {
    last += 1
    const answer = Promise.withResolvers<unknown>()
    waiting.set(last, answer)
    send({ type: 'ask', id: last, ask: question })
    return v.parse(schema, await answer.promise)
  }
  const taken = (id: number): Waiting | undefined => {
    const found = waiting.get(id)
    waiting.delete(id)
    return found
  }
  const desk: Desk = {
    pick: (purpose, suggested) => ask({ name: 'pick', purpose, suggested }, v.nullable(v.string())),
    reveal: async (path) => void (await ask({ name: 'reveal', path }, v.unknown())),
    openLink: async (url) => void (await ask({ name: 'openLink', url }, v.unknown())),
    notify: (title, body) => void ask({ name: 'notify', title, body }, v.unknown()),
    acceptNoIsolation: () => ask({ name: 'acceptNoIsolation' }, v.boolean()),
  }
  return {
    desk,
    answered: (id: number, value: unknown) => taken(id)?.resolve(value),
    refused: (id: number, message: string) => taken(id)?.reject(new AppError('usage', message)),
  }
}
