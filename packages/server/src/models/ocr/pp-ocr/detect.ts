/**
 * Finds lines of text: the DB detector (Liao et al. 2020, Real-time Scene Text Detection with Differentiable
 * Binarization) gives each pixel the probability of lying in the middle of a line; components of it become rectangles.
 */
import { components, smallestQuad } from '../picture/components.ts'
import { grown, type Quad } from '../picture/quad.ts'
import { scaled } from '../picture/raster.ts'
import type { Picture } from '../types.ts'
import type { Session } from './session.ts'

export interface Found {
  quad: Quad
  /** mean probability of the component, 0 to 1 */
  score: number
}

/** ImageNet mean and deviation, in the order of the channels the model was trained with: blue, green, red. */
const MEAN = [0.485, 0.456, 0.406]
const DEVIATION = [0.229, 0.224, 0.225]
/** sides of the detector's input are multiples of this */
const STEP = 32
const THRESHOLD = 0.3
/** the map shows the shrunk middle of a line; it is grown by this times area / perimeter */
const GROW = 1.6
/** and lengthened by this share of its height at both ends */
const END = 0.12
/** components of fewer pixels, and rectangles less high than this, are noise */
const LEAST_PIXELS = 6
const LEAST_HEIGHT = 2

/**
 * @param limit       longest side of what the detector sees, in pixels
 * @param leastScore  components of less mean probability are left out
 * @returns rectangles in pixels of the picture, in no order
 */
export async function detect(session: Session, picture: Picture, limit: number, leastScore: number): Promise<Found[]> {
  const scale = Math.min(1, limit / Math.max(picture.width, picture.height))
  const width = stepped(picture.width * scale)
  const height = stepped(picture.height * scale)
  const small = await scaled(picture, width, height)
  const { data } = await session.run(input(small), [1, 3, height, width])
  const [toX, toY] = [picture.width / width, picture.height / height]
  return components(data, width, height, THRESHOLD, LEAST_PIXELS)
    .filter((component) => component.mean >= leastScore)
    .flatMap((component) => {
      const inner = smallestQuad(component.outline)
      if (Math.min(inner.length, inner.height) < LEAST_HEIGHT) return []
      const area = inner.length * inner.height
      const quad = stretched(grown(inner, (GROW * area) / (2 * (inner.length + inner.height))), toX, toY)
      return [{ quad: lengthened(quad), score: component.mean }]
    })
}

/** Longer by a small part of its height at both ends, where marks are easily cut off. */
function lengthened(quad: Quad): Quad {
  if (quad.length < 2 * quad.height) return quad
  const by = END * quad.height
  return { ...quad, x: quad.x - quad.ux * by, y: quad.y - quad.uy * by, length: quad.length + 2 * by }
}

const stepped = (side: number): number => Math.max(STEP, Math.round(side / STEP) * STEP)

function input({ data, width, height }: Picture): Float32Array {
  const plane = width * height
  const out = new Float32Array(plane * 3)
  for (let c = 0; c < 3; c += 1) {
    const scale = 1 / (255 * DEVIATION[c]!)
    const shift = MEAN[c]! / DEVIATION[c]!
    for (let n = 0, at = 2 - c; n < plane; n += 1, at += 3) out[c * plane + n] = data[at]! * scale - shift
  }
  return out
}

/** The quad on a picture that is `toX`, `toY` times as large; the two differ by rounding only, so it stays a rectangle. */
function stretched(quad: Quad, toX: number, toY: number): Quad {
  const ux = quad.ux * toX
  const uy = quad.uy * toY
  const along = Math.hypot(ux, uy)
  const down = Math.hypot(quad.uy * toX, quad.ux * toY)
  return { x: quad.x * toX, y: quad.y * toY, ux: ux / along, uy: uy / along, length: quad.length * along, height: quad.height * down }
}
