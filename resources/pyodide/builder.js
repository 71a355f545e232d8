// @ts-check
/**
 * Starts Python once, with files and Pyodide's glue, loads whatever programs may import, and hands over its memory.
 * Only trusted code runs here; the workers that run programs (server.js) have neither files nor glue.
 * Not here: what is loaded (harness.py). Source: Pyodide's src/js/pyodide.ts and Emscripten's src/lib/libdylink.js.
 */
import createPyodideModule from './pyodide.asm.mjs'
import { permitted } from './outside.js'

/**
 * @typedef {object} Order
 * @property {WebAssembly.Module} module
 * @property {Uint8Array} library      Python's standard library as a zip file.
 * @property {Record<string, string>} harness   Python files by name.
 * @property {number} hashSeed
 * @property {number} offset   Bytes by which the heap of this image is shifted.
 */

const PAGE = 65_536
/** Memory that a program may use before the interpreter has to ask for more. */
const ROOM = 16 * 2 ** 20

addEventListener('message', ({ data }) => {
  build(data).catch((cause) => postMessage({ type: 'failed', why: String(cause) }))
})

/** @param {Order} order */
async function build(order) {
  const made = { instance: /** @type {WebAssembly.Instance | null} */ (null), tableLength: 0 }
  const imports = { all: /** @type {Record<string, Record<string, any>>} */ ({}) }
  const trampoline = catchTrampoline()
  const module = await createPyodideModule({
    noInitialRun: false,
    print: () => {},
    printErr: (/** @type {string} */ line) => postMessage({ type: 'printed', line }),
    thisProgram: 'python',
    arguments: [],
    API: configuration(),
    preRun: [(/** @type {any} */ runtime) => prepareFiles(runtime, order)],
    instantiateWasm: (/** @type {Record<string, Record<string, any>>} */ given, /** @type {Function} */ done) => {
      imports.all = withClock(given, () => memoryOf(made.instance))
      void instantiate(order.module, imports.all, made, done)
      return {}
    },
  })
  if (made.instance === null) throw new Error('no interpreter')
  const serve = loadHarness(module, made.instance)
  const image = imageOf(made.instance, order.module, imports.all, made.tableLength, trampoline(), serve)
  postMessage({ type: 'image', image }, { transfer: [image.bytes] })
}

/**
 * @param {WebAssembly.Module} module @param {Record<string, Record<string, any>>} imports
 * @param {{ instance: WebAssembly.Instance | null, tableLength: number }} made @param {Function} done
 */
async function instantiate(module, imports, made, done) {
  const instance = await WebAssembly.instantiate(module, imports)
  made.instance = instance
  made.tableLength = tableOf(instance).length
  done(instance, module)
}

/** What Pyodide's glue looks for; the rest of its API is never started. */
function configuration() {
  const config = { jsglobals: {}, env: {}, args: [], packages: [], indexURL: '/', enableRunUntilComplete: false }
  return { config: { ...config, _sysExecutable: 'python' }, runtimeEnv: {} }
}

/** @param {any} runtime @param {Order} order */
function prepareFiles(runtime, { library, harness, hashSeed, offset }) {
  runtime.API.pyVersionTuple = [3, 14, 2]
  for (const folder of ['/lib/python3.14/lib-dynload', '/lib/python3.14/site-packages', '/harness']) {
    runtime.FS.mkdirTree(folder)
  }
  runtime.FS.writeFile('/lib/python314.zip', library)
  for (const [name, text] of Object.entries(harness)) runtime.FS.writeFile(`/harness/${name}`, text)
  Object.assign(runtime.ENV, { PYTHONHASHSEED: String(hashSeed), HOME: '/', LANG: 'C.UTF-8' })
  // Addresses must differ between the seeds as they do between processes: an address is no value to rely on.
  if (offset > 0) runtime._malloc(offset)
}

/** Local time is UTC here as it is in the image's workers. @param {Record<string, Record<string, any>>} given @param {() => WebAssembly.Memory} memory */
function withClock(given, memory) {
  const own = permitted({
    memory,
    wallMs: Date.now,
    steadyMs: () => performance.now(),
    randomise: (bytes) => void crypto.getRandomValues(bytes),
    limit: () => 0,
    onGrow: () => {},
    check: () => {},
  }).env
  for (const name of ['_tzset_js', '_localtime_js', '_gmtime_js', '_mktime_js', '_timegm_js']) {
    if (given['env'] !== undefined) given['env'][name] = own?.[name]
  }
  Object.assign(given['env'] ?? {}, { Jsv_GetError_import: () => null, JsvError_Check: () => 0 })
  return given
}

