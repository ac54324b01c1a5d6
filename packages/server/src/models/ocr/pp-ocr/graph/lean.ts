/**
 * Rewrites the graphs of PP-OCRv4 so that the same numbers cost a third less. The files hold each activation as a chain of
 * single steps over the whole picture, which take as long as the convolutions and keep the runtime from its fast layout:
 *
 *   Conv → x s → + b → (+ 3 → clip 0..6 → x → : 6) → x s → + b → Conv
 *
 * Scales and shifts that follow a convolution go into its weights; the middle is one HardSigmoid and one product; scales and
 * shifts before a convolution go into that one's weights, or into one normalisation where it pads its input with zeros.
 * The result is the same function; the last bits of the numbers differ. What does not fit the pattern is left as it is.
 */
import {
  type OnnxModel,
  type OnnxNode,
  constantNode,
  constantOf,
  decodeModel,
  encodeModel,
  floatAttribute,
  floatOf,
  intsOf,
} from './onnx.ts'

export function lean(model: Uint8Array): Uint8Array {
  const graph = decodeModel(model)
  foldAfterConv(graph)
  foldHardSwish(graph)
  foldBeforeConv(graph)
  return encodeModel(withoutUnused(graph))
}

interface Links {
  producer: Map<string, OnnxNode>
  consumers: Map<string, OnnxNode[]>
}

function linksOf({ nodes }: OnnxModel): Links {
  const producer = new Map<string, OnnxNode>()
  const consumers = new Map<string, OnnxNode[]>()
  for (const node of nodes) {
    for (const name of node.outputs) producer.set(name, node)
    for (const name of node.inputs) consumers.set(name, [...(consumers.get(name) ?? []), node])
  }
  return { producer, consumers }
}

/** A node that applies one number to its other input: that number and input; null for any other node. */
function scalarStep(node: OnnxNode | undefined, op: string, { producer }: Links): { value: number; input: string } | null {
  if (node?.op !== op || node.inputs.length !== 2) return null
  for (const [constant, input] of [node.inputs, node.inputs.toReversed()] as [string, string][]) {
    const tensor = constantOf(producer.get(constant))
    // A division has its number last.
    if (tensor?.data.length === 1 && !(op === 'Div' && constant === node.inputs[0])) return { value: tensor.data[0]!, input }
  }
  return null
}

/** The only consumer of what a node gives, if there is but one. */
function next(node: OnnxNode, { consumers }: Links): OnnxNode | undefined {
  const list = consumers.get(node.outputs[0]!) ?? []
  return list.length === 1 ? list[0] : undefined
}

interface Affine {
  scale: number
  shift: number
  /** the name of the result */
  output: string
}

/** `x s`, `+ b` that follow a node, each with no other consumer in between. */
function affineAfter(node: OnnxNode, links: Links): Affine | null {
  const multiply = next(node, links)
  const scale = scalarStep(multiply, 'Mul', links)
  if (!multiply || !scale) return null
  const add = next(multiply, links)
  const shift = scalarStep(add, 'Add', links)
  return add && shift ? { scale: scale.value, shift: shift.value, output: add.outputs[0]! } : null
}

function foldAfterConv(graph: OnnxModel): void {
  const links = linksOf(graph)
  for (const conv of graph.nodes.filter((node) => node.op === 'Conv')) {
    const affine = affineAfter(conv, links)
    const weights = constantOf(links.producer.get(conv.inputs[1]!))
    if (!affine || !weights) continue
    const bias = conv.inputs[2] === undefined ? new Float32Array(weights.dims[0]!) : constantOf(links.producer.get(conv.inputs[2]))?.data
    if (!bias) continue
    setWeights(
      graph,
      conv,
      { dims: weights.dims, data: weights.data.map((value) => value * affine.scale) },
      bias.map((value) => value * affine.scale + affine.shift),
    )
    rename(graph, affine.output, conv)
  }
}

/** Gives the node the name of a later result and takes the nodes out that made that result. */
function rename(graph: OnnxModel, output: string, node: OnnxNode): void {
  const maker = graph.nodes.find((other) => other.outputs[0] === output)!
  graph.nodes.splice(graph.nodes.indexOf(maker), 1)
  node.outputs = [output]
}

function setWeights(graph: OnnxModel, conv: OnnxNode, weights: { dims: number[]; data: Float32Array }, bias: Float32Array): void {
  const name = conv.outputs[0]!
  const at = graph.nodes.indexOf(conv)
  graph.nodes.splice(at, 0, constantNode(`${name}.lean_w`, weights), constantNode(`${name}.lean_b`, { dims: [bias.length], data: bias }))
  conv.inputs = [conv.inputs[0]!, `${name}.lean_w`, `${name}.lean_b`]
}

