/** Damaged copies of good files: what a broken disk, a cut download and a careless program make of them. Seeded, so a failure can be repeated. */

/** mulberry32: numbers in [0, 1), the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

const below = (random: () => number, limit: number): number => Math.floor(random() * limit)
/** Lengths and offsets that programs trip over. */
const NUMBERS = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff] as const

/** May change the bytes it is given. */
type Mutation = (bytes: Uint8Array<ArrayBuffer>, random: () => number) => Uint8Array

const MUTATIONS: readonly Mutation[] = [
  function cutOff(bytes, random) {
    return bytes.slice(0, below(random, bytes.length))
  },
  function flipBits(bytes, random) {
    for (let count = 1 + below(random, 16); count > 0; count--) bytes[below(random, bytes.length)]! ^= 1 << below(random, 8)
    return bytes
  },
  function overwriteNumber(bytes, random) {
    if (bytes.length >= 4)
      new DataView(bytes.buffer).setUint32(below(random, bytes.length - 3), NUMBERS[below(random, NUMBERS.length)]!, true)
    return bytes
  },
  function dropPiece(bytes, random) {
    const from = below(random, bytes.length)
    const to = from + below(random, Math.min(512, bytes.length - from))
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  },
  function repeatPiece(bytes, random) {
    const from = below(random, bytes.length)
    const to = from + below(random, Math.min(512, bytes.length - from))
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)])
  },
  function fillPiece(bytes, random) {
    const from = below(random, bytes.length)
    return bytes.fill(below(random, 256), from, Math.min(bytes.length, from + below(random, 64)))
  },
]

/** A copy with one to three kinds of damage. */
export function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  let copy = Uint8Array.from(bytes)
  for (let count = 1 + below(random, 3); count > 0 && copy.length > 0; count--)
    copy = Uint8Array.from(MUTATIONS[below(random, MUTATIONS.length)]!(copy, random))
  return copy
}
