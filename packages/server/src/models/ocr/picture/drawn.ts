/** Is anything drawn on a picture at all? Paper noise and soft shadows are not drawings. Pure. */
import type { Picture } from '../types.ts'
import { greyOf } from './raster.ts'

/** edges are looked for over so many pixels, so that blurred ones are seen */
const REACH = 2
/** a difference counts from so many times the one that most pixels stay below, between these bounds (grey levels) */
const OVER_NOISE = 8
const LEAST_DIFFERENCE = 6
const MOST_DIFFERENCE = 32

/** Share of the pixels that stand at an edge, 0 to 1. */
export function edgeShare(picture: Picture): number {
  const grey = greyOf(picture)
  const { width, height } = picture
  const histogram = new Uint32Array(256)
  for (let y = 0; y + REACH < height; y += 1) {
    for (let x = 0, at = y * width; x + REACH < width; x += 1, at += 1) {
      const across = Math.abs(grey[at]! - grey[at + REACH]!)
      const down = Math.abs(grey[at]! - grey[at + REACH * width]!)
      histogram[across > down ? across : down]! += 1
    }
  }
  const all = histogram.reduce((sum, count) => sum + count, 0)
  if (all === 0) return 0
  const limit = Math.min(MOST_DIFFERENCE, Math.max(LEAST_DIFFERENCE, OVER_NOISE * usual(histogram, all)))
  let edges = 0
  for (let n = Math.ceil(limit); n < 256; n += 1) edges += histogram[n]!
  return edges / all
}

function usual(histogram: Uint32Array, all: number): number {
  let sum = 0
  for (let n = 0; n < 256; n += 1) {
    sum += histogram[n]!
    if (2 * sum >= all) return n
  }
  return 255
}
