/**
 * A sheet as a grid, made from its page: which text stands in which cell. Pure. Rows that hold nothing are folded, so
 * that a sheet with a value in its last row is as quick to read as any other.
 */
import { type CellRange, rangeName } from '@zhiku/contract/cells.ts'
import type { Block, Place } from '@zhiku/contract/page.ts'

export interface SheetCell {
  /** [start, end) of the page's text */
  start: number
  end: number
  text: string
  /** from 0 */
  column: number
  row: number
  /** 1, more for merged cells */
  columns: number
  rows: number
  /** comments on it, and what else is said at its place: a chart, a text box */
  remarks: string[]
}

/** One line of the grid: a row of the sheet, or a fold that stands for `folded` empty rows beginning with `row`. */
export interface SheetLine {
  row: number
  folded: number
}

export interface Sheet {
  lines: readonly SheetLine[]
  /** by row, in order of columns */
  cells: ReadonlyMap<number, readonly SheetCell[]>
  columns: number
  rows: number
  /** px by column */
  widths: readonly number[]
  /** rows that head the table, from the top; 0 where there are none */
  headerRows: readonly number[]
}

/** So many empty rows in a row are shown as they are; more are folded. */
export const FOLD_ABOVE = 3
/** A merged cell reaches over at most so many rows in the grid; what lies below is empty anyway. */
const MAX_SPAN = 1000

const MIN_WIDTH_PX = 56
const MAX_WIDTH_PX = 320
const PADDING_PX = 24
const HAN_PX = 14
const LATIN_PX = 7.8
/** Cells that are looked at to find the width of a column. */
const MEASURED = 200

/** About how wide a text stands at 13 px. */
export function textWidth(text: string): number {
  let px = 0
  for (const char of text.split('\n', 1)[0]!) px += char.codePointAt(0)! >= 0x2e80 ? HAN_PX : LATIN_PX
  return px
}

export function sheetOf(text: string, places: readonly Place[], blocks: readonly Block[] = []): Sheet {
  const cells = new Map<number, SheetCell[]>()
  const filled = new Set<number>()
  let columns = 1
  let rows = 1
  const add = (cell: SheetCell): void => {
    const { row, column } = cell
    const line = cells.get(row)
    if (line) line.push(cell)
    else cells.set(row, [cell])
    columns = Math.max(columns, column + cell.columns)
    rows = Math.max(rows, row + Math.min(cell.rows, MAX_SPAN))
    for (let n = 0; n < Math.min(cell.rows, MAX_SPAN); n++) filled.add(row + n)
  }
  const [own, beside] = parted(places, blocks)
  const cellOf = ([start, end, column, row, w, h]: Place): SheetCell => ({
    start,
    end,
    text: text.slice(start, end),
    column,
    row,
    columns: Math.max(1, w),
    rows: Math.max(1, h),
    remarks: [],
  })
  for (const place of own) add(cellOf(place))
  for (const place of beside) {
    const remark = cellOf(place)
    const at = cells.get(remark.row)?.find(({ column, columns: span }) => remark.column >= column && remark.column < column + span)
    if (at) at.remarks = [...at.remarks, remark.text]
    // What lies over cells takes only its corner, so that they can be seen.
    else add(covers(remark, cells) ? { ...remark, columns: 1, rows: 1 } : remark)
  }
  for (const line of cells.values()) line.sort((a, b) => a.column - b.column)
  return { lines: linesOf(filled, rows), cells, columns, rows, widths: widthsOf(cells, columns), headerRows: headersOf(cells, blocks) }
}

/** Places of cells, and of what hangs on the sheet or lies over it: comments, charts, text boxes. */
function parted(places: readonly Place[], blocks: readonly Block[]): [Place[], Place[]] {
  const isBeside = ([start, end]: Place): boolean => {
    const block = blocks.find((candidate) => start >= candidate.start && start < candidate.end)
    if (!block || block.kind === 'heading') return false
    // The table of a chart has one place for all of it.
    return block.kind !== 'table' || (start === block.start && end === block.end && (block.rows?.flat().length ?? 1) > 1)
  }
  const beside = new Set(places.filter(isBeside))
  return [places.filter((place) => !beside.has(place)), [...beside]]
}

