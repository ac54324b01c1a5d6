import { expect, test } from 'vitest'
import { openSession } from '../session.ts'
import { readKeys, readWeights } from '../weights.ts'
import { lean } from './lean.ts'
import { decodeModel, encodeModel } from './onnx.ts'
import { type Field, decodeMessage, encodeMessage } from './protobuf.ts'

const weights = readWeights()
const operations = (model: Uint8Array): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const { op } of decodeModel(model).nodes) counts.set(op, (counts.get(op) ?? 0) + 1)
  return counts
}

test('messages are written back byte for byte, whatever is in them', () => {
  const fields: Field[] = [
    { no: 1, wire: 0, value: 300n },
    { no: 2, wire: 2, value: Uint8Array.of(1, 2, 3) },
    { no: 3, wire: 5, value: 0.5 },
    { no: 19, wire: 1, value: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
  ]
  const bytes = encodeMessage(fields)
  expect(decodeMessage(Uint8Array.from(bytes))).toEqual(fields)
  expect(() => decodeMessage(bytes.subarray(0, 5))).toThrow(RangeError)
  const again = encodeModel(decodeModel(encodeModel(decodeModel(weights.direction))))
  expect(Buffer.compare(again, encodeModel(decodeModel(weights.direction)))).toBe(0)
})

test.each([
  ['recognition', [1, 3, 48, 160]],
  ['recognition', [2, 3, 48, 96]],
  ['detection', [1, 3, 96, 160]],
] as const)('the rewritten graph gives the same numbers: %s %j', async (name, dims) => {
  const input = Float32Array.from(
    { length: dims.reduce<number>((product, size) => product * size, 1) },
    (_, n) => Math.sin(n / 7) * Math.cos(n / 311),
  )
  const [before, after] = [await openSession(weights[name], 'cpu'), await openSession(lean(weights[name]), 'cpu')]
  const [as, is] = [await before.run(input, dims), await after.run(input, dims)]
  await before.close()
  await after.close()
  expect(is.dims).toEqual(as.dims)
  const worst = as.data.reduce((most, value, n) => Math.max(most, Math.abs(value - is.data[n]!)), 0)
  expect(worst).toBeLessThan(1e-4)
})

test('the steps of activations are gone', () => {
  const [before, after] = [operations(weights.recognition), operations(lean(weights.recognition))]
  expect(after.get('Clip') ?? 0).toBe(0)
  expect(after.get('Add')!).toBeLessThan(before.get('Add')! / 3)
  expect(after.get('HardSigmoid')!).toBe(before.get('HardSigmoid')! + before.get('Clip')!)
})

test('the key list has a class for each output of the recogniser', () => {
  const keys = readKeys(weights.keys)
  expect(keys).toHaveLength(6625)
  expect([keys[0], keys.at(-1)]).toEqual(['', ' '])
  expect(new Set(keys.slice(1, -1)).size).toBe(6623)
})
