// @ts-check
/**
 * A worker that runs model-written programs, one after the other, in an interpreter made from an image of memory.
 * After each program the memory is the image again. A program that broke the engine's own bounds, or that made the
 * memory grow, leaves a worker that the page replaces.
 * Not here: making the image (builder.js), limits of time (page.js), what a program and a reply are (harness.py).
 */
import { Ended, permitted, refused } from './outside.js'
import { strip } from './strip.js'

/**
 * @typedef {object} Image
 * @property {ArrayBuffer} bytes         Memory up to the end of the heap.
 * @property {number} pages              Size of the memory.
 * @property {Record<string, number>} addresses   Of functions that are linked by their place in the table.
 * @property {number} tableLength
 * @property {[number, string][]} table  Exports by their place in the table.
 * @property {{ module: WebAssembly.Module, at: number }} trampoline
 * @property {number} stackPointer
 * @property {number} stackEnd           Lowest address of the stack, which grows down from the pointer.
 * @property {number} serve              The Python function that takes a request.
 */

/**
 * @typedef {object} Start
 * @property {WebAssembly.Module} module
 * @property {Image} image
 * @property {number} clockMs   Added to every clock.
 * @property {boolean} stripped
 */

/** @typedef {{ id: number, text: string, wallMs: number, memoryBytes: number, replyBytes: number }} Job */

const PAGE = 65_536
const STACK_OVERFLOW = 11

// Everything that is used later is taken now: afterwards the names are gone.
const say = globalThis.postMessage.bind(globalThis)
const steady = performance.now.bind(performance)
const random = crypto.getRandomValues.bind(crypto)
const encoder = new TextEncoder()
const decoder = new TextDecoder('latin1')
const { Instance, Module, Global } = WebAssembly

addEventListener('message', function first({ data }) {
  removeEventListener('message', first)
  if (data.type === 'probe') void probe(data.url)
  else start(data)
})

/** @param {Start} given */
function start({ module, image, clockMs, stripped }) {
  const interpreter = openInterpreter(module, image, clockMs)
  addEventListener('message', ({ data }) => serve(interpreter, data))
  const left = stripped ? strip() : ['everything']
  say({ type: 'ready', left: [...left, ...reachable()] })
}

/** What trusted code finds after the strip: nothing, or the level is not what it says. */
function reachable() {
  const names = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker', 'importScripts', 'indexedDB', 'caches']
  return [...names, 'BroadcastChannel', 'navigator', 'eval', 'Function', 'WebAssembly', 'postMessage', 'self'].filter(
    (name) => Reflect.get(globalThis, name) !== undefined,
  )
}

/** @param {WebAssembly.Module} module @param {Image} image @param {number} clockMs */
function openInterpreter(module, image, clockMs) {
  const snapshot = new Uint8Array(image.bytes)
  const state = { limit: image.pages * PAGE, grown: false, deadline: Infinity }
  /** @type {WebAssembly.Memory} */
  let memory
  const allowed = permitted({
    memory: () => memory,
    wallMs: () => Math.floor(performanceOrigin + steady() + clockMs),
    steadyMs: () => steady() + clockMs,
    randomise: (bytes) => void random(bytes),
    limit: () => state.limit,
    onGrow: () => (state.grown = true),
    check: () => {
      if (steady() > state.deadline) throw new Ended('timeout', 0)
    },
  })
  const instance = new Instance(module, importsOf(module, image, allowed))
  const exports = /** @type {Record<string, any>} */ (instance.exports)
  memory = exports.memory
  memory.grow(image.pages - memory.buffer.byteLength / PAGE)
  fillTable(exports, image)
  exports.emscripten_stack_init()
  const breakAt = exports.emscripten_get_sbrk_ptr()
  const restore = () => {
    const bytes = new Uint8Array(memory.buffer)
    const end = Math.min(new DataView(memory.buffer).getUint32(breakAt, true), bytes.length)
    bytes.set(snapshot.subarray(0, image.stackEnd))
    bytes.fill(0, image.stackEnd, image.stackPointer)
    bytes.set(snapshot.subarray(image.stackPointer), image.stackPointer)
    if (end > snapshot.length) bytes.fill(0, snapshot.length, end)
    exports.__stack_pointer.value = image.stackPointer
  }
  new Uint8Array(memory.buffer).set(snapshot)
  restore()
  return { exports, memory, state, baseBytes: snapshot.length, restore, serve: image.serve }
}

const performanceOrigin = performance.timeOrigin

/** @param {WebAssembly.Module} module @param {Image} image @param {Record<string, Record<string, Function>>} allowed */
function importsOf(module, image, allowed) {
  /** @type {Record<string, Record<string, any>>} */
  const imports = {}
  for (const { module: from, name, kind } of Module.imports(module)) {
    const group = (imports[from] ??= {})
    if (kind === 'global') group[name] = new Global({ value: 'i32', mutable: true }, image.addresses[name] ?? 0)
    else group[name] = allowed[from]?.[name] ?? refused(from, name)
  }
  return imports
}

