/**
 * The wire format of Protocol Buffers, as far as ONNX files use it: a message is a list of numbered fields, kept in order,
 * so that what is not looked at is written back as it was. Pure.
 */

export type Value = bigint | number | Uint8Array

/** bigint: varint · number: 32-bit float · bytes: string, message, packed list, or 8 bytes that are not looked at */
export interface Field {
  no: number
  /** 0 varint, 1 eight bytes, 2 bytes with their length, 5 four bytes */
  wire: number
  value: Value
}

/** @throws RangeError when the bytes end in the middle of a field */
export function decodeMessage(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields: Field[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at)
      at += 1
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError('a field ends after its message')
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const key = Number(varint())
    const [no, wire] = [key >>> 3, key & 7]
    if (wire === 0) fields.push({ no, wire, value: varint() })
    else if (wire === 1) fields.push({ no, wire, value: take(8) })
    else if (wire === 2) fields.push({ no, wire, value: take(Number(varint())) })
    else if (wire === 5) fields.push({ no, wire, value: view.getFloat32((at += 4) - 4, true) })
    else throw new RangeError(`wire type ${wire}`)
  }
  return fields
}

export function encodeMessage(fields: readonly Field[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const { no, wire, value } of fields) {
    parts.push(varintBytes(BigInt((no << 3) | wire)))
    if (typeof value === 'bigint') parts.push(varintBytes(value))
    else if (typeof value === 'number') parts.push(new Uint8Array(Float32Array.of(value).buffer))
    else if (wire === 1) parts.push(value)
    else parts.push(varintBytes(BigInt(value.length)), value)
  }
  return Buffer.concat(parts)
}

function varintBytes(value: bigint): Uint8Array {
  const out: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  out.push(Number(rest))
  return Uint8Array.from(out)
}

/** Numbers of a repeated integer field, packed or not. */
export function integers(fields: readonly Field[], no: number): number[] {
  return fields
    .filter((field) => field.no === no)
    .flatMap(({ value }) => (value instanceof Uint8Array ? packedIntegers(value) : [Number(BigInt.asIntN(64, BigInt(value)))]))
}

function packedIntegers(bytes: Uint8Array): number[] {
  const out: number[] = []
  let [value, shift] = [0n, 0n]
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift
    shift += 7n
    if (byte < 128) {
      out.push(Number(BigInt.asIntN(64, value)))
      ;[value, shift] = [0n, 0n]
    }
  }
  return out
}
