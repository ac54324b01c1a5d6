/** Places of turned rectangles as if their page lay straight. Pure. */
import { type Quad, quadCentre } from '../picture/quad.ts'
import type { Item } from './columns.ts'

/** @returns for each quad its upright place after the page is turned back by the middle angle of its lines */
export function straightened(quads: readonly Quad[]): Item[] {
  const angle = middleAngle(quads)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return quads.map((quad) => {
    const centre = quadCentre(quad)
    const [x, y] = [centre.x * cos + centre.y * sin, centre.y * cos - centre.x * sin]
    return { left: x - quad.length / 2, right: x + quad.length / 2, top: y - quad.height / 2, bottom: y + quad.height / 2 }
  })
}

/** The angle of the lines, as the middle of all weighed by the square of their length: long lines tell it better than short ones. */
function middleAngle(quads: readonly Quad[]): number {
  const angles = quads
    .filter((quad) => quad.length > 2 * quad.height)
    .map((quad) => ({ angle: Math.atan2(quad.uy, quad.ux), weight: quad.length ** 2 }))
    .toSorted((a, b) => a.angle - b.angle)
  const half = angles.reduce((sum, { weight }) => sum + weight, 0) / 2
  let sum = 0
  for (const { angle, weight } of angles) {
    sum += weight
    if (sum >= half) return angle
  }
  return 0
}
