/**
 * Reading order of the lines of a page: columns are read one after the other, tables row by row. Pure.
 *
 * A gutter is a vertical strip that hardly any line crosses while many rows stand on both sides of it. Cells of a table
 * have gutters too; lines of running text fill their column, cells do not: that tells the two apart.
 * Lines that cross a gutter (headings over both columns) cut the page into bands, which are read from top to bottom.
 */

/** Upright place of a line on the straightened page. */
export interface Item {
  left: number
  top: number
  right: number
  bottom: number
}

/** rows on each side that make a column */
const LEAST_ROWS = 4
/** share of the lines that may cross the gutter */
const CROSSING = 0.25
/** a line fills its column from this share of its width on; so many lines of a column do */
const FILLED = 0.7
const FILLING = 0.5
/** least width of a column, in line heights */
const LEAST_WIDTH = 6

const heightOf = (item: Item): number => item.bottom - item.top
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** @returns the items in regions of one column each, regions in reading order, items in no order */
export function splitColumns<T extends Item>(items: readonly T[]): T[][] {
  const gutter = findGutter(items)
  if (gutter === null) return items.length > 0 ? [[...items]] : []
  return bands(items, gutter).flatMap((band) => {
    if (band.crossing) return splitColumns(band.items)
    return [
      ...splitColumns(band.items.filter((item) => middle(item) < gutter)),
      ...splitColumns(band.items.filter((item) => middle(item) >= gutter)),
    ]
  })
}

const middle = (item: Item): number => (item.left + item.right) / 2
const crosses = (item: Item, x: number): boolean => item.left < x && item.right > x

/** From top to bottom: runs of lines that cross the gutter, and runs of lines that do not. */
function bands<T extends Item>(items: readonly T[], gutter: number): { crossing: boolean; items: T[] }[] {
  const out: { crossing: boolean; items: T[] }[] = []
  for (const item of items.toSorted((a, b) => a.top + a.bottom - b.top - b.bottom)) {
    const crossing = crosses(item, gutter)
    const last = out.at(-1)
    if (last?.crossing === crossing) last.items.push(item)
    else out.push({ crossing, items: [item] })
  }
  return out
}

/** The middle of the widest gutter, or null. */
function findGutter(items: readonly Item[]): number | null {
  if (items.length < 2 * LEAST_ROWS) return null
  const height = median(items.map(heightOf))
  const edges = [...new Set(items.flatMap((item) => [item.left, item.right]))].toSorted((a, b) => a - b)
  let best: { x: number; width: number; crossing: number } | null = null
  for (let n = 0; n + 1 < edges.length; n += 1) {
    const x = (edges[n]! + edges[n + 1]!) / 2
    const crossing = items.filter((item) => crosses(item, x)).length
    if (crossing > items.length * CROSSING) continue
    if (best && crossing > best.crossing) continue
    const [from, to] = strip(items, x)
    if (to - from < height * 0.5) continue
    if (best && crossing === best.crossing && to - from <= best.width) continue
    if (isColumn(items, 'left', from, height) && isColumn(items, 'right', to, height))
      best = { x: (from + to) / 2, width: to - from, crossing }
  }
  return best?.x ?? null
}

/** How far the strip around x stays free of lines that do not cross x itself. */
function strip(items: readonly Item[], x: number): [number, number] {
  let [from, to] = [-Infinity, Infinity]
  for (const item of items) {
    if (crosses(item, x)) continue
    if (item.right <= x) from = Math.max(from, item.right)
    else to = Math.min(to, item.left)
  }
  return Number.isFinite(from) && Number.isFinite(to) ? [from, to] : [x, x]
}

/** Are the lines beside the gutter running text: enough rows, wide enough, most of them filling the width? */
function isColumn(items: readonly Item[], side: 'left' | 'right', edge: number, height: number): boolean {
  const own = items.filter((item) => (side === 'left' ? item.right <= edge : item.left >= edge))
  if (rowCount(own) < LEAST_ROWS) return false
  const left = Math.min(...own.map((item) => item.left))
  const right = Math.max(...own.map((item) => item.right))
  // A column may itself hold columns: then its lines fill only their part of it.
  const width = Math.max(median(own.map((item) => item.right - item.left)), (right - left) / 3)
  if (width < LEAST_WIDTH * height) return false
  return own.filter((item) => item.right - item.left >= FILLED * width).length >= FILLING * own.length
}

function rowCount(items: readonly Item[]): number {
  let [rows, bottom] = [0, -Infinity]
  for (const item of items.toSorted((a, b) => a.top - b.top)) {
    if ((item.top + item.bottom) / 2 <= bottom) continue
    rows += 1
    bottom = item.bottom
  }
  return rows
}