const covers = ({ row, rows, column, columns }: SheetCell, cells: ReadonlyMap<number, readonly SheetCell[]>): boolean =>
  [...cells].some(
    ([at, line]) =>
      at >= row && at < row + rows && line.some((cell) => cell.column < column + columns && cell.column + cell.columns > column),
  )

function linesOf(filled: ReadonlySet<number>, rows: number): SheetLine[] {
  const lines: SheetLine[] = []
  let next = 0
  const skipTo = (row: number): void => {
    if (row - next > FOLD_ABOVE) lines.push({ row: next, folded: row - next })
    else for (let empty = next; empty < row; empty++) lines.push({ row: empty, folded: 0 })
  }
  for (const row of [...filled].toSorted((a, b) => a - b)) {
    skipTo(row)
    lines.push({ row, folded: 0 })
    next = row + 1
  }
  skipTo(rows)
  return lines
}

function widthsOf(cells: ReadonlyMap<number, readonly SheetCell[]>, columns: number): number[] {
  const widths = Array.from({ length: columns }, () => MIN_WIDTH_PX)
  const measured = Array.from({ length: columns }, () => 0)
  for (const line of cells.values()) {
    for (const { column, columns: span, text } of line) {
      if (span > 1 || measured[column]! >= MEASURED) continue
      measured[column]! += 1
      widths[column] = Math.max(widths[column]!, Math.min(MAX_WIDTH_PX, Math.ceil(textWidth(text)) + PADDING_PX))
    }
  }
  return widths
}

/** Rows of the first table's header, when they stand above everything else. */
function headersOf(cells: ReadonlyMap<number, readonly SheetCell[]>, blocks: readonly Block[]): number[] {
  const table = blocks.find(({ kind }) => kind === 'table')
  const count = table?.headerRows ?? 0
  if (!table || count === 0) return []
  return [...cells.keys()]
    .toSorted((a, b) => a - b)
    .filter((row) => cells.get(row)!.some(({ start }) => start >= table.start && start < table.end))
    .slice(0, count)
}

/** The line of the grid on which a row stands; a folded row stands on its fold. Beyond the end: the last line. */
export function lineOfRow(lines: readonly SheetLine[], row: number): number {
  let [low, high] = [0, lines.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (lines[middle]!.row <= row) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}

/** The cell that covers a place, merged ones included; null for an empty place. */
export function cellAt(sheet: Pick<Sheet, 'cells'>, row: number, column: number): SheetCell | null {
  const covers = (cell: SheetCell): boolean =>
    column >= cell.column && column < cell.column + cell.columns && row >= cell.row && row < cell.row + cell.rows
  const own = sheet.cells.get(row)?.find(covers)
  if (own) return own
  for (const [top, line] of sheet.cells) {
    if (top >= row) continue
    const found = line.find(covers)
    if (found) return found
  }
  return null
}

/** Left edge of every column, px; one entry more for the right edge of the last. */
export function columnEdges(widths: readonly number[]): number[] {
  const edges = [0]
  for (const width of widths) edges.push(edges.at(-1)! + width)
  return edges
}

/** First and last index whose span [edges[i], edges[i + 1]) touches [from, to). */
export function edgeRange(edges: readonly number[], from: number, to: number): [number, number] {
  let first = 0
  while (first < edges.length - 2 && edges[first + 1]! <= from) first++
  let last = first
  while (last < edges.length - 2 && edges[last + 1]! < to) last++
  return [first, last]
}

export const isInside = (cell: Pick<SheetCell, 'column' | 'row' | 'columns' | 'rows'>, range: CellRange): boolean =>
  cell.column <= range.right &&
  cell.column + cell.columns - 1 >= range.left &&
  cell.row <= range.bottom &&
  cell.row + cell.rows - 1 >= range.top

/** "C7", or "C7:D8" for a merged cell. */
export const cellName = ({ column, row, columns, rows }: Pick<SheetCell, 'column' | 'row' | 'columns' | 'rows'>): string =>
  rangeName({ left: column, top: row, right: column + columns - 1, bottom: row + rows - 1 })

/** Figures stand at the right edge of their cell. */
export const isFigure = (text: string): boolean => /\d/.test(text) && /^[-+−(]?[\p{Sc}\s]*[\d.,'\s]+[\s%‰\p{Sc})]*$/u.test(text.trim())
