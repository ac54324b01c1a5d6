/** A picture as Tesseract is to see it: upright, dark on light, even, level; and the regions of one column on it. */
import { splitColumns, type Item } from '../layout/columns.ts'
import { inkLines } from '../layout/ink-lines.ts'
import { rowsOf } from '../layout/rows.ts'
import { type Quad, sampleQuad } from '../picture/quad.ts'
import { greyOf, turn } from '../picture/raster.ts'
import type { Picture } from '../types.ts'
import { darkOnLight, evened, isLying, shrunk, skewOf } from './clean.ts'
import type { GreyPicture } from './core.ts'

export interface LevelPage {
  /** the picture turned upright, as it was drawn */
  upright: Picture
  rotation: 0 | 90 | 180 | 270
  /** what Tesseract sees */
  grey: GreyPicture
  /** where the level page lies on the upright picture */
  quad: Quad
  /** lines found by their ink, in pixels of the level page */
  lines: Item[]
}

/** longest side of the copy on which lines are looked for */
const LINES_SIDE = 1700
/** rows that are read in one go: between two goes a cancel can act */
const ROWS_AT_ONCE = 12
/** white around a region, in pixels */
const MARGIN = 10

/** @param rotation degrees clockwise; without it, 90 when the lines stand, else 0 */
export async function levelPage(given: Picture, rotation?: LevelPage['rotation']): Promise<LevelPage> {
  const asGiven = await evened(darkOnLight(greyPicture(given)))
  const degrees = rotation ?? ((await isLying(asGiven)) ? 90 : 0)
  const upright = turn(given, degrees)
  const even = degrees === 0 ? asGiven : await evened(darkOnLight(greyPicture(upright)))
  const angle = await skewOf(even)
  const quad = pageQuad(even.width, even.height, angle)
  const grey = angle === 0 ? even : sampled(even, quad)
  const small = await shrunk(grey, LINES_SIDE)
  const scale = grey.width / small.width
  const found = inkLines(small)
  const lines = found.lines.map(({ left, top, right, bottom }) => ({
    left: left * scale,
    top: top * scale,
    right: right * scale,
    bottom: bottom * scale,
  }))
  return { upright, rotation: degrees, grey: withoutRules(grey, small, found.rules), quad, lines }
}

/** Ruled lines painted over with one pixel of their soft edges: Tesseract reads whole tables as nothing because of them. */
function withoutRules(page: GreyPicture, small: GreyPicture, rules: Uint8Array): GreyPicture {
  if (!rules.includes(1)) return page
  const data = page.data.slice()
  const scale = page.width / small.width
  for (let n = 0; n < rules.length; n += 1) {
    if (!rules[n]) continue
    const y = Math.floor(n / small.width)
    const x = n - y * small.width
    const from = Math.max(0, Math.floor((x - 1) * scale))
    const to = Math.min(page.width, Math.ceil((x + 2) * scale))
    const end = Math.min(page.height, Math.ceil((y + 2) * scale))
    for (let row = Math.max(0, Math.floor((y - 1) * scale)); row < end; row += 1)
      data.fill(255, row * page.width + from, row * page.width + to)
  }
  return { ...page, data }
}

const greyPicture = (picture: Picture): GreyPicture => ({ data: greyOf(picture), width: picture.width, height: picture.height })

/** A rectangle of the page's size around its middle, turned by the angle. */
function pageQuad(width: number, height: number, degrees: number): Quad {
  const [ux, uy] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return { x: width / 2 - (ux * width - uy * height) / 2, y: height / 2 - (uy * width + ux * height) / 2, ux, uy, length: width, height }
}

function sampled({ data, width, height }: GreyPicture, quad: Quad): GreyPicture {
  const colours = new Uint8Array(data.length * 3)
  for (let n = 0, to = 0; n < data.length; n += 1, to += 3) colours.fill(data[n]!, to, to + 3)
  const level = sampleQuad({ data: colours, width, height }, quad, width, height)
  return { data: data.map((_, n) => level[n * 3]!), width, height }
}

/** Regions of one column and a bounded number of rows, in reading order. */
export function regionsOf(lines: readonly Item[]): Item[] {
  return splitColumns(lines).flatMap((column) => {
    const rows = rowsOf(column)
    const out: Item[] = []
    for (let n = 0; n < rows.length; n += ROWS_AT_ONCE) out.push(around(rows.slice(n, n + ROWS_AT_ONCE).flat()))
    return out
  })
}

function around(items: readonly Item[]): Item {
  return {
    left: Math.min(...items.map((item) => item.left)),
    top: Math.min(...items.map((item) => item.top)),
    right: Math.max(...items.map((item) => item.right)),
    bottom: Math.max(...items.map((item) => item.bottom)),
  }
}

/** The region cut out with a white margin, and the place of its first pixel on the page. */
export function cutOut(page: GreyPicture, region: Item): { picture: GreyPicture; left: number; top: number } {
  const reach = 3
  const left = Math.max(0, Math.floor(region.left) - reach)
  const top = Math.max(0, Math.floor(region.top) - reach)
  const width = Math.max(1, Math.min(page.width, Math.ceil(region.right) + reach) - left)
  const height = Math.max(1, Math.min(page.height, Math.ceil(region.bottom) + reach) - top)
  const out = new Uint8Array((width + 2 * MARGIN) * (height + 2 * MARGIN)).fill(255)
  for (let y = 0; y < height; y += 1) {
    const from = (top + y) * page.width + left
    out.set(page.data.subarray(from, from + width), (y + MARGIN) * (width + 2 * MARGIN) + MARGIN)
  }
  return { picture: { data: out, width: width + 2 * MARGIN, height: height + 2 * MARGIN }, left: left - MARGIN, top: top - MARGIN }
}
