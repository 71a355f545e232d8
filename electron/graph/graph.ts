/**
 * A graph under construction: ONNX nodes in order, and the tape that reverse-mode autodiff walks.
 * Not here: what ops exist (ops*.ts), their gradients (gradients.ts), the bytes (proto.ts).
 */
import { type DType, elementCount, sameShape, show, type Value } from './value.ts'

/** Fused or two-output ops that are wrong or missing on WebGPU are lowered to primitives there. */
export type Target = 'cpu' | 'webgpu'

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'graph'; readonly value: Graph }

export type Attributes = Readonly<Record<string, Attribute>>

export type Node = {
  readonly op: string
  readonly domain: string
  /** null: an optional input that is left out. */
  readonly inputs: readonly (Value | null)[]
  readonly outputs: readonly Value[]
  readonly attributes: Attributes
}

/** One differentiable step: an ONNX node, or a whole region with a rule of its own. */
export type TapeEntry = {
  readonly rule: string
  readonly inputs: readonly (Value | null)[]
  readonly outputs: readonly Value[]
  readonly attributes: Attributes
  /** Values of the forward pass that the rule wants besides inputs and outputs. */
  readonly saved: readonly Value[]
  /** Of a checkpoint: how to build it again, from other values in the place of its first inputs. */
  readonly rebuild?: {
    readonly moving: number
    readonly build: (moving: readonly Value[]) => readonly Value[]
  }
}

/** Where the numbers of a stored tensor lie; file is a path that the runtime's session is told the folder of. */
export type Stored = { readonly file: string; readonly offset: number; readonly length: number }

/** A constant: numbers in the model itself, or in a file that the runtime maps. */
export type Initializer =
  | { readonly value: Value; readonly bytes: Uint8Array }
  | { readonly value: Value; readonly stored: Stored }

export type Graph = {
  readonly target: Target
  readonly prefix: string
  readonly nodes: Node[]
  readonly tape: TapeEntry[]
  readonly inputs: Value[]
  readonly outputs: Value[]
  readonly initializers: Map<string, Initializer>
  /** Its constants have no numbers: only its shapes are looked at. */
  readonly bare: boolean
  counter: number
  /** Above 0 inside a region: nodes leave no tape entry of their own. */
  regions: number
}

/** prefix keeps the names of a Loop body apart from those of the graph around it. */
export function createGraph(target: Target, prefix = '', bare = false): Graph {
  return {
    target,
    prefix,
    nodes: [],
    tape: [],
    inputs: [],
    outputs: [],
    initializers: new Map(),
    bare,
    counter: 0,
    regions: 0,
  }
}

export function input(g: Graph, name: string, dtype: DType, shape: readonly number[]): Value {
  if (g.inputs.some((known) => known.name === name)) throw new Error(`input ${name}: named twice`)
  if (!shape.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new RangeError(`input ${name}: expected sizes, got [${shape.join(', ')}]`)
  }
  const value: Value = { name, dtype, shape }
  g.inputs.push(value)
  return value
}

/** Makes value an output called name. */
export function output(g: Graph, value: Value, name: string): Value {
  const taken = [...g.inputs, ...g.outputs].some((known) => known.name === name)
  if (taken) throw new Error(`output ${name}: named twice`)
  const named: Value = { ...value, name }
  g.nodes.push({ op: 'Identity', domain: '', inputs: [value], outputs: [named], attributes: {} })
  g.outputs.push(named)
  return named
}

/** One character per byte. */
const LATIN1 = new TextDecoder('latin1')

/** What a constant holds; many numbers are better made only where they are wanted. */
type Numbers = readonly number[] | Float32Array

/** Equal constants are stored once. */
export function constant(
  g: Graph,
  dtype: DType,
  shape: readonly number[],
  given: Numbers | (() => Numbers),
): Value {
  if (g.bare) return { name: `${g.prefix}const_bare`, dtype, shape }
  const numbers = typeof given === 'function' ? given() : given
  if (numbers.length !== elementCount(shape)) {
    throw new RangeError(`constant: ${numbers.length} numbers for shape [${shape.join(', ')}]`)
  }
  const bytes = encode(dtype, numbers)
  const key = `${dtype}[${shape.join(',')}]${LATIN1.decode(bytes)}`
  const known = g.initializers.get(key)
  if (known !== undefined) return known.value
  const value: Value = { name: `${g.prefix}const_${g.initializers.size}`, dtype, shape }
  g.initializers.set(key, { value, bytes })
  return value
}

/** A constant whose numbers stay in a file. */
export function stored(
  g: Graph,
  name: string,
  dtype: DType,
  shape: readonly number[],
  place: Stored,
): Value {
  const value: Value = { name, dtype, shape }
  if (g.initializers.has(name)) throw new Error(`stored ${name}: named twice`)
  g.initializers.set(name, { value, stored: place })
  return value
}

