/** Connected components of a mask, and the smallest turned rectangle around each. Pure. */
import type { Point, Quad } from './quad.ts'

export interface Component {
  /** leftmost and rightmost pixel of each row it has, as corners of the area it covers */
  outline: Point[]
  pixels: number
  /** mean of the values under it */
  mean: number
}

/**
 * Components of the pixels whose value is above `threshold`; diagonal neighbours belong together.
 * @param values  one a pixel, row by row
 * @param least   smaller components are left out
 */
export function components(values: Float32Array, width: number, height: number, threshold: number, least: number): Component[] {
  const seen = new Uint8Array(width * height)
  const stack: number[] = []
  const found: Component[] = []
  for (let start = 0; start < seen.length; start += 1) {
    if (seen[start] || !(values[start]! > threshold)) continue
    seen[start] = 1
    stack.push(start)
    let pixels = 0
    let sum = 0
    const rows = new Map<number, [number, number]>()
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const y = (at / width) | 0
      const x = at - y * width
      pixels += 1
      sum += values[at]!
      const row = rows.get(y)
      if (!row) rows.set(y, [x, x])
      else if (x < row[0]) row[0] = x
      else if (x > row[1]) row[1] = x
      for (let ny = y > 0 ? y - 1 : 0; ny <= y + 1 && ny < height; ny += 1) {
        for (let nx = x > 0 ? x - 1 : 0; nx <= x + 1 && nx < width; nx += 1) {
          const next = ny * width + nx
          if (seen[next] || !(values[next]! > threshold)) continue
          seen[next] = 1
          stack.push(next)
        }
      }
    }
    if (pixels < least) continue
    found.push({ outline: [...rows].flatMap(([y, [from, to]]) => corners(y, from, to)), pixels, mean: sum / pixels })
  }
  return found
}

const corners = (y: number, from: number, to: number): Point[] => [
  { x: from, y },
  { x: from, y: y + 1 },
  { x: to + 1, y },
  { x: to + 1, y: y + 1 },
]

/** Convex hull, in order around it. Andrew's monotone chain (1979). */
export function hull(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y)
  const half = (list: readonly Point[]): Point[] => {
    const out: Point[] = []
    for (const point of list) {
      while (out.length >= 2 && cross(out.at(-2)!, out.at(-1)!, point) <= 0) out.pop()
      out.push(point)
    }
    out.pop()
    return out
  }
  return [...half(sorted), ...half(sorted.toReversed())]
}

const cross = (o: Point, a: Point, b: Point): number => (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x)

/**
 * The smallest rectangle around the points; one of its sides lies on a side of their hull (Freeman & Shapira 1975).
 * Given with its along-axis within 45 degrees of the x axis, pointing right.
 */
export function smallestQuad(points: readonly Point[]): Quad {
  const ring = hull(points)
  let best: Quad | null = null
  for (let n = 0; n < ring.length; n += 1) {
    const [a, b] = [ring[n]!, ring[(n + 1) % ring.length]!]
    const side = Math.hypot(b.x - a.x, b.y - a.y)
    if (side < 1e-9) continue
    const quad = quadAlong(ring, (b.x - a.x) / side, (b.y - a.y) / side)
    if (!best || quad.length * quad.height < best.length * best.height) best = quad
  }
  return best ?? quadAlong(points, 1, 0)
}

/** The rectangle around the points with the given direction or the one of its four turns that points most to the right. */
function quadAlong(points: readonly Point[], dx: number, dy: number): Quad {
  const [ux, uy] = Math.abs(dx) >= Math.abs(dy) ? (dx > 0 ? [dx, dy] : [-dx, -dy]) : dy > 0 ? [dy, -dx] : [-dy, dx]
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const { x, y } of points) {
    const u = x * ux + y * uy
    const v = y * ux - x * uy
    left = Math.min(left, u)
    right = Math.max(right, u)
    top = Math.min(top, v)
    bottom = Math.max(bottom, v)
  }
  return { x: left * ux - top * uy, y: left * uy + top * ux, ux, uy, length: right - left, height: bottom - top }
}
