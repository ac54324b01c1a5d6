/** Lines of one column → rows, and rows → blocks. Pure. */
import type { Item } from './columns.ts'

/** Items that stand on one line, from left to right. */
export type Row<T extends Item> = T[]

export interface RowBlock<T extends Item> {
  kind: 'paragraph' | 'heading' | 'table'
  rows: Row<T>[]
}

/** two items are on one line when they share this much of the lower one's height */
const SHARED = 0.5
/** a gap between rows that is so much wider than the usual one, in line heights, ends a block */
const BLOCK_GAP = 0.5
/** a row whose height differs by this factor from the one above begins a block */
const OTHER_SIZE = 1.3
/** a row higher than this times the usual height of the page is a heading, when few of them stand together */
const HEADING = 1.35
const HEADING_ROWS = 3

const height = (item: Item): number => item.bottom - item.top
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** @returns rows from top to bottom */
export function rowsOf<T extends Item>(items: readonly T[]): Row<T>[] {
  const rows: Row<T>[] = []
  for (const item of items.toSorted((a, b) => a.top + a.bottom - b.top - b.bottom)) {
    const row = rows.findLast((other) => other.every((one) => beside(one, item)))
    if (row) row.push(item)
    else rows.push([item])
  }
  for (const row of rows) row.sort((a, b) => a.left - b.left)
  return rows
}

/** On one line: overlapping in height, and not above each other. */
function beside(a: Item, b: Item): boolean {
  const shared = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
  if (shared < SHARED * Math.min(height(a), height(b))) return false
  return Math.min(a.right, b.right) - Math.max(a.left, b.left) < SHARED * Math.min(a.right - a.left, b.right - b.left)
}

const rowHeight = (row: Row<Item>): number => median(row.map(height))
const rowTop = (row: Row<Item>): number => Math.min(...row.map((item) => item.top))
const rowBottom = (row: Row<Item>): number => Math.max(...row.map((item) => item.bottom))

/**
 * @param usual  height of a line of running text on this page
 * @returns blocks from top to bottom
 */
export function blocksOf<T extends Item>(rows: readonly Row<T>[], usual: number): RowBlock<T>[] {
  const gaps = rows.slice(1).map((row, n) => rowTop(row) - rowBottom(rows[n]!))
  const limit = Math.max(0, median(gaps)) + BLOCK_GAP * usual
  const groups: Row<T>[][] = []
  rows.forEach((row, n) => {
    const last = groups.at(-1)
    if (last && gaps[n - 1]! <= limit && belongs(last.at(-1)!, row)) last.push(row)
    else groups.push([row])
  })
  return groups.map((group) => ({ kind: kindOf(group, usual), rows: group }))
}

/** Rows of cells go with rows of cells, and lines with lines of like height. */
function belongs(above: Row<Item>, row: Row<Item>): boolean {
  if (above.length > 1 !== row.length > 1) return false
  const [a, b] = [rowHeight(above), rowHeight(row)]
  return Math.max(a, b) <= OTHER_SIZE * Math.min(a, b)
}

function kindOf(rows: readonly Row<Item>[], usual: number): RowBlock<Item>['kind'] {
  if (rows.length > 1 && rows.every((row) => row.length > 1)) return 'table'
  if (rows.length <= HEADING_ROWS && rows.every((row) => rowHeight(row) > HEADING * usual)) return 'heading'
  return 'paragraph'
}
