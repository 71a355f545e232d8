// @ts-check
/**
 * The hidden page: workers by slot, their queues, their time limits, and a fresh worker for one that is spent.
 * Runs only trusted code. It hears and tells over one port that it is given after loading.
 * Not here: what a worker does (server.js), what the host makes of a reply (electron/sandbox/pyodide/).
 */

/** @typedef {{ id: number, text: string, wallMs: number, memoryBytes: number, replyBytes: number }} Job */
/** @typedef {{ ending: string, code: number, text: string, wallMs: number }} Reply */

const HARNESS = ['harness', 'child', 'canonical', 'literal', 'facts', 'entry', 'measures', 'offered']
/** Bytes by which the heap of an image is shifted, by hash seed: no multiple of anything. */
const OFFSETS = [0, 1_391_824]
/** Clocks of the second seed are ahead: two runs within one tick must differ all the same. */
const CLOCKS_MS = [0, 34_560_123_457.891]
const START_MS = 180_000
/** A program in Python ends by itself at its limit, which costs no worker; one within a function in C does not. */
const GRACE_MS = 50

/** @type {(message: object) => void} */
let tell = () => {}

addEventListener('message', function opened({ ports: [port] }) {
  if (port === undefined) return
  removeEventListener('message', opened)
  tell = (message) => port.postMessage(message)
  port.addEventListener('message', ({ data }) => hear(data))
  port.start()
  tell({ type: 'open' })
})

/** @type {Map<number, Slot>} */
const slots = new Map()

/** @param {any} message */
function hear(message) {
  if (message.type === 'start') slots.set(message.slot, new Slot(message))
  else if (message.type === 'run') slots.get(message.slot)?.take(message.job)
  else if (message.type === 'cancel') slots.get(message.slot)?.cancel(message.id)
  else if (message.type === 'stop') stop(message.slot)
  else if (message.type === 'probe') void probe(message.url)
}

/** @param {number} slot */
function stop(slot) {
  slots.get(slot)?.stop()
  slots.delete(slot)
}

/** @param {string} path */
async function load(path) {
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response
}

/** @type {Promise<{ module: WebAssembly.Module, library: ArrayBuffer, harness: Record<string, string> }> | null} */
let loading = null

/** Loads all there is, once; afterwards the page itself may reach nothing but its own workers' scripts. */
async function loadAll() {
  const module = WebAssembly.compileStreaming(load('/pyodide.asm.wasm'))
  const library = load('/python_stdlib.zip').then((response) => response.arrayBuffer())
  const texts = HARNESS.map(async (name) => [`${name}.py`, await (await load(`/${name}.py`)).text()])
  const parts = { module: await module, library: await library, harness: Object.fromEntries(await Promise.all(texts)) }
  const policy = document.createElement('meta')
  policy.httpEquiv = 'Content-Security-Policy'
  policy.content = "connect-src 'none'"
  document.head.append(policy)
  return parts
}

/** @type {Map<number, Promise<object>>} */
const images = new Map()

/** @param {number} hashSeed */
function imageOf(hashSeed) {
  const made = images.get(hashSeed) ?? buildImage(hashSeed)
  images.set(hashSeed, made)
  return made
}

/** @param {number} hashSeed @returns {Promise<object>} */
async function buildImage(hashSeed) {
  const parts = await (loading ??= loadAll())
  const builder = new Worker('/builder.js', { type: 'module' })
  try {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the interpreter does not start')), START_MS)
      const end = (/** @type {string} */ why) => (clearTimeout(timer), reject(new Error(why)))
      builder.addEventListener('error', ({ message }) => end(`the interpreter does not load: ${message}`))
      let printed = ''
      builder.addEventListener('message', ({ data }) => {
        if (data.type === 'printed') printed = data.line
        else if (data.type === 'failed') end(`${data.why} ${printed}`)
        else {
          clearTimeout(timer)
          resolve(data.image)
        }
      })
      builder.postMessage({ ...parts, hashSeed, offset: OFFSETS[hashSeed] ?? 0 })
    })
  } finally {
    builder.terminate()
  }
}

