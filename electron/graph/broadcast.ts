/**
 * NumPy broadcasting of shapes, and its transpose: summing a gradient back to the shape of its source.
 * Source: ONNX, "Multidirectional Broadcasting".
 */

/** Shape of an elementwise result. Throws RangeError, naming what, where two sizes differ and neither is 1. */
export function broadcastShapes(
  a: readonly number[],
  b: readonly number[],
  what = 'broadcast',
): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left !== right && left !== 1 && right !== 1) {
      throw new RangeError(`${what}: cannot broadcast [${a.join(', ')}] with [${b.join(', ')}]`)
    }
    return left === 1 ? right : left
  })
}

/** Axes of `wide` along which a tensor of shape `narrow` was repeated. */
export function repeatedAxes(narrow: readonly number[], wide: readonly number[]): number[] {
  const missing = wide.length - narrow.length
  return wide.flatMap((size, axis) => {
    const source = axis < missing ? undefined : narrow[axis - missing]
    return source === undefined || (source === 1 && size !== 1) ? [axis] : []
  })
}
