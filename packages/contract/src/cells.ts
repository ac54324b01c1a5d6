/** Cells of a sheet in A1 notation, and as columns and rows counted from 0. Pure. */

/** Columns and rows from 0, all four inside the range. */
export interface CellRange {
  left: number
  top: number
  right: number
  bottom: number
}

/** "A" for 0, "Z" for 25, "AA" for 26. */
export function columnName(column: number): string {
  let name = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) name = String.fromCharCode(65 + ((rest - 1) % 26)) + name
  return name
}

/** "B2" for one cell, "B2:D9" for several. */
export function rangeName({ left, top, right, bottom }: CellRange): string {
  const first = `${columnName(left)}${top + 1}`
  const last = `${columnName(right)}${bottom + 1}`
  return first === last ? first : `${first}:${last}`
}

/** The range that "B2" or "B2:D9" names; null for anything else. */
export function parseRange(name: string): CellRange | null {
  const match = /^([A-Z]{1,3})([1-9]\d{0,6})(?::([A-Z]{1,3})([1-9]\d{0,6}))?$/.exec(name)
  if (!match) return null
  const [, column, row, lastColumn = column, lastRow = row] = match
  const columns = [columnNumber(column!), columnNumber(lastColumn!)]
  const rows = [Number(row) - 1, Number(lastRow) - 1]
  return { left: Math.min(...columns), top: Math.min(...rows), right: Math.max(...columns), bottom: Math.max(...rows) }
}

const columnNumber = (name: string): number => [...name].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
