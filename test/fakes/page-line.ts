/**
 * A hidden page by hand: it answers as resources/pyodide/page.js does, and a test says when it hangs, lies or goes.
 * `ok` runs, `hang` never answers, `crash` takes the page away, `garbage` breaks the protocol, `stranger` answers a
 * request that nobody made, `lose` loses the worker.
 */
import type { PageLine, ToPage } from '../../electron/sandbox/pyodide/line.ts'

const CANARIES = {
  rows: [['read a file', true, 'PermissionError']],
  python: '3.14.2',
  modules: ['math'],
}

export type FakePage = {
  readonly line: PageLine
  readonly heard: ToPage[]
  readonly crash: () => void
  readonly isClosed: () => boolean
}

export type FakePageOptions = {
  /** What workers have that they should not. */
  readonly left?: readonly string[]
  readonly sandboxed?: boolean
}

export function createFakePage({ left = [], sandboxed = true }: FakePageOptions = {}): FakePage {
  const heard: ToPage[] = []
  const gone = Promise.withResolvers<void>()
  let closed = false
  let tell: (message: unknown) => void = () => undefined
  const later = (message: unknown): void => {
    setImmediate(() => {
      if (!closed) tell(message)
    })
  }
  const end = (): void => {
    closed = true
    gone.resolve()
  }
  const run = ({ slot, job }: ToPage & { readonly type: 'run' }): void => {
    const request: { nonce: string; program?: string } = JSON.parse(job.text.slice(1))
    const reply = { type: 'reply', slot, id: job.id, ending: 'exited', code: 0, wallMs: 1 }
    const body = job.text.startsWith('2') ? CANARIES : [[['ok', 'i1;']], {}]
    if (request.program === 'hang') return
    if (request.program === 'crash') return end()
    if (request.program === 'garbage') return later({ type: 'reply', slot: 'x' })
    if (request.program === 'stranger') return later({ ...reply, id: 999, text: '' })
    if (request.program === 'lose') return later({ type: 'lost', slot, why: 'it failed' })
    later({ ...reply, text: `${request.nonce}${JSON.stringify(body)}\n` })
  }
  const post = (message: ToPage): void => {
    heard.push(message)
    if (message.type === 'start') later({ type: 'ready', slot: message.slot, left })
    else if (message.type === 'probe') later({ type: 'probed', rows: [['fetch', true, 'no']] })
    else if (message.type === 'run') run(message)
    else if (message.type === 'cancel') {
      const { slot, id } = message
      later({ type: 'reply', slot, id, ending: 'cancelled', code: 0, wallMs: 1, text: '' })
    }
  }
  return {
    heard,
    crash: end,
    isClosed: () => closed,
    line: {
      post,
      listen: (next) => (tell = next),
      gone: gone.promise,
      close: async () => end(),
      confinement: { name: 'page process is sandboxed', pass: sandboxed, detail: '' },
    },
  }
}
