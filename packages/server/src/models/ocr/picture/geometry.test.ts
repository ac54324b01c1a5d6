import { describe, expect, test } from 'vitest'
import type { Picture, PixelBox } from '../types.ts'
import { components, smallestQuad } from './components.ts'
import { edgeShare } from './drawn.ts'
import { type Point, type Quad, partBox, quadCentre, reversed, sampleQuad, upended } from './quad.ts'
import { type Turn, bordered, turn, turnBack } from './raster.ts'

let seed = 7
const random = (): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}

/** Every pixel says where it is. */
function chart(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) data.set([x, y, 128], (y * width + x) * 3)
  return { data, width, height }
}

const pixel = ({ data, width }: Picture, x: number, y: number): number[] => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 2)]

describe('turning', () => {
  test.each([0, 90, 180, 270] as Turn[])('a box on the picture turned by %i degrees is mapped back to the same pixels', (degrees) => {
    const given = chart(50, 30)
    const turned = turn(given, degrees)
    for (let n = 0; n < 50; n += 1) {
      const x = Math.floor(random() * (turned.width - 1))
      const y = Math.floor(random() * (turned.height - 1))
      const [bx, by, bw, bh] = turnBack([x, y, 1, 1], degrees, given.width, given.height)
      expect([bw, bh]).toEqual([1, 1])
      expect(pixel(given, bx, by)).toEqual(pixel(turned, x, y))
    }
  })

  test('four quarters are none', () => {
    const given = chart(20, 9)
    expect(turn(turn(turn(turn(given, 90), 90), 90), 90)).toEqual(given)
  })
})

test('a border is put around', () => {
  const out = bordered(chart(4, 3), 2, 255)
  expect([out.width, out.height]).toEqual([8, 7])
  expect(pixel(out, 0, 0)).toEqual([255, 255])
  expect(pixel(out, 2 + 3, 2 + 1)).toEqual([3, 1])
})

const corners = ({ x, y, ux, uy, length, height }: Quad): Point[] =>
  [
    [0, 0],
    [length, 0],
    [length, height],
    [0, height],
  ].map(([u, v]) => ({ x: x + ux * u! - uy * v!, y: y + uy * u! + ux * v! }))

describe('turned rectangles', () => {
  test('the smallest rectangle around the points of a rectangle is that rectangle, for any angle within 45 degrees', () => {
    for (let n = 0; n < 100; n += 1) {
      const angle = ((random() - 0.5) * Math.PI) / 2.1
      const quad: Quad = {
        x: 100 * random(),
        y: 100 * random(),
        ux: Math.cos(angle),
        uy: Math.sin(angle),
        length: 40 + 60 * random(),
        height: 5 + 20 * random(),
      }
      const found = smallestQuad(corners(quad))
      for (const key of ['x', 'y', 'ux', 'uy', 'length', 'height'] as const) expect(found[key]).toBeCloseTo(quad[key], 6)
    }
  })

  test('reversing twice is nothing; reversed and upended keep the middle and the corners', () => {
    const quad: Quad = { x: 10, y: 20, ux: 0.8, uy: 0.6, length: 50, height: 10 }
    const sorted = (points: Point[]): string[] => points.map(({ x, y }) => `${x.toFixed(6)} ${y.toFixed(6)}`).toSorted()
    for (const other of [reversed(quad), upended(quad)]) {
      expect(quadCentre(other).x).toBeCloseTo(quadCentre(quad).x, 9)
      expect(quadCentre(other).y).toBeCloseTo(quadCentre(quad).y, 9)
      expect(sorted(corners(other))).toEqual(sorted(corners(quad)))
    }
    const back = reversed(reversed(quad))
    for (const key of ['x', 'y', 'ux', 'uy'] as const) expect(back[key]).toBeCloseTo(quad[key], 9)
  })

  test('sampling a level rectangle copies its pixels; the box of its parts lies over them', () => {
    const picture = chart(60, 40)
    const quad: Quad = { x: 12, y: 8, ux: 1, uy: 0, length: 20, height: 10 }
    const out = sampleQuad(picture, quad, 20, 10)
    expect([...out.subarray(0, 2)]).toEqual([12, 8])
    expect([...out.subarray((9 * 20 + 19) * 3, (9 * 20 + 19) * 3 + 2)]).toEqual([31, 17])
    expect(partBox(quad, 0, 0.5, 60, 40)).toEqual<PixelBox>([12, 8, 10, 10])
    expect(partBox({ ...quad, x: -5 }, 0, 1, 60, 40)).toEqual<PixelBox>([0, 8, 15, 10])
  })
})

test('components: neighbours, also diagonal ones, belong together; small ones are left out', () => {
  const rows = ['110000', '001000', '000000', '000011', '100011']
  const values = Float32Array.from(rows.join(''), Number)
  const found = components(values, 6, 5, 0.5, 2)
  expect(found.map(({ pixels }) => pixels)).toEqual([3, 4])
  const quad = smallestQuad(found[1]!.outline)
  expect([quad.length, quad.height]).toEqual([2, 2])
})

test('paper noise and soft shadows are not drawn; a thin line is', () => {
  const data = new Uint8Array(200 * 100 * 3)
  for (let n = 0; n < 200 * 100; n += 1) data.fill(235 - Math.floor((n % 200) / 8) + Math.round(random() * 2), n * 3, n * 3 + 3)
  const paper: Picture = { data, width: 200, height: 100 }
  expect(edgeShare(paper)).toBe(0)
  const ruled = { ...paper, data: data.slice() }
  for (let x = 20; x < 180; x += 1) ruled.data.fill(60, (50 * 200 + x) * 3, (50 * 200 + x) * 3 + 3)
  expect(edgeShare(ruled)).toBeGreaterThan(0)
})
