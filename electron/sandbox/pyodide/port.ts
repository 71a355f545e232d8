/**
 * A hidden page that the desktop app's main process opens for this process, which then talks to it without main.
 * Knows no Electron: the line to the main process is an argument.
 * Not here: the window (electron/sandbox-window.ts).
 */
import * as v from 'valibot'
import { AppError } from '../../contract/errors.ts'
import { PAGE_ANSWER, PAGE_CLOSE, PAGE_OPEN } from '../../contract/desktop.ts'
import type { PageLine, PageSource } from './line.ts'

/** As much of Electron's MessagePortMain as is used. */
export type PagePort = {
  readonly postMessage: (message: unknown) => void
  readonly on: ((event: 'message', heard: (event: { readonly data: unknown }) => void) => unknown) &
    ((event: 'close', heard: () => void) => unknown)
  readonly start: () => void
  readonly close: () => void
}

type Told = { readonly data: unknown; readonly ports: readonly PagePort[] }

/** As much of Electron's ParentPort as is used. */
export type MainPort = {
  readonly postMessage: (message: unknown) => void
  readonly on: (event: 'message', heard: (told: Told) => void) => unknown
  readonly off: (event: 'message', heard: (told: Told) => void) => unknown
}

const Answer = v.object({ type: v.literal(PAGE_ANSWER), id: v.number(), why: v.string() })
const START_MS = 120_000
let lastId = 0

export function portSource(main: MainPort): PageSource {
  return async () => {
    const id = (lastId += 1)
    const port = await portOf(main, id)
    try {
      return await lineOver(port, () => main.postMessage({ type: PAGE_CLOSE, id }))
    } catch (cause) {
      main.postMessage({ type: PAGE_CLOSE, id })
      throw cause
    }
  }
}

function portOf(main: MainPort, id: number): Promise<PagePort> {
  const { promise, resolve, reject } = Promise.withResolvers<PagePort>()
  const heard = ({ data, ports }: Told): void => {
    const answer = v.safeParse(Answer, data)
    if (!answer.success || answer.output.id !== id) return
    main.off('message', heard)
    const [port] = ports
    if (port === undefined) reject(refused(answer.output.why))
    else resolve(port)
  }
  main.on('message', heard)
  main.postMessage({ type: PAGE_OPEN, id })
  return promise
}

/** The page speaks first, once it runs. A process that is not sandboxed never gets the port. */
async function lineOver(port: PagePort, close: () => void): Promise<PageLine> {
  const opened = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  let listener: (message: unknown) => void = () => opened.resolve()
  port.on('message', ({ data }) => listener(data))
  port.on('close', () => {
    opened.reject(refused('it closed the line'))
    gone.resolve()
  })
  port.start()
  const timer = setTimeout(() => opened.reject(refused('it does not answer')), START_MS)
  await opened.promise.finally(() => clearTimeout(timer))
  return {
    post: (message) => port.postMessage(message),
    listen: (heard) => (listener = heard),
    gone: gone.promise,
    close: async () => {
      close()
      port.close()
      gone.resolve()
    },
    confinement: { name: 'page process is sandboxed', pass: true, detail: 'by its own account' },
  }
}

function refused(why: string): AppError {
  return new AppError('sandbox', `hidden page: expected it to open, found that ${why}`)
}