/** x · clip(x + 3, 0, 6) / 6 becomes x · HardSigmoid(x) with slope 1/6 and offset 1/2. */
function foldHardSwish(graph: OnnxModel): void {
  const links = linksOf(graph)
  for (const divide of graph.nodes.filter((node) => node.op === 'Div')) {
    const six = scalarStep(divide, 'Div', links)
    const multiply = six ? links.producer.get(six.input) : undefined
    if (six?.value !== 6 || multiply?.op !== 'Mul') continue
    const clip = multiply.inputs.map((name) => links.producer.get(name)).find((node) => node?.op === 'Clip')
    const three = clip ? scalarStep(links.producer.get(clip.inputs[0]!), 'Add', links) : null
    const x = three?.input
    if (!clip || !three || x === undefined || three.value !== 3 || !multiply.inputs.includes(x)) continue
    if (floatOf(clip, 'min') !== 0 || floatOf(clip, 'max') !== 6) continue
    const gate = `${divide.outputs[0]!}.gate`
    const sigmoid = {
      op: 'HardSigmoid',
      inputs: [x],
      outputs: [gate],
      attributes: [floatAttribute('alpha', 1 / 6), floatAttribute('beta', 0.5)],
    }
    const product = { op: 'Mul', inputs: [x, gate], outputs: divide.outputs, attributes: [] }
    graph.nodes.splice(graph.nodes.indexOf(divide), 1, sigmoid, product)
  }
}

function foldBeforeConv(graph: OnnxModel): void {
  const links = linksOf(graph)
  const products = graph.nodes.filter((node) => node.op === 'Mul' && node.inputs.every((name) => !constantOf(links.producer.get(name))))
  for (const node of products) {
    const affine = affineAfter(node, links)
    if (!affine) continue
    const users = links.consumers.get(affine.output) ?? []
    const into = users.map((conv) => unpadded(conv, affine.output, links))
    if (into.length > 0 && into.every((weights) => weights !== null)) {
      users.forEach((conv, n) => {
        const { dims, data, bias } = into[n]!
        const inner = data.length / bias.length
        const shifted = bias.map((value, out) => value + affine.shift * sum(data, out * inner, inner))
        setWeights(graph, conv, { dims, data: data.map((value) => value * affine.scale) }, shifted)
        conv.inputs[0] = node.outputs[0]!
      })
    } else normalise(graph, node, affine, users, links)
  }
}

const sum = (data: Float32Array, from: number, count: number): number => {
  let total = 0
  for (let n = from; n < from + count; n += 1) total += data[n]!
  return total
}

/** Weights of a convolution that reads the value and does not pad it; null for anything else. */
function unpadded(conv: OnnxNode, input: string, { producer }: Links): { dims: number[]; data: Float32Array; bias: Float32Array } | null {
  if (conv.op !== 'Conv' || conv.inputs[0] !== input || intsOf(conv, 'pads').some((pad) => pad !== 0)) return null
  const weights = constantOf(producer.get(conv.inputs[1]!))
  if (!weights) return null
  const bias = conv.inputs[2] === undefined ? new Float32Array(weights.dims[0]!) : constantOf(producer.get(conv.inputs[2]))?.data
  return bias ? { ...weights, bias } : null
}

/** `x s + b` as one normalisation, for which the runtime has a form in its fast layout. The channels are those of a convolution beside it. */
function normalise(graph: OnnxModel, node: OnnxNode, affine: Affine, users: readonly OnnxNode[], links: Links): void {
  const channels = channelsOf(users, links)
  if (channels === null) return
  const name = affine.output
  const maker = graph.nodes.find((other) => other.outputs[0] === name)!
  const constants = { scale: affine.scale, shift: affine.shift, mean: 0, variance: 1 }
  const inputs = Object.entries(constants).map(([kind, value]) => {
    graph.nodes.splice(
      graph.nodes.indexOf(maker),
      0,
      constantNode(`${name}.lean_${kind}`, { dims: [channels], data: new Float32Array(channels).fill(value) }),
    )
    return `${name}.lean_${kind}`
  })
  const batch = {
    op: 'BatchNormalization',
    inputs: [node.outputs[0]!, ...inputs],
    outputs: [name],
    attributes: [floatAttribute('epsilon', 0)],
  }
  graph.nodes.splice(graph.nodes.indexOf(maker), 1, batch)
}

/** Channels of a value that a depthwise convolution reads: it has one filter each. */
function channelsOf(users: readonly OnnxNode[], { producer }: Links): number | null {
  for (const user of users) {
    const weights = user.op === 'Conv' ? constantOf(producer.get(user.inputs[1]!)) : null
    if (weights) return weights.dims[1] === 1 ? weights.dims[0]! : weights.dims[1]!
  }
  return null
}

/** Without the nodes whose results nobody reads. */
function withoutUnused(graph: OnnxModel): OnnxModel {
  let nodes = graph.nodes
  for (;;) {
    const read = new Set(nodes.flatMap((node) => node.inputs))
    const results = new Set(graph.nodes.slice(-1).flatMap((node) => node.outputs))
    const kept = nodes.filter((node) => node.outputs.some((name) => read.has(name) || results.has(name)))
    if (kept.length === nodes.length) return { ...graph, nodes }
    nodes = kept
  }
}
