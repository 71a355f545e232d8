// @ts-check
/**
 * Takes everything from a worker but the language itself: no network, no storage, no further worker, no script.
 * The second wall behind the interpreter's imports (outside.js); the third is the policy of this file's response.
 */

/** Of ECMAScript, what server.js goes on using and what can reach nothing. */
const KEPT = new Set(
  `globalThis undefined NaN Infinity Object Array Map Set Date Math Number BigInt String Boolean Symbol Error TypeError
   RangeError Reflect Promise DataView Uint8Array Uint32Array ArrayBuffer`.split(/\s+/),
)

/** Names that could not be taken away. */
export function strip() {
  const left = []
  const last = Object.prototype
  for (let holder = globalThis; holder !== null && holder !== last; holder = Object.getPrototypeOf(holder)) {
    for (const name of Reflect.ownKeys(holder)) {
      const isKept = typeof name === 'string' && KEPT.has(name)
      if (isKept || Reflect.deleteProperty(holder, name) || hide(holder, name)) continue
      // A number can reach nothing.
      if (Object(Reflect.get(globalThis, name)) === Reflect.get(globalThis, name)) left.push(String(name))
    }
  }
  return left
}

/** @param {object} holder @param {PropertyKey} name */
function hide(holder, name) {
  return Reflect.defineProperty(holder, name, { value: undefined, writable: false, configurable: false })
}
