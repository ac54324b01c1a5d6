/** Which way up a page is: the PP-OCR text direction classifier looks at its widest lines, and the majority decides. */
import type { Picture } from '../types.ts'
import { type Quad, sampleQuad } from '../picture/quad.ts'
import type { Session } from './session.ts'

const WIDTH = 192
const HEIGHT = 48
/** lines that vote */
const VOTERS = 10

/** Share of the votes for "upside down", weighted by their certainty, 0 to 1; 0 without lines. */
export async function upsideDown(session: Session, picture: Picture, quads: readonly Quad[]): Promise<number> {
  const voters = quads.toSorted((a, b) => b.length - a.length).slice(0, VOTERS)
  let [against, all] = [0, 0]
  for (const quad of voters) {
    const { data } = await session.run(input(picture, quad), [1, 3, HEIGHT, WIDTH])
    const [up, down] = [data[0]!, data[1]!]
    all += Math.abs(up - down)
    if (down > up) against += down - up
  }
  return all > 0 ? against / all : 0
}

/** The start of the line, at most 4 : 1, as the classifier was trained with. */
function input(picture: Picture, quad: Quad): Float32Array {
  const part = { ...quad, length: Math.min(quad.length, (quad.height * WIDTH) / HEIGHT) }
  const width = Math.max(1, Math.min(WIDTH, Math.round((part.length / part.height) * HEIGHT)))
  const line = sampleQuad(picture, part, width, HEIGHT)
  const plane = WIDTH * HEIGHT
  const out = new Float32Array(plane * 3)
  for (let c = 0; c < 3; c += 1) {
    for (let y = 0; y < HEIGHT; y += 1) {
      for (let x = 0; x < width; x += 1) out[c * plane + y * WIDTH + x] = line[(y * width + x) * 3 + 2 - c]! / 127.5 - 1
    }
  }
  return out
}