/** @param {Record<string, any>} exports @param {Image} image */
function fillTable(exports, { tableLength, table, trampoline }) {
  const functions = exports.__indirect_function_table
  functions.grow(tableLength - functions.length)
  for (const [at, name] of table) functions.set(at, exports[name])
  const env = { __indirect_function_table: functions, memory: exports.memory }
  const { exports: made } = new Instance(trampoline.module, { env })
  functions.set(trampoline.at, made.trampoline_call)
}

/** @typedef {ReturnType<typeof openInterpreter>} Interpreter */

/** @param {Interpreter} interpreter @param {Job} job */
function serve(interpreter, job) {
  const { state, baseBytes, restore } = interpreter
  state.limit = baseBytes + job.memoryBytes
  const started = steady()
  state.deadline = started + job.wallMs
  const reply = run(interpreter, job)
  const spent = reply.spent || state.grown
  say({ type: 'reply', id: job.id, ...reply, wallMs: steady() - started, spent })
  if (!spent) {
    restore()
    say({ type: 'idle' })
  }
}

/** @param {Interpreter} interpreter @param {Job} job */
function run({ exports, memory, serve }, { text, replyBytes }) {
  try {
    const request = toPython(exports, memory, text)
    const reply = exports.PyObject_CallOneArg(serve, request)
    if (reply === 0) return cutShort('crashed', STACK_OVERFLOW)
    const lengthAt = exports.malloc(4)
    const at = exports.PyUnicode_AsUTF8AndSize(reply, lengthAt) >>> 0
    if (at === 0) return cutShort('exited', 0)
    const length = new DataView(memory.buffer).getUint32(lengthAt, true)
    if (length > replyBytes) return cutShort('too_large', 0)
    const written = decoder.decode(new Uint8Array(memory.buffer, at, length))
    return { ending: 'exited', code: 0, text: written, spent: false }
  } catch (problem) {
    return ended(problem)
  }
}

/** @param {Record<string, any>} exports @param {WebAssembly.Memory} memory @param {string} text */
function toPython(exports, memory, text) {
  const bytes = encoder.encode(text)
  const at = exports.malloc(bytes.length) >>> 0
  new Uint8Array(memory.buffer).set(bytes, at)
  const request = exports.PyUnicode_FromStringAndSize(at, bytes.length)
  exports.free(at)
  return request
}

/**
 * Nothing but memory holds what a program did, and that is restored: an end that it or Python chose needs no new worker.
 * @param {string} ending @param {number} code
 */
function cutShort(ending, code, spent = false) {
  return { ending, code, text: '', spent }
}

/** @param {unknown} problem */
function ended(problem) {
  // Anything else is the engine's: a trap, or the end of its own stack.
  if (!(problem instanceof Ended)) return cutShort('crashed', STACK_OVERFLOW, true)
  if (problem.how === 'timeout') return cutShort('timeout', 0)
  if (problem.how === 'crash') return cutShort('crashed', problem.code)
  return problem.code === 0 ? cutShort('exited', 0) : cutShort('exit_code', problem.code & 0xff)
}

/**
 * What the policy alone keeps from a worker that has everything. Each row: name, held, what was seen.
 * @param {string} url   Of a listener that must not hear from here.
 */
async function probe(url) {
  /** @type {[string, () => unknown][]} */
  const attempts = [
    ['fetch a page', () => fetch(url)],
    ['open a WebSocket', () => socket(url.replace('http', 'ws'))],
    ['load a script', () => import(/* @vite-ignore */ `${url}script.js`)],
    ['load own script', () => import(/* @vite-ignore */ `/page.js?${Date.now()}`)],
    ['run text as a script', () => Reflect.get(globalThis, 'eval')('1')],
    ['start a worker', () => worker('/server.js')],
    ['start a worker from text', () => worker('data:text/javascript,')],
  ]
  const rows = []
  for (const [name, attempt] of attempts) {
    try {
      await attempt()
      rows.push([name, false, 'succeeded'])
    } catch (problem) {
      rows.push([name, true, problem instanceof Error ? problem.name : 'refused'])
    }
  }
  say({ type: 'probed', rows })
}

/** @param {string} url */
function socket(url) {
  return new Promise((resolve, reject) => {
    const opened = new WebSocket(url)
    opened.addEventListener('open', resolve)
    opened.addEventListener('error', () => reject(new Error('refused')))
  })
}

/** @param {string} url */
function worker(url) {
  return new Promise((resolve, reject) => {
    const started = new Worker(url, { type: 'module' })
    started.addEventListener('error', () => reject(new Error('refused')))
    started.addEventListener('message', resolve)
    started.postMessage({ type: 'probe', url: '' })
    // One without a word of its own says nothing either way: a second is long for starting.
    setTimeout(() => resolve(null), 1_000)
  })
}
