/** ONNX models as lists of nodes: as much of the format (onnx.proto3) as rewriting a graph needs. Pure. */
import { type Field, decodeMessage, encodeMessage, integers } from './protobuf.ts'

/** Field numbers of onnx.proto3. */
const MODEL = { graph: 7 }
const GRAPH = { node: 1 }
const NODE = { input: 1, output: 2, name: 3, op: 4, attribute: 5 }
const ATTRIBUTE = { name: 1, float: 2, tensor: 5, ints: 8, type: 20 }
const TENSOR = { dims: 1, type: 2, floats: 4, raw: 9 }
const FLOAT = 1n

export interface OnnxNode {
  op: string
  inputs: string[]
  outputs: string[]
  /** as they are in the file */
  attributes: Uint8Array[]
}

export interface Tensor {
  dims: number[]
  data: Float32Array
}

export interface OnnxModel {
  nodes: OnnxNode[]
  /** everything else of the model and its graph */
  rest: { model: Field[]; graph: Field[] }
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const bytesOf = (field: Field): Uint8Array => field.value as Uint8Array
const strings = (fields: readonly Field[], no: number): string[] =>
  fields.filter((field) => field.no === no).map((field) => decoder.decode(bytesOf(field)))

export function decodeModel(bytes: Uint8Array): OnnxModel {
  const model = decodeMessage(bytes)
  const graph = decodeMessage(bytesOf(model.find((field) => field.no === MODEL.graph)!))
  const nodes = graph
    .filter((field) => field.no === GRAPH.node)
    .map((field): OnnxNode => {
      const node = decodeMessage(bytesOf(field))
      return {
        op: strings(node, NODE.op)[0]!,
        inputs: strings(node, NODE.input),
        outputs: strings(node, NODE.output),
        attributes: node.filter((one) => one.no === NODE.attribute).map(bytesOf),
      }
    })
  return {
    nodes,
    rest: {
      model: model.filter((field) => field.no !== MODEL.graph),
      graph: graph.filter((field) => field.no !== GRAPH.node),
    },
  }
}

export function encodeModel({ nodes, rest }: OnnxModel): Uint8Array {
  const graph = encodeMessage([...nodes.map((node): Field => bytes(GRAPH.node, encodeNode(node))), ...rest.graph])
  return encodeMessage([...rest.model, bytes(MODEL.graph, graph)])
}

const bytes = (no: number, value: Uint8Array): Field => ({ no, wire: 2, value })
const text = (no: number, value: string): Field => bytes(no, encoder.encode(value))
const varint = (no: number, value: bigint): Field => ({ no, wire: 0, value })

const encodeNode = ({ op, inputs, outputs, attributes }: OnnxNode): Uint8Array =>
  encodeMessage([
    ...inputs.map((name) => text(NODE.input, name)),
    ...outputs.map((name) => text(NODE.output, name)),
    text(NODE.name, outputs[0]!),
    text(NODE.op, op),
    ...attributes.map((attribute) => bytes(NODE.attribute, attribute)),
  ])

const attributeFields = (node: OnnxNode, name: string): Field[] | null => {
  const all = node.attributes.map(decodeMessage)
  return all.find((fields) => strings(fields, ATTRIBUTE.name)[0] === name) ?? null
}

export const intsOf = (node: OnnxNode, name: string): number[] => integers(attributeFields(node, name) ?? [], ATTRIBUTE.ints)

export function floatOf(node: OnnxNode, name: string): number | null {
  const value = attributeFields(node, name)?.find((field) => field.no === ATTRIBUTE.float)?.value
  return typeof value === 'number' ? value : null
}

export const floatAttribute = (name: string, value: number): Uint8Array =>
  encodeMessage([text(ATTRIBUTE.name, name), { no: ATTRIBUTE.float, wire: 5, value }, varint(ATTRIBUTE.type, 1n)])

const read = new WeakMap<OnnxNode, Tensor | null>()

/** The numbers of a Constant node; null when it is another node or holds other numbers than 32-bit floats. */
export function constantOf(node: OnnxNode | undefined): Tensor | null {
  if (node?.op !== 'Constant') return null
  const known = read.get(node)
  if (known !== undefined) return known
  const tensor = readConstant(node)
  read.set(node, tensor)
  return tensor
}

function readConstant(node: OnnxNode): Tensor | null {
  const value = attributeFields(node, 'value')?.find((field) => field.no === ATTRIBUTE.tensor)?.value
  if (!(value instanceof Uint8Array)) return null
  const fields = decodeMessage(value)
  if (fields.find((field) => field.no === TENSOR.type)?.value !== FLOAT) return null
  const packed = fields.find((field) => (field.no === TENSOR.raw || field.no === TENSOR.floats) && field.wire === 2)?.value
  if (!(packed instanceof Uint8Array)) return null
  return { dims: integers(fields, TENSOR.dims), data: new Float32Array(Uint8Array.from(packed).buffer) }
}

export function constantNode(name: string, { dims, data }: Tensor): OnnxNode {
  const tensor = encodeMessage([
    ...dims.map((size) => varint(TENSOR.dims, BigInt(size))),
    varint(TENSOR.type, FLOAT),
    bytes(TENSOR.raw, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ])
  const attribute = encodeMessage([text(ATTRIBUTE.name, 'value'), bytes(ATTRIBUTE.tensor, tensor), varint(ATTRIBUTE.type, 4n)])
  return { op: 'Constant', inputs: [], outputs: [name], attributes: [attribute] }
}
