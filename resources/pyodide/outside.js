// @ts-check
/**
 * Everything that an interpreter may ask of the world outside its memory: clocks, random bytes, more memory, an end.
 * Whatever else WebAssembly imports is refused, so that neither Python nor its C code can reach JavaScript.
 * Not here: the interpreter (server.js). Source: Emscripten's src/lib/libcore.js and libwasi.js for the signatures.
 */

/** Numbers of Emscripten's errno.h. */
const EPERM = 63
/** Time is UTC everywhere. Offsets in musl's struct tm. */
const TM = { sec: 0, min: 4, hour: 8, mday: 12, mon: 16, year: 20, wday: 24, yday: 28, isdst: 32, gmtoff: 36 }
const DAY_MS = 86_400_000
/** 'UTC' as a C string. */
const NAME_BYTES = [85, 84, 67, 0]

/** How a program ended without returning; thrown through the interpreter's frames. */
export class Ended extends Error {
  /** @param {'exit' | 'crash' | 'timeout'} how @param {number} code */
  constructor(how, code) {
    super(how)
    this.how = how
    this.code = code
  }
}

/**
 * @typedef {object} World
 * @property {() => WebAssembly.Memory} memory
 * @property {() => number} wallMs      Milliseconds since 1970.
 * @property {() => number} steadyMs    Milliseconds that never go back.
 * @property {(bytes: Uint8Array<ArrayBuffer>) => void} randomise
 * @property {() => number} limit       Bytes that the memory may grow to.
 * @property {() => void} onGrow
 * @property {() => void} check   Called by Python every so many steps; may throw.
 */

/**
 * What an interpreter is given, by module and name.
 * @param {World} world
 * @returns {Record<string, Record<string, Function>>}
 */
export function permitted(world) {
  const view = () => new DataView(world.memory().buffer)
  return {
    env: { ...clocks(world, view), ...memory(world), ...ends(), ...quiet(world) },
    wasi_snapshot_preview1: {
      clock_time_get: (/** @type {number} */ id, /** @type {bigint} */ _precision, /** @type {number} */ out) => {
        const ms = id === 0 ? world.wallMs() : world.steadyMs()
        view().setBigInt64(out, BigInt(Math.round(ms * 1e6)), true)
        return 0
      },
      clock_res_get: (/** @type {number} */ _id, /** @type {number} */ out) => {
        view().setBigInt64(out, 1_000n, true)
        return 0
      },
      random_get: (/** @type {number} */ at, /** @type {number} */ length) => {
        const { buffer } = /** @type {{ buffer: ArrayBuffer }} */ (world.memory())
        world.randomise(new Uint8Array(buffer, at, length))
        return 0
      },
      proc_exit: (/** @type {number} */ code) => {
        throw new Ended('exit', code)
      },
    },
  }
}

/** @param {World} world @param {() => DataView} view */
function clocks(world, view) {
  return {
    emscripten_date_now: world.wallMs,
    emscripten_get_now: world.steadyMs,
    _gmtime_js: (/** @type {bigint} */ seconds, /** @type {number} */ at) => writeTime(view(), at, Number(seconds) * 1e3),
    _localtime_js: (/** @type {bigint} */ seconds, /** @type {number} */ at) => writeTime(view(), at, Number(seconds) * 1e3),
    _timegm_js: (/** @type {number} */ at) => readTime(view(), at),
    _mktime_js: (/** @type {number} */ at) => readTime(view(), at),
    _tzset_js: (
      /** @type {number} */ timezone,
      /** @type {number} */ daylight,
      /** @type {number} */ standard,
      /** @type {number} */ summer,
    ) => {
      const memory = view()
      memory.setInt32(timezone, 0, true)
      memory.setInt32(daylight, 0, true)
      for (const name of [standard, summer]) NAME_BYTES.forEach((byte, at) => memory.setUint8(name + at, byte))
    },
  }
}

/** @param {DataView} memory @param {number} at @param {number} ms */
function writeTime(memory, at, ms) {
  const date = new Date(ms)
  const start = Date.UTC(date.getUTCFullYear(), 0, 1)
  const put = (/** @type {number} */ where, /** @type {number} */ value) => memory.setInt32(at + where, value, true)
  put(TM.sec, date.getUTCSeconds())
  put(TM.min, date.getUTCMinutes())
  put(TM.hour, date.getUTCHours())
  put(TM.mday, date.getUTCDate())
  put(TM.mon, date.getUTCMonth())
  put(TM.year, date.getUTCFullYear() - 1900)
  put(TM.wday, date.getUTCDay())
  put(TM.yday, Math.floor((date.getTime() - start) / DAY_MS))
  put(TM.isdst, 0)
  put(TM.gmtoff, 0)
}

/** Seconds since 1970; what was out of range in the fields is carried over. @param {DataView} memory @param {number} at */
function readTime(memory, at) {
  const get = (/** @type {number} */ where) => memory.getInt32(at + where, true)
  const ms = Date.UTC(get(TM.year) + 1900, get(TM.mon), get(TM.mday), get(TM.hour), get(TM.min), get(TM.sec))
  if (Number.isNaN(ms)) return -1n
  writeTime(memory, at, ms)
  return BigInt(ms / 1e3)
}

const PAGE = 65_536

/** @param {World} world */
function memory(world) {
  return {
    emscripten_get_heap_max: world.limit,
    emscripten_resize_heap: (/** @type {number} */ asked) => {
      const wanted = asked >>> 0
      if (wanted > world.limit()) return 0
      const memory = world.memory()
      try {
        memory.grow(Math.ceil((wanted - memory.buffer.byteLength) / PAGE))
      } catch {
        return 0
      }
      world.onGrow()
      return 1
    },
  }
}

const SIGABRT = 6

function ends() {
  const abort = () => {
    throw new Ended('crash', SIGABRT)
  }
  return {
    exit: (/** @type {number} */ code) => {
      throw new Ended('exit', code)
    },
    _abort_js: abort,
    __assert_fail: abort,
  }
}

/** Asked all the time and answered with nothing. @param {World} world */
function quiet(world) {
  const nothing = () => 0
  return {
    _Py_CheckEmscriptenSignals_Helper: () => (world.check(), 0),
    emscripten_runtime_keepalive_push: nothing,
    emscripten_runtime_keepalive_pop: nothing,
    _emscripten_runtime_keepalive_clear: nothing,
    __syscall_getuid32_js: nothing,
  }
}

/** Names whose callers take an errno for an answer. */
const WANTS_ERRNO = /^(?:__syscall_|_maybe_|_try_|_emscripten_system$|_mmap_js$|_munmap_js$|_msync_js$)/
/** Names whose callers take a null pointer, a number of EAI_FAIL for an answer. */
const OTHERS = new Map([
  ['_dlopen_js', 0],
  ['_dlsym_js', 0],
  ['ffi_closure_alloc_js', 0],
  ['_emscripten_lookup_name', 0],
  ['getaddrinfo', -4],
  ['getnameinfo', -4],
  ['getprotobyname', 0],
])

/** The others have no such answer and end the program. @param {string} module @param {string} name @returns {Function} */
export function refused(module, name) {
  if (module === 'wasi_snapshot_preview1') return () => EPERM
  if (WANTS_ERRNO.test(name)) return () => -EPERM
  const answer = OTHERS.get(name)
  if (answer !== undefined) return () => answer
  return () => {
    throw new Ended('crash', SIGABRT)
  }
}
