/** The detector joins lines of two columns where the gutter is narrow: they are parted again before they are read. */
import { findGutter, type Item } from '../layout/columns.ts'
import { straightened } from '../layout/straight.ts'
import { inkOf } from '../picture/ink.ts'
import { type Quad, sampleQuad } from '../picture/quad.ts'
import type { Picture } from '../types.ts'
import type { Found } from './detect.ts'

/** height at which a line is drawn to look for the gap */
const HEIGHT = 24
/** how far from the gutter's middle the gap may lie, and how wide it must be, in line heights */
const REACH = 1
const LEAST_GAP = 0.6
/** columns inside columns */
const DEPTH = 3

type Placed = Found & { item: Item }

export function splitAtGutters(picture: Picture, found: readonly Found[]): Found[] {
  const items = straightened(found.map(({ quad }) => quad))
  const placed = found.map((one, n) => ({ ...one, item: items[n]! }))
  return split(picture, placed, DEPTH).map(({ quad, score }) => ({ quad, score }))
}

function split(picture: Picture, lines: readonly Placed[], depth: number): Placed[] {
  const gutter = depth > 0 ? findGutter(lines.map(({ item }) => item)) : null
  if (gutter === null) return [...lines]
  const parts = lines.flatMap((line) => cut(picture, line, gutter))
  const left = parts.filter(({ item }) => item.right <= gutter)
  const right = parts.filter(({ item }) => item.left >= gutter)
  const across = parts.filter(({ item }) => item.left < gutter && item.right > gutter)
  return [...across, ...split(picture, left, depth - 1), ...split(picture, right, depth - 1)]
}

/** The line in two parts when it crosses the gutter with a gap there, else the line. */
function cut(picture: Picture, line: Placed, gutter: number): Placed[] {
  const { quad, item } = line
  if (item.left >= gutter || item.right <= gutter) return [line]
  const width = Math.max(1, Math.round((quad.length / quad.height) * HEIGHT))
  const { columns } = inkOf(sampleQuad(picture, quad, width, HEIGHT), width, HEIGHT)
  const gap = gapAt(columns, ((gutter - item.left) / quad.length) * width)
  if (!gap) return [line]
  const [from, to] = gap.map((x) => (x / width) * quad.length) as [number, number]
  return [part(line, 0, from), part(line, to, quad.length)]
}

/** The widest run of empty columns near x, if it is wide enough. */
function gapAt(columns: Uint8Array, x: number): [number, number] | null {
  let best: [number, number] = [0, 0]
  let start = 0
  for (let n = 0; n <= columns.length; n += 1) {
    if (n < columns.length && !columns[n]) continue
    const near = start <= x + REACH * HEIGHT && n >= x - REACH * HEIGHT
    if (near && n - start > best[1] - best[0]) best = [start, n]
    start = n + 1
  }
  const inside = best[0] > 0 && best[1] < columns.length
  return inside && best[1] - best[0] >= LEAST_GAP * HEIGHT ? best : null
}

function part({ quad, item, score }: Placed, from: number, to: number): Placed {
  const own: Quad = { ...quad, x: quad.x + quad.ux * from, y: quad.y + quad.uy * from, length: to - from }
  return { quad: own, score, item: { ...item, left: item.left + from, right: item.left + to } }
}
