/** A turned rectangle on a picture, and the straight line picture that is sampled from it. */
import type { Picture, PixelBox } from '../types.ts'

export interface Point {
  x: number
  y: number
}

/** Corner at the start of the text, unit vector along the line, length and height in pixels; down is along turned by 90° clockwise. */
export interface Quad {
  x: number
  y: number
  ux: number
  uy: number
  length: number
  height: number
}

export const quadCentre = (quad: Quad): Point => ({
  x: quad.x + (quad.ux * quad.length - quad.uy * quad.height) / 2,
  y: quad.y + (quad.uy * quad.length + quad.ux * quad.height) / 2,
})

/** Smallest upright box around the part [from, to] of the quad's length, both 0 to 1, inside a picture. */
export function partBox(quad: Quad, from: number, to: number, width: number, height: number): PixelBox {
  const { x, y, ux, uy, length } = quad
  const xs: number[] = []
  const ys: number[] = []
  for (const along of [from * length, to * length]) {
    for (const down of [0, quad.height]) {
      xs.push(x + ux * along - uy * down)
      ys.push(y + uy * along + ux * down)
    }
  }
  const left = Math.max(0, Math.min(width - 1, Math.floor(Math.min(...xs))))
  const top = Math.max(0, Math.min(height - 1, Math.floor(Math.min(...ys))))
  const right = Math.min(width, Math.ceil(Math.max(...xs)))
  const bottom = Math.min(height, Math.ceil(Math.max(...ys)))
  return [left, top, Math.max(1, right - left), Math.max(1, bottom - top)]
}

/** The quad seen after its line is turned by 180 degrees: it starts at the opposite corner. */
export const reversed = (quad: Quad): Quad => ({
  ...quad,
  x: quad.x + quad.ux * quad.length - quad.uy * quad.height,
  y: quad.y + quad.uy * quad.length + quad.ux * quad.height,
  ux: -quad.ux,
  uy: -quad.uy,
})

/** The quad read along its height, from the bottom upwards: for lines that stand upright. */
export const upended = (quad: Quad): Quad => ({
  x: quad.x - quad.uy * quad.height,
  y: quad.y + quad.ux * quad.height,
  ux: quad.uy,
  uy: -quad.ux,
  length: quad.height,
  height: quad.length,
})

/** The quad with its length and height grown by so many pixels on each side. */
export function grown(quad: Quad, margin: number): Quad {
  return {
    ...quad,
    x: quad.x - margin * (quad.ux - quad.uy),
    y: quad.y - margin * (quad.uy + quad.ux),
    length: quad.length + 2 * margin,
    height: quad.height + 2 * margin,
  }
}

/**
 * Samples the quad from the full-size picture into a straight picture of `toWidth` x `toHeight`, RGB.
 * This is the deskew: a line that is turned by a degree or two costs nothing. Pixels outside repeat the edge.
 * Between pixels bilinear; where the picture shrinks, several samples a pixel are averaged.
 */
export function sampleQuad(picture: Picture, quad: Quad, toWidth: number, toHeight: number): Uint8Array {
  const { data, width, height } = picture
  const out = new Uint8Array(toWidth * toHeight * 3)
  const stepX = quad.length / toWidth
  const stepY = quad.height / toHeight
  const across = samples(stepX)
  const down = samples(stepY)
  const share = 1 / (across * down)
  for (let row = 0, to = 0; row < toHeight; row += 1) {
    for (let column = 0; column < toWidth; column += 1, to += 3) {
      let [r, g, b] = [0, 0, 0]
      for (let sy = 0; sy < down; sy += 1) {
        const v = (row + (sy + 0.5) / down) * stepY
        for (let sx = 0; sx < across; sx += 1) {
          const u = (column + (sx + 0.5) / across) * stepX
          const x = Math.max(0, Math.min(width - 1, quad.x + quad.ux * u - quad.uy * v - 0.5))
          const y = Math.max(0, Math.min(height - 1, quad.y + quad.uy * u + quad.ux * v - 0.5))
          const x0 = x | 0
          const y0 = y | 0
          const fx = x - x0
          const fy = y - y0
          const top = (y0 * width + x0) * 3
          const right = x0 + 1 < width ? 3 : 0
          const bottom = y0 + 1 < height ? top + width * 3 : top
          const w11 = fx * fy
          const w10 = fx - w11
          const w01 = fy - w11
          const w00 = 1 - fx - w01
          r += data[top]! * w00 + data[top + right]! * w10 + data[bottom]! * w01 + data[bottom + right]! * w11
          g += data[top + 1]! * w00 + data[top + right + 1]! * w10 + data[bottom + 1]! * w01 + data[bottom + right + 1]! * w11
          b += data[top + 2]! * w00 + data[top + right + 2]! * w10 + data[bottom + 2]! * w01 + data[bottom + right + 2]! * w11
        }
      }
      out[to] = r * share + 0.5
      out[to + 1] = g * share + 0.5
      out[to + 2] = b * share + 0.5
    }
  }
  return out
}

/** Samples a pixel along one axis: 1 up to 1.5 source pixels, then as many as there are, at most 6. */
const samples = (step: number): number => (step <= 1.5 ? 1 : Math.min(6, Math.ceil(step)))
