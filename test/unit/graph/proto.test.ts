import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Attribute,
  constant,
  createGraph,
  emit,
  emitOne,
  type Graph,
  input,
  int64s,
  type Node,
  output,
  scalar,
} from '../../../electron/graph/graph.ts'
import { add, addNumber, less } from '../../../electron/graph/ops.ts'
import { modelBytes } from '../../../electron/graph/proto.ts'
import { DTYPE_NUMBERS, type Value } from '../../../electron/graph/value.ts'
import { numbersOf, runGraph } from '../../gradcheck/harness.ts'
import { OP_CASES } from './op-cases.ts'
import {
  readModel,
  type WireAttribute,
  type WireGraph,
  type WireNode,
  type WireValue,
} from './wire.ts'

const wireValue = ({ name, dtype, shape }: Value): WireValue => ({
  name,
  dtype: DTYPE_NUMBERS[dtype],
  shape: [...shape],
})

function wireAttribute(attribute: Attribute): WireAttribute {
  switch (attribute.kind) {
    case 'float':
      return { kind: 'float', value: Math.fround(attribute.value) }
    case 'ints':
      return { kind: 'ints', value: [...attribute.value] }
    case 'graph':
      return { kind: 'graph', value: wireGraph(attribute.value, 'body') }
    case 'int':
    case 'string':
      return attribute
    default:
      return attribute satisfies never
  }
}

const wireNode = ({ op, domain, inputs, outputs, attributes }: Node): WireNode => ({
  op,
  domain,
  inputs: inputs.map((value) => value?.name ?? ''),
  outputs: outputs.map((value) => value.name),
  attributes: Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [name, wireAttribute(attribute)]),
  ),
})

function wireGraph(g: Graph, name: string): WireGraph {
  return {
    name,
    nodes: g.nodes.map(wireNode),
    initializers: [...g.initializers.values()].map((initializer) => ({
      ...wireValue(initializer.value),
      bytes: 'bytes' in initializer ? [...initializer.bytes] : [],
    })),
    inputs: g.inputs.map(wireValue),
    outputs: g.outputs.map(wireValue),
  }
}

describe('the bytes of a model', () => {
  it('read back as the graph, for random uses of every op', () => {
    const builders = Object.values(OP_CASES)
    fc.assert(
      fc.property(
        fc.gen(),
        fc.constantFrom(...builders),
        fc.constantFrom(...builders),
        (gen, ...both) => {
          const g = createGraph('webgpu')
          const values = both.flatMap((build) => build(g, (arbitrary) => gen(() => arbitrary)))
          values.forEach((value, index) => output(g, value, `y${index}`))
          expect(readModel(modelBytes(g, 'a model')).graph).toEqual(wireGraph(g, 'a model'))
        },
      ),
      { numRuns: 300, seed: 4 },
    )
  })

  it('keep attributes of every kind, left out inputs and names beyond ASCII', () => {
    const body = createGraph('cpu', 'body.')
    output(body, addNumber(body, input(body, 'body.x', 'float32', []), 2), 'body.y')
    const g = createGraph('cpu')
    const x = input(g, 'poids élevé 重み', 'int64', [0, 3])
    const attributes = {
      float: { kind: 'float', value: -1.25e-3 },
      int: { kind: 'int', value: -1 },
      large: { kind: 'int', value: 2 ** 40 },
      string: { kind: 'string', value: 'añadir' },
      ints: { kind: 'ints', value: [-2, 0, 7] },
      none: { kind: 'ints', value: [] },
      graph: { kind: 'graph', value: body },
    } as const
    const options = { attributes, domain: 'com.microsoft' }
    const [first] = emit(g, 'Anything', [x, null, x], [x, { dtype: 'bool', shape: [] }], options)
    if (first === undefined) throw new Error('no output')
    output(g, first, 'out')
    expect(readModel(modelBytes(g, 'm'))).toEqual({
      irVersion: 10,
      producer: 'kelvin',
      opsets: { '': 21, 'com.microsoft': 1 },
      graph: wireGraph(g, 'm'),
    })
  })

  it('hold constants in the byte order of the machine format', () => {
    const g = createGraph('cpu')
    constant(g, 'float32', [2], [1, -2])
    constant(g, 'float64', [], [0.1])
    constant(g, 'int32', [1], [-1])
    int64s(g, [-2, 2 ** 40])
    constant(g, 'bool', [3], [1, 0, 1])
    const found = readModel(modelBytes(g, 'm')).graph.initializers.map(({ bytes }) => bytes)
    const view = new DataView(new ArrayBuffer(16))
    const take = (count: number): number[] => [...new Uint8Array(view.buffer, 0, count)]
    view.setFloat32(0, 1, true)
    view.setFloat32(4, -2, true)
    const floats = take(8)
    view.setFloat64(0, 0.1, true)
    const double = take(8)
    view.setBigInt64(0, -2n, true)
    view.setBigInt64(8, 2n ** 40n, true)
    expect(found).toEqual([floats, double, [255, 255, 255, 255], take(16), [1, 0, 1]])
  })

  it('run a Loop whose body is a graph of its own', async () => {
    const body = createGraph('cpu', 'body.')
    const step = input(body, 'body.step', 'int64', [])
    input(body, 'body.go', 'bool', [])
    const sum = input(body, 'body.sum', 'float32', [2])
    const next = add(body, sum, constant(body, 'float32', [2], [1, 10]))
    output(body, less(body, step, scalar(body, 'int64', 3)), 'body.again')
    output(body, next, 'body.next')
    const g = createGraph('cpu')
    const start = input(g, 'start', 'float32', [2])
    const attributes = { body: { kind: 'graph', value: body } } as const
    const inputs = [scalar(g, 'int64', 100), null, start]
    output(g, emitOne(g, 'Loop', inputs, start, { attributes }), 'end')
    expect(numbersOf(await runGraph(g, { start: [0, 0.5] }), 'end')).toEqual([4, 40.5])
  })
})

describe('constants', () => {
  it('are stored once when equal in type, shape and bytes, and only then', () => {
    const g = createGraph('cpu', 'p.')
    const one = constant(g, 'float32', [2], [1, 2])
    expect(constant(g, 'float32', [2], Float32Array.of(1, 2))).toBe(one)
    const others = [
      constant(g, 'float32', [2, 1], [1, 2]),
      constant(g, 'float64', [2], [1, 2]),
      constant(g, 'float32', [2], [1, -2]),
      constant(g, 'float32', [], [0]),
      constant(g, 'float32', [], [-0]),
      constant(g, 'int32', [], [0]),
    ]
    expect(new Set([one, ...others].map((value) => value.name)).size).toBe(7)
    expect([...g.initializers.values()].every(({ value }) => value.name.startsWith('p.'))).toBe(
      true,
    )
  })

  it('keep every byte apart: 256 different bytes are 256 constants', () => {
    const g = createGraph('cpu')
    for (let byte = 0; byte < 256; byte += 1) constant(g, 'int32', [], [byte])
    expect(g.initializers.size).toBe(256)
  })
})
