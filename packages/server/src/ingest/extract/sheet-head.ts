/**
 * Which rows of a table name it and its columns: by what the file says (tables, filters, frozen rows), else by how they
 * look. Pure.
 */
import type { SheetRow } from './sheet.ts'

/** Rows [top, top + rows) over the columns [left, right] are headers. */
export interface HeaderHint {
  top: number
  rows: number
  left: number
  right: number
}

export interface TableHead {
  /** rows above the header that hold nothing but a title */
  titleRows: number
  headerRows: number
  /** the header rows themselves */
  rows: readonly SheetRow[]
}

const NAME_CHARS_MAX = 80
/** Share of the cells below that stand in columns which the header names. */
const NAMED_SHARE = 0.75

/** @param rows  of a table, the first ones at least, without empty ones between them */
export function headOf(rows: readonly SheetRow[], hints: readonly HeaderHint[]): TableHead {
  const known = knownHeader(rows, hints)
  const first = known?.first ?? firstWide(rows)
  const titleRows = rows.slice(0, first).every((row) => own(row).length <= 1) ? first : 0
  if (known && titleRows === known.first) return { titleRows, headerRows: known.count, rows: rows.slice(first, first + known.count) }
  const headerRows = looksLikeHeader(rows.slice(titleRows)) ? headerDepth(rows.slice(titleRows)) : 0
  return { titleRows, headerRows, rows: rows.slice(titleRows, titleRows + headerRows) }
}

const own = (row: SheetRow): SheetRow['cells'] => row.cells.filter((cell) => !cell.repeated)

function knownHeader(rows: readonly SheetRow[], hints: readonly HeaderHint[]): { first: number; count: number } | null {
  for (const hint of hints) {
    const first = rows.findIndex(
      ({ row, cells }) => row === hint.top && cells.some(({ column }) => column >= hint.left && column <= hint.right),
    )
    if (first < 0) continue
    const count = rows.slice(first).filter(({ row }) => row < hint.top + hint.rows).length
    // Rows that are frozen in place may be a whole sheet.
    if (first + count < rows.length) return { first, count }
  }
  return null
}

/** The first row of several cells; titles stand above it. 0 when there is none. */
function firstWide(rows: readonly SheetRow[]): number {
  const first = rows.findIndex((row) => own(row).length > 1)
  return Math.max(0, first)
}

/** Short texts, all different, over columns that hold something else below. */
function looksLikeHeader(rows: readonly SheetRow[]): boolean {
  const [head, ...below] = rows
  if (!head || below.length === 0) return false
  const names = own(head)
  if (names.length === 0 || names.some((cell) => cell.isValue || cell.text.length > NAME_CHARS_MAX || /[:：]$/.test(cell.text)))
    return false
  if (new Set(names.map(({ text }) => text)).size < names.length && names.every((cell) => (cell.columns ?? 1) === 1)) return false
  const named = new Set(
    names.flatMap((cell) => Array.from({ length: Math.min(cell.columns ?? 1, 1000) }, (_, index) => cell.column + index)),
  )
  const cells = below.flatMap((row) => row.cells)
  // A single column of texts is a list.
  if (new Set(cells.map(({ column }) => column)).size < 2 && !cells.some((cell) => cell.isValue)) return false
  return cells.filter(({ column }) => named.has(column)).length >= NAMED_SHARE * cells.length
}

/** A name over several columns has names of its parts below it. */
function headerDepth(rows: readonly SheetRow[]): number {
  let depth = 1
  while (depth < 4 && depth < rows.length - 1) {
    const last = rows[depth - 1]!
    const next = rows[depth]!
    const spans = last.cells.some((cell) => (cell.columns ?? 1) > 1)
    if (!spans || own(next).length === 0 || next.cells.some((cell) => cell.isValue || cell.text.length > NAME_CHARS_MAX)) break
    depth += 1
  }
  return depth
}

/**
 * Tables beside each other: parted by empty columns, each with a header of its own. Anything less is one table with a
 * column that happens to be empty.
 * @returns the rows of each table, from left to right; null when there is only one
 */
export function sideBySide(rows: readonly SheetRow[], hints: readonly HeaderHint[]): SheetRow[][] | null {
  const ends = new Map<number, number>()
  for (const { cells } of rows) {
    for (const { column, columns = 1 } of cells) ends.set(column, Math.max(ends.get(column) ?? 0, column + columns))
  }
  const bands: { from: number; to: number }[] = []
  for (const [from, to] of [...ends].toSorted((a, b) => a[0] - b[0])) {
    const last = bands.at(-1)
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else bands.push({ from, to })
  }
  if (bands.length < 2) return null
  const tables: SheetRow[][] = []
  for (const { from, to } of bands) {
    const groups = consecutive(
      rows
        .map(({ row, cells }) => ({ row, cells: cells.filter(({ column }) => column >= from && column < to) }))
        .filter(({ cells }) => cells.length > 0),
    )
    if (groups.some((group) => headOf(group, hints).headerRows === 0)) return null
    tables.push(...groups)
  }
  return tables
}

/** Rows parted where one is missing. */
function consecutive(rows: readonly SheetRow[]): SheetRow[][] {
  const groups: SheetRow[][] = []
  for (const row of rows) {
    const last = groups.at(-1)
    if (last && row.row <= last.at(-1)!.row + 1) last.push(row)
    else groups.push([row])
  }
  return groups
}

/** More names than this are not kept with every page of a table. */
const NAMES_MAX = 1000

/**
 * Name of each column: the texts of its header rows from above.
 * @param left  column of the first cell of a row; null for rows written without their empty cells
 */
export function columnNames(head: TableHead, left: number | null): string[] {
  const names = new Map<number, string[]>()
  for (const { cells } of head.rows) {
    for (const cell of cells) {
      for (let column = cell.column; column < cell.column + Math.min(cell.columns ?? 1, NAMES_MAX); column++) {
        const parts = names.get(column) ?? []
        if (parts.at(-1) !== cell.text) names.set(column, [...parts, cell.text])
      }
    }
  }
  const columns = [...names.keys()].toSorted((a, b) => a - b)
  if (left === null) return columns.slice(0, NAMES_MAX).map((column) => names.get(column)!.join(' '))
  const last = Math.min(columns.at(-1) ?? left, left + NAMES_MAX - 1)
  return Array.from({ length: Math.max(0, last - left + 1) }, (_, index) => (names.get(left + index) ?? []).join(' '))
}
