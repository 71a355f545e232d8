/**
 * ONNX protobuf bytes of a graph. Field numbers from onnx.proto3 (IR version 10); only what we use.
 */
import protobuf from 'protobufjs/minimal.js'
import type { Attribute, Graph, Initializer, Node } from './graph.ts'
import { DTYPE_NUMBERS, type Value } from './value.ts'

type Writer = protobuf.Writer

const IR_VERSION = 10
/** TensorProto.DataLocation. */
const EXTERNAL = 1
const OPSETS = [
  ['', 21],
  ['com.microsoft', 1],
] as const

/** Wire tag of a length-delimited field. */
const bytesField = (field: number): number => field * 8 + 2
const varintField = (field: number): number => field * 8
const floatField = (field: number): number => field * 8 + 5

/** The model file of g. */
export function modelBytes(g: Graph, name: string): Uint8Array {
  const writer = protobuf.Writer.create()
  writer.uint32(varintField(1)).int64(IR_VERSION)
  writer.uint32(bytesField(2)).string('kelvin')
  writeGraph(writer.uint32(bytesField(7)).fork(), g, name).ldelim()
  for (const [domain, version] of OPSETS) {
    const opset = writer.uint32(bytesField(8)).fork()
    opset.uint32(bytesField(1)).string(domain)
    opset.uint32(varintField(2)).int64(version).ldelim()
  }
  return writer.finish()
}

function writeGraph(writer: Writer, g: Graph, name: string): Writer {
  for (const node of g.nodes) writeNode(writer.uint32(bytesField(1)).fork(), node).ldelim()
  writer.uint32(bytesField(2)).string(name)
  for (const initializer of g.initializers.values()) {
    writeTensor(writer.uint32(bytesField(5)).fork(), initializer).ldelim()
  }
  for (const value of g.inputs) writeValue(writer.uint32(bytesField(11)).fork(), value).ldelim()
  for (const value of g.outputs) writeValue(writer.uint32(bytesField(12)).fork(), value).ldelim()
  return writer
}

function writeNode(writer: Writer, node: Node): Writer {
  for (const value of node.inputs) writer.uint32(bytesField(1)).string(value?.name ?? '')
  for (const value of node.outputs) writer.uint32(bytesField(2)).string(value.name)
  writer.uint32(bytesField(3)).string(node.outputs[0]?.name ?? '')
  writer.uint32(bytesField(4)).string(node.op)
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writeAttribute(writer.uint32(bytesField(5)).fork(), name, attribute).ldelim()
  }
  if (node.domain !== '') writer.uint32(bytesField(7)).string(node.domain)
  return writer
}

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const

function writeAttribute(writer: Writer, name: string, attribute: Attribute): Writer {
  writer.uint32(bytesField(1)).string(name)
  writeAttributeValue(writer, attribute)
  return writer.uint32(varintField(20)).int32(ATTRIBUTE_TYPES[attribute.kind])
}

function writeAttributeValue(writer: Writer, attribute: Attribute): void {
  switch (attribute.kind) {
    case 'float':
      writer.uint32(floatField(2)).float(attribute.value)
      return
    case 'int':
      writer.uint32(varintField(3)).int64(attribute.value)
      return
    case 'string':
      writer.uint32(bytesField(4)).string(attribute.value)
      return
    case 'graph':
      writeGraph(writer.uint32(bytesField(6)).fork(), attribute.value, 'body').ldelim()
      return
    case 'ints':
      for (const number of attribute.value) writer.uint32(varintField(8)).int64(number)
      return
    default:
      attribute satisfies never
  }
}

function writeTensor(writer: Writer, initializer: Initializer): Writer {
  const { value } = initializer
  for (const size of value.shape) writer.uint32(varintField(1)).int64(size)
  writer.uint32(varintField(2)).int32(DTYPE_NUMBERS[value.dtype])
  writer.uint32(bytesField(8)).string(value.name)
  if ('bytes' in initializer) return writer.uint32(bytesField(9)).bytes(initializer.bytes)
  const { file, offset, length } = initializer.stored
  const location = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)
  const entries = { location, offset: String(offset), length: String(length) }
  for (const [key, entry] of Object.entries(entries)) {
    const pair = writer.uint32(bytesField(13)).fork()
    pair.uint32(bytesField(1)).string(key).uint32(bytesField(2)).string(entry).ldelim()
  }
  return writer.uint32(varintField(14)).int32(EXTERNAL)
}

function writeValue(writer: Writer, value: Value): Writer {
  writer.uint32(bytesField(1)).string(value.name)
  const tensor = writer.uint32(bytesField(2)).fork().uint32(bytesField(1)).fork()
  tensor.uint32(varintField(1)).int32(DTYPE_NUMBERS[value.dtype])
  const shape = tensor.uint32(bytesField(2)).fork()
  for (const size of value.shape) {
    shape.uint32(bytesField(1)).fork().uint32(varintField(1)).int64(size).ldelim()
  }
  shape.ldelim()
  return tensor.ldelim().ldelim()
}
