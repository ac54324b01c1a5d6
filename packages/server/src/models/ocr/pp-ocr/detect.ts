/**
 * Finds lines of text: the DB detector (Liao et al. 2020, Real-time Scene Text Detection with Differentiable
 * Binarization) gives each pixel the probability of lying in the middle of a line; components of it become rectangles.
 */
import { components, smallestQuad } from '../picture/components.ts'
import { grown, quadCentre, type Quad } from '../picture/quad.ts'
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
/** and lengthened by this share of its height at each end that has no neighbour within so many heights */
const END = 0.12
const NEIGHBOUR = 1.5
/** lines that are shorter than so many heights, cells mostly, are left as they are */
const LONG = 8
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
  const found = components(data, width, height, THRESHOLD, LEAST_PIXELS)
    .filter((component) => component.mean >= leastScore)
    .flatMap((component) => {
      const inner = smallestQuad(component.outline)
      if (Math.min(inner.length, inner.height) < LEAST_HEIGHT) return []
      const area = inner.length * inner.height
      const quad = stretched(grown(inner, (GROW * area) / (2 * (inner.length + inner.height))), toX, toY)
      return [{ quad, score: component.mean }]
    })
  const quads = found.map(({ quad }) => quad)
  return found.map(({ quad, score }) => ({ quad: lengthened(quad, quads), score }))
}

/** Longer by a small part of its height at both ends, where marks are easily cut off; not towards a neighbour on its row. */
function lengthened(quad: Quad, others: readonly Quad[]): Quad {
  if (quad.length < LONG * quad.height) return quad
  const middle = quadCentre(quad)
  const reach = quad.length / 2 + NEIGHBOUR * quad.height
  const sides = others.flatMap((other) => {
    const centre = quadCentre(other)
    const along = (centre.x - middle.x) * quad.ux + (centre.y - middle.y) * quad.uy
    const down = (centre.y - middle.y) * quad.ux - (centre.x - middle.x) * quad.uy
    const near = other !== quad && Math.abs(down) < quad.height / 2 && Math.abs(along) - other.length / 2 < reach
    return near ? [Math.sign(along)] : []
  })
  const [before, after] = [-1, 1].map((side) => (sides.includes(side) ? 0 : END * quad.height)) as [number, number]
  return { ...quad, x: quad.x - quad.ux * before, y: quad.y - quad.uy * before, length: quad.length + before + after }
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
