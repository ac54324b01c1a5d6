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
/** what is narrower than this, in line heights, may be a speck */
const SPECK = 3
/** least width of a column, and of the gutter, in line heights */
const LEAST_WIDTH = 6
const LEAST_GUTTER = 0.5

const heightOf = (item: Item): number => item.bottom - item.top
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** @returns the items in regions of one column each, regions in reading order, items in no order */
export function splitColumns<T extends Item>(items: readonly T[]): T[][] {
  const gutter = findGutter(items)
  if (gutter === null) return items.length > 0 ? [[...items]] : []
  return bands(items, gutter).flatMap((band) =>
    band.parted ? [...splitColumns(leftOf(band.items, gutter)), ...splitColumns(rightOf(band.items, gutter))] : [band.items],
  )
}

const crosses = (item: Item, x: number): boolean => item.left < x && item.right > x
const middle = (item: Item): number => (item.left + item.right) / 2
const leftOf = <T extends Item>(items: readonly T[], x: number): T[] => items.filter((item) => middle(item) < x)
const rightOf = <T extends Item>(items: readonly T[], x: number): T[] => items.filter((item) => middle(item) >= x)

/** Specks and marks in the gutter beside lines of text part nothing; a page number, alone on its row, does. */
function isSpeck(item: Item, items: readonly Item[]): boolean {
  if (item.right - item.left >= SPECK * median(items.map(heightOf))) return false
  return items.some((other) => other !== item && Math.min(other.bottom, item.bottom) - Math.max(other.top, item.top) > heightOf(item) / 2)
}

interface Band<T extends Item> {
  /** stands in columns on both sides of the gutter; else it is read across */
  parted: boolean
  items: T[]
}

/** From top to bottom: runs of rows that leave the gutter free on both its sides, and what stands between them. */
function bands<T extends Item>(items: readonly T[], gutter: number): Band<T>[] {
  const runs: Band<T>[] = []
  for (const item of items.toSorted((a, b) => a.top + a.bottom - b.top - b.bottom)) {
    const parted = !crosses(item, gutter) || isSpeck(item, items)
    const last = runs.at(-1)
    if (last?.parted === parted) last.items.push(item)
    else runs.push({ parted, items: [item] })
  }
  const out: Band<T>[] = []
  for (const run of runs) {
    const parted = run.parted && rowCount(leftOf(run.items, gutter)) >= LEAST_ROWS && rowCount(rightOf(run.items, gutter)) >= LEAST_ROWS
    const last = out.at(-1)
    if (last && !last.parted && !parted) last.items.push(...run.items)
    else out.push({ parted, items: run.items })
  }
  return out
}

/** The middle of the widest gutter that fewest lines cross, or null. */
export function findGutter(items: readonly Item[]): number | null {
  if (items.length < 2 * LEAST_ROWS) return null
  const height = median(items.map(heightOf))
  const edges = [...new Set(items.flatMap((item) => [item.left, item.right]))].toSorted((a, b) => a - b)
  let best: { x: number; width: number; crossing: number } | null = null
  for (let n = 0; n + 1 < edges.length; n += 1) {
    const x = (edges[n]! + edges[n + 1]!) / 2
    const crossing = items.filter((item) => crosses(item, x) && !isSpeck(item, items)).length
    if (crossing > items.length * CROSSING || (best && crossing > best.crossing)) continue
    const parted = bands(items, x).flatMap((band) => (band.parted ? band.items : []))
    if (parted.length === 0) continue
    const [from, to] = strip(parted, x)
    if (to - from < LEAST_GUTTER * height) continue
    if (best && crossing === best.crossing && to - from <= best.width) continue
    if (isColumn(leftOf(parted, x), height) && isColumn(rightOf(parted, x), height))
      best = { x: (from + to) / 2, width: to - from, crossing }
  }
  return best?.x ?? null
}

/** How far the strip around x is free. */
function strip(parted: readonly Item[], x: number): [number, number] {
  const beside = parted.filter((item) => !crosses(item, x))
  return [Math.max(...leftOf(beside, x).map((item) => item.right)), Math.min(...rightOf(beside, x).map((item) => item.left))]
}

/** Are these lines running text: wide enough, most of them filling the width of their column? */
function isColumn(items: readonly Item[], height: number): boolean {
  const left = Math.min(...items.map((item) => item.left))
  const right = Math.max(...items.map((item) => item.right))
  // A column may itself hold columns: then its lines fill only their part of it.
  const width = Math.max(median(items.map((item) => item.right - item.left)), (right - left) / 3)
  if (width < LEAST_WIDTH * height) return false
  return items.filter((item) => item.right - item.left >= FILLED * width).length >= FILLING * items.length
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
