/**
 * Reads ONNX protobuf bytes back into plain structures, from the field numbers of onnx.proto3 alone.
 * Independent of electron/graph/proto.ts, which it tests.
 */
import protobuf from 'protobufjs/minimal.js'

type Field = number | Uint8Array

/** Every value of every field of one message: varints and floats as numbers, the rest as bytes. */
class Message {
  readonly #fields = new Map<number, Field[]>()

  constructor(bytes: Uint8Array) {
    const reader = protobuf.Reader.create(bytes)
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      const known = this.#fields.get(tag >>> 3) ?? []
      this.#fields.set(tag >>> 3, [...known, readField(reader, tag & 7)])
    }
  }

  numbers(field: number): number[] {
    return this.#all(field).map((value) => {
      if (typeof value !== 'number') throw new Error(`field ${field}: expected numbers`)
      return value
    })
  }

  bytes(field: number): Uint8Array[] {
    return this.#all(field).map((value) => {
      if (typeof value === 'number') throw new Error(`field ${field}: expected bytes`)
      return value
    })
  }

  strings(field: number): string[] {
    return this.bytes(field).map((value) => new TextDecoder('utf-8', { fatal: true }).decode(value))
  }

  messages(field: number): Message[] {
    return this.bytes(field).map((value) => new Message(value))
  }

  text(field: number): string {
    return this.strings(field).at(-1) ?? ''
  }

  number(field: number): number {
    return this.numbers(field).at(-1) ?? 0
  }

  get fields(): number[] {
    return [...this.#fields.keys()].toSorted((a, b) => a - b)
  }

  #all(field: number): Field[] {
    return this.#fields.get(field) ?? []
  }
}

function readField(reader: protobuf.Reader, wireType: number): Field {
  if (wireType === 0) return Number(reader.int64())
  if (wireType === 2) return Uint8Array.from(reader.bytes())
  if (wireType === 5) return reader.float()
  throw new Error(`wire type ${wireType}`)
}

export type WireValue = { readonly name: string; readonly dtype: number; readonly shape: number[] }
export type WireNode = {
  readonly op: string
  readonly domain: string
  readonly inputs: string[]
  readonly outputs: string[]
  readonly attributes: Readonly<Record<string, WireAttribute>>
}
export type WireAttribute =
  | { readonly kind: 'float' | 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: number[] }
  | { readonly kind: 'graph'; readonly value: WireGraph }
export type WireGraph = {
  readonly name: string
  readonly nodes: WireNode[]
  readonly initializers: (WireValue & { readonly bytes: number[] })[]
  readonly inputs: WireValue[]
  readonly outputs: WireValue[]
}
export type WireModel = {
  readonly irVersion: number
  readonly producer: string
  readonly opsets: Readonly<Record<string, number>>
  readonly graph: WireGraph
}

export function readModel(bytes: Uint8Array): WireModel {
  const model = new Message(bytes)
  const opsets = model.messages(8).map((opset) => [opset.text(1), opset.number(2)] as const)
  const [graph] = model.messages(7)
  if (graph === undefined) throw new Error('no graph')
  return {
    irVersion: model.number(1),
    producer: model.text(2),
    opsets: Object.fromEntries(opsets),
    graph: readGraph(graph),
  }
}

function readGraph(graph: Message): WireGraph {
  return {
    name: graph.text(2),
    nodes: graph.messages(1).map(readNode),
    initializers: graph.messages(5).map((tensor) => ({
      name: tensor.text(8),
      dtype: tensor.number(2),
      shape: tensor.numbers(1),
      bytes: Array.from(tensor.bytes(9).at(-1) ?? []),
    })),
    inputs: graph.messages(11).map(readValue),
    outputs: graph.messages(12).map(readValue),
  }
}

function readNode(node: Message): WireNode {
  const attributes = node
    .messages(5)
    .map((message) => [message.text(1), readAttribute(message)] as const)
  return {
    op: node.text(4),
    domain: node.text(7),
    inputs: node.strings(1),
    outputs: node.strings(2),
    attributes: Object.fromEntries(attributes),
  }
}

/** The type in field 20 says which field holds the value; no other may be there. */
function readAttribute(message: Message): WireAttribute {
  const type = message.number(20)
  const only = (field: number): void => {
    const others = message.fields.filter((known) => ![1, field, 20].includes(known))
    if (others.length > 0)
      throw new Error(`attribute of type ${type}: also fields ${others.join()}`)
  }
  const [field, read] = ((): [number, () => WireAttribute] => {
    if (type === 1) return [2, () => ({ kind: 'float', value: message.number(2) })]
    if (type === 2) return [3, () => ({ kind: 'int', value: message.number(3) })]
    if (type === 3) return [4, () => ({ kind: 'string', value: message.text(4) })]
    if (type === 5) return [6, () => ({ kind: 'graph', value: readGraph(firstOf(message, 6)) })]
    if (type === 7) return [8, () => ({ kind: 'ints', value: message.numbers(8) })]
    throw new Error(`attribute type ${type}`)
  })()
  only(field)
  return read()
}

function firstOf(message: Message, field: number): Message {
  const [found] = message.messages(field)
  if (found === undefined) throw new Error(`no field ${field}`)
  return found
}

function readValue(value: Message): WireValue {
  const tensor = firstOf(firstOf(value, 2), 1)
  const shape = firstOf(tensor, 2)
  const dims = shape.messages(1).map((dim) => dim.number(1))
  return { name: value.text(1), dtype: tensor.number(1), shape: dims }
}
