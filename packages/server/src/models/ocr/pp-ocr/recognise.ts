/** Line pictures of one height → characters with their places, by the PP-OCRv4 recogniser (SVTR-LCNet with a CTC head). */
import { type Glyph, decodeCtc } from './ctc.ts'
import type { Session } from './session.ts'

/** fixed by the model */
export const LINE_HEIGHT = 48
/** the model gives one step for so many columns */
export const STEP_WIDTH = 8

/** RGB, LINE_HEIGHT rows of `width`; the width is a multiple of STEP_WIDTH */
export interface LinePicture {
  data: Uint8Array
  width: number
}

/** Lines are read together as long as they are of like width and few: memory grows with the sum, and the time per column does not fall. */
const BATCH_WIDTH = 1200
const BATCH_SPREAD = 1.12

/**
 * @param between  called before each run of the model: signs of life, cancelling
 * @returns for each line its characters from left to right
 */
export async function recognise(
  session: Session,
  keys: readonly string[],
  lines: readonly LinePicture[],
  between: () => void,
): Promise<Glyph[][]> {
  const read: Glyph[][] = lines.map(() => [])
  for (const batch of batches(lines)) {
    between()
    const width = Math.max(...batch.map((n) => lines[n]!.width))
    const { data, dims } = await session.run(
      input(
        batch.map((n) => lines[n]!),
        width,
      ),
      [batch.length, 3, LINE_HEIGHT, width],
    )
    const steps = dims[1]!
    batch.forEach((n, row) => {
      const own = Math.ceil((steps * lines[n]!.width) / width)
      read[n] = decodeCtc(data, row * steps * keys.length, own, keys)
    })
  }
  return read
}

/** Numbers of lines that are read together, widest first. */
export function batches(lines: readonly { width: number }[]): number[][] {
  const order = lines.map((_, n) => n).toSorted((a, b) => lines[b]!.width - lines[a]!.width)
  const out: number[][] = []
  for (const n of order) {
    const batch = out.at(-1)
    const widest = batch ? lines[batch[0]!]!.width : 0
    if (batch && widest * (batch.length + 1) <= BATCH_WIDTH && widest <= lines[n]!.width * BATCH_SPREAD) batch.push(n)
    else out.push([n])
  }
  return out
}

/** Blue, green, red planes from -1 to 1; narrower lines are filled up with middle grey. */
function input(lines: readonly LinePicture[], width: number): Float32Array {
  const plane = LINE_HEIGHT * width
  const out = new Float32Array(lines.length * 3 * plane)
  lines.forEach((line, n) => {
    for (let c = 0; c < 3; c += 1) {
      const base = (n * 3 + c) * plane
      for (let y = 0; y < LINE_HEIGHT; y += 1) {
        const to = base + y * width
        for (let x = 0, at = y * line.width * 3 + 2 - c; x < line.width; x += 1, at += 3) out[to + x] = line.data[at]! / 127.5 - 1
      }
    }
  })
  return out
}