/** One worker at a time for one line of jobs. */
class Slot {
  /** @param {{ slot: number, hashSeed: number, stripped: boolean }} order */
  constructor(order) {
    this.order = order
    /** @type {Job[]} */
    this.queue = []
    /** @type {Job | null} */
    this.current = null
    /** @type {Worker | null} */
    this.worker = null
    this.isIdle = false
    this.stopped = false
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined
    void this.renew()
  }

  async renew() {
    this.worker?.terminate()
    this.worker = null
    this.isIdle = false
    try {
      const { hashSeed, stripped } = this.order
      const [image, { module }] = await Promise.all([imageOf(hashSeed), (loading ??= loadAll())])
      if (this.stopped) return
      const worker = new Worker('/server.js', { type: 'module' })
      this.worker = worker
      this.timer = setTimeout(() => this.fail('a worker does not start'), START_MS)
      worker.addEventListener('error', ({ message }) => this.fail(`a worker failed: ${message}`))
      worker.addEventListener('message', ({ data }) => this.hear(data))
      worker.postMessage({ type: 'start', module, image, clockMs: CLOCKS_MS[hashSeed] ?? 0, stripped })
    } catch (cause) {
      this.fail(String(cause))
    }
  }

  /** @param {any} message */
  hear(message) {
    if (message.type === 'reply') return this.reply(message)
    if (message.type === 'ready') {
      clearTimeout(this.timer)
      tell({ type: 'ready', slot: this.order.slot, left: message.left })
    }
    this.isIdle = true
    this.next()
  }

  /** @param {Job} job */
  take(job) {
    this.queue.push(job)
    this.next()
  }

  next() {
    if (!this.isIdle || this.current !== null) return
    const job = this.queue.shift()
    if (job === undefined) return
    this.current = job
    this.isIdle = false
    this.timer = setTimeout(() => this.end('timeout'), job.wallMs + GRACE_MS)
    this.worker?.postMessage(job)
  }

  /** @param {any} message */
  reply({ id, ending, code, text, wallMs, spent }) {
    const job = this.current
    if (job === null || job.id !== id) return
    clearTimeout(this.timer)
    this.current = null
    // Its timer may have waited behind this very reply.
    const late = wallMs > job.wallMs
    this.answer(job, late ? { ending: 'timeout', code: 0, text: '', wallMs } : { ending, code, text, wallMs })
    if (spent) void this.renew()
  }

  /** Ends what runs. @param {'timeout' | 'cancelled'} ending */
  end(ending) {
    const job = this.current
    if (job === null) return
    clearTimeout(this.timer)
    this.current = null
    this.worker?.terminate()
    this.answer(job, { ending, code: 0, text: '', wallMs: job.wallMs })
    void this.renew()
  }

  /** @param {number} id */
  cancel(id) {
    if (this.current?.id === id) return this.end('cancelled')
    const job = this.queue.find((one) => one.id === id)
    if (job === undefined) return
    this.queue = this.queue.filter((one) => one !== job)
    this.answer(job, { ending: 'cancelled', code: 0, text: '', wallMs: 0 })
  }

  /** @param {Job} job @param {Reply} reply */
  answer(job, reply) {
    tell({ type: 'reply', slot: this.order.slot, id: job.id, ...reply })
  }

  /** @param {string} why */
  fail(why) {
    this.stop()
    slots.delete(this.order.slot)
    tell({ type: 'lost', slot: this.order.slot, why })
  }

  stop() {
    this.stopped = true
    clearTimeout(this.timer)
    this.worker?.terminate()
    this.worker = null
  }
}

/** What the policies keep from a worker and from this page. @param {string} url */
async function probe(url) {
  await (loading ??= loadAll())
  const worker = new Worker('/server.js', { type: 'module' })
  worker.addEventListener('message', ({ data }) => {
    worker.terminate()
    void fromPage(url).then((row) => tell({ type: 'probed', rows: [...data.rows, row] }))
  })
  worker.addEventListener('error', () => tell({ type: 'probed', rows: [['probe', false, 'the worker failed']] }))
  worker.postMessage({ type: 'probe', url })
}

/** @param {string} url */
async function fromPage(url) {
  const seen = await fetch(url, { mode: 'no-cors' }).then(
    () => 'succeeded',
    (cause) => (cause instanceof Error ? cause.name : 'refused'),
  )
  return ['fetch from the page', seen !== 'succeeded', seen]
}