/** Files that g's constants lie in, each once. */
export function storedFiles(g: Graph): string[] {
  const files = [...g.initializers.values()].flatMap((one) =>
    'stored' in one ? [one.stored.file] : [],
  )
  return [...new Set(files)]
}

export function scalar(g: Graph, dtype: DType, number: number): Value {
  return constant(g, dtype, [], [number])
}

export function int64s(g: Graph, numbers: readonly number[]): Value {
  return constant(g, 'int64', [numbers.length], numbers)
}

type Encoder = (numbers: Numbers) => ArrayBufferView
const ENCODERS: Readonly<Partial<Record<DType, Encoder>>> = {
  float32: (numbers) => Float32Array.from(numbers),
  float64: (numbers) => Float64Array.from(numbers),
  float16: (numbers) => Float16Array.from(numbers),
  int32: (numbers) => Int32Array.from(numbers),
  int64: (numbers) => BigInt64Array.from(Array.from(numbers, BigInt)),
  bool: (numbers) => Uint8Array.from(numbers),
  uint8: (numbers) => Uint8Array.from(numbers),
  // Two a byte, the first one in the lower half.
  uint4: (numbers) =>
    Uint8Array.from(
      { length: Math.ceil(numbers.length / 2) },
      (_, byte) => (numbers[2 * byte] ?? 0) | ((numbers[2 * byte + 1] ?? 0) << 4),
    ),
}

function encode(dtype: DType, numbers: Numbers): Uint8Array {
  const encoder = ENCODERS[dtype]
  if (encoder === undefined) throw new Error(`constant: no encoder for ${dtype}`)
  const array = encoder(numbers)
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

export type Shaped = { readonly dtype: DType; readonly shape: readonly number[] }

export type EmitOptions = { readonly attributes?: Attributes; readonly domain?: string }

/** Appends one node; its outputs have the given types. */
export function emit(
  g: Graph,
  op: string,
  inputs: readonly (Value | null)[],
  outputs: readonly Shaped[],
  options: EmitOptions = {},
): Value[] {
  const values = outputs.map((shaped): Value => ({ ...shaped, name: freshName(g, op) }))
  const attributes = options.attributes ?? {}
  g.nodes.push({ op, domain: options.domain ?? '', inputs, outputs: values, attributes })
  if (g.regions === 0) g.tape.push({ rule: op, inputs, outputs: values, attributes, saved: [] })
  return values
}

/** emit for the usual node with one output. */
export function emitOne(
  g: Graph,
  op: string,
  inputs: readonly (Value | null)[],
  result: Shaped,
  options: EmitOptions = {},
): Value {
  return only(emit(g, op, inputs, [result], options), op)
}

/** The one value of a step with one output. */
export function only(values: readonly Value[], what: string): Value {
  const [value] = values
  if (value === undefined || values.length > 1) {
    throw new Error(`${what}: expected one output, got ${values.length}`)
  }
  return value
}

export type Region = {
  readonly outputs: readonly Value[]
  readonly saved?: readonly Value[]
  readonly attributes?: Attributes
}

/** Runs build without tape entries and records the whole as one step whose gradient is the rule of that name. */
export function region(
  g: Graph,
  rule: string,
  inputs: readonly (Value | null)[],
  build: () => Region,
): readonly Value[] {
  const { outputs, saved = [], attributes = {} } = untaped(g, build)
  if (g.regions === 0) g.tape.push({ rule, inputs, outputs, attributes, saved })
  return outputs
}

/**
 * Runs build and keeps nothing of it for the backward pass, which computes it again from `moving`: memory for time.
 * trained: what build reads besides that needs a gradient.
 */
export function checkpointed(
  g: Graph,
  moving: readonly Value[],
  trained: readonly Value[],
  build: (moving: readonly Value[]) => readonly Value[],
): readonly Value[] {
  const outputs = untaped(g, () => build(moving))
  if (g.regions === 0) {
    const inputs = [...moving, ...trained]
    const rebuild = { moving: moving.length, build }
    g.tape.push({ rule: 'checkpoint', inputs, outputs, attributes: {}, saved: [], rebuild })
  }
  return outputs
}

function untaped<T>(g: Graph, build: () => T): T {
  g.regions += 1
  try {
    return build()
  } finally {
    g.regions -= 1
  }
}

function freshName(g: Graph, op: string): string {
  g.counter += 1
  return `${g.prefix}${op}_${g.counter}`
}

/** Throws unless value has exactly this shape. */
export function expectShape(what: string, value: Value, shape: readonly number[]): void {
  if (sameShape(value.shape, shape)) return
  throw new RangeError(`${what}: expected [${shape.join(', ')}], got ${show(value)}`)
}
