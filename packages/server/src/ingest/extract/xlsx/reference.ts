/** Cell references in A1 notation. All numbers from 0. */

/** Size of a sheet. */
export const MAX_ROWS = 1_048_576
export const MAX_COLUMNS = 16_384

export interface CellRange {
  top: number
  left: number
  bottom: number
  right: number
}

/** "B3", "$B$3"; null for anything else and for places outside of a sheet. */
export function referenceOf(text: string): { row: number; column: number } | null {
  const match = /^\$?([A-Za-z]{1,3})\$?(\d{1,7})$/.exec(text)
  if (!match) return null
  let column = 0
  for (const letter of match[1]!.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64
  const row = Number(match[2])
  return row >= 1 && row <= MAX_ROWS && column <= MAX_COLUMNS ? { row: row - 1, column: column - 1 } : null
}

/** "B2:D9" or "B2"; whole columns and rows are no ranges of cells. */
export function rangeOf(text: string): CellRange | null {
  const [first = '', last = first] = text.split(':')
  const from = referenceOf(first)
  const to = referenceOf(last)
  if (!from || !to) return null
  return {
    top: Math.min(from.row, to.row),
    left: Math.min(from.column, to.column),
    bottom: Math.max(from.row, to.row),
    right: Math.max(from.column, to.column),
  }
}