/** The glue makes a small module of its own for calls between functions of different arity. */
function catchTrampoline() {
  const { Instance } = WebAssembly
  /** @type {{ module: WebAssembly.Module, call: unknown } | null} */
  let found = null
  WebAssembly.Instance = /** @type {any} */ (
    function caught(/** @type {WebAssembly.Module} */ module, /** @type {WebAssembly.Imports} */ imports) {
      const instance = new Instance(module, imports)
      const call = instance.exports['trampoline_call']
      if (call !== undefined) found = { module, call }
      return instance
    }
  )
  return () => {
    WebAssembly.Instance = Instance
    if (found === null) throw new Error('no trampoline')
    return found
  }
}

/** @param {WebAssembly.Instance | null} instance @returns {WebAssembly.Memory} */
function memoryOf(instance) {
  return /** @type {WebAssembly.Memory} */ (instance?.exports['memory'])
}

/** @param {WebAssembly.Instance} instance @returns {WebAssembly.Table} */
function tableOf(instance) {
  return /** @type {WebAssembly.Table} */ (instance.exports['__indirect_function_table'])
}

/** The address of the Python function that serves. @param {any} runtime @param {WebAssembly.Instance} instance */
function loadHarness(runtime, instance) {
  const exports = /** @type {Record<string, any>} */ (instance.exports)
  const withText = (/** @type {string} */ text, /** @type {(at: number) => number} */ use) => {
    const at = runtime.stringToNewUTF8(text)
    const result = use(at)
    exports['free'](at)
    return result
  }
  const script = `import sys; sys.path.insert(0, '/harness'); import harness; serve = harness.serve`
  const status = withText(script, exports['PyRun_SimpleString'])
  if (status !== 0) throw new Error('the harness does not load')
  const main = withText('__main__', exports['PyImport_AddModule'])
  const serve = withText('serve', (at) => exports['PyObject_GetAttrString'](main, at))
  const prepared = withText('harness.prepare(); del serve, harness', exports['PyRun_SimpleString'])
  if (prepared !== 0 || serve === 0) throw new Error('the harness cannot be prepared')
  // From now on Python asks for signals every so many steps, which is where its time limit is looked at.
  new DataView(memoryOf(instance).buffer).setInt32(exports['Py_EMSCRIPTEN_SIGNAL_HANDLING'].value, 1, true)
  return serve
}

/**
 * @param {WebAssembly.Instance} instance @param {WebAssembly.Module} module
 * @param {Record<string, Record<string, any>>} imports @param {number} tableLength
 * @param {{ module: WebAssembly.Module, call: unknown }} trampoline @param {number} serve
 */
function imageOf(instance, module, imports, tableLength, trampoline, serve) {
  const exports = /** @type {Record<string, any>} */ (instance.exports)
  const { buffer } = memoryOf(instance)
  const end = new DataView(buffer).getUint32(exports['emscripten_get_sbrk_ptr'](), true)
  const { table, at } = tableEntries(instance, tableLength, trampoline.call)
  /** @type {Record<string, number>} */
  const addresses = {}
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind === 'global') addresses[name] = imports[from]?.[name].value
  }
  return {
    bytes: buffer.slice(0, end),
    pages: Math.max(buffer.byteLength, Math.ceil((end + ROOM) / PAGE) * PAGE) / PAGE,
    addresses,
    tableLength: tableOf(instance).length,
    table,
    trampoline: { module: trampoline.module, at },
    stackPointer: exports['__stack_pointer'].value,
    stackEnd: exports['emscripten_stack_get_end'](),
    serve,
  }
}

/** Exported functions that were linked by place; whatever else is there is JavaScript's and stays behind. @param {WebAssembly.Instance} instance @param {number} first @param {unknown} call */
function tableEntries(instance, first, call) {
  const functions = tableOf(instance)
  const names = new Map(Object.entries(instance.exports).map(([name, value]) => [value, name]))
  /** @type {[number, string][]} */
  const table = []
  let at = -1
  for (let place = first; place < functions.length; place++) {
    const entry = functions.get(place)
    const name = names.get(entry)
    if (entry === call) at = place
    else if (name !== undefined) table.push([place, name])
  }
  return { table, at }
}
