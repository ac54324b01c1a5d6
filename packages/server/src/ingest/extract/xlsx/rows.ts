/**
 * The rows of a sheet part, read as a stream: a sheet of a million rows is never in memory as a whole.
 * What stands before and after the rows (frozen rows, merged cells, filter) is found first, in a pass that only looks
 * for those elements.
 */
import { Parser } from 'htmlparser2'
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'
import type { HeaderHint } from '../sheet-head.ts'
import type { OfficePackage } from '../ooxml/package.ts'
import type { SheetCell, SheetRow } from '../sheet.ts'
import { type CellText, localName } from './cell-text.ts'
import { type CellRange, MAX_COLUMNS, MAX_ROWS, rangeOf, referenceOf } from './reference.ts'

/** What stands beside the rows is small; more than this of it is not looked at. */
const ASIDE_CHARS_MAX = 4_000_000
/** merged ranges of one sheet; more are shown as single cells */
const MERGES_MAX = 50_000
/** rows frozen above the scrolled part that are believed to be headers */
const FROZEN_ROWS_MAX = 10

export interface ScannedSheet {
  merges: CellRange[]
  hints: HeaderHint[]
}

export function scanSheet(pack: OfficePackage, part: string): ScannedSheet {
  const aside = asideOf(pack, part)
  const merges: CellRange[] = []
  for (const [, ref] of aside.matchAll(/<(?:\w+:)?mergeCell\s[^>]*?\bref\s*=\s*["']([^"']+)/g)) {
    const range = rangeOf(ref!)
    if (range && merges.length < MERGES_MAX && (range.right > range.left || range.bottom > range.top)) merges.push(range)
  }
  const hints: HeaderHint[] = []
  const filter = rangeOf(/<(?:\w+:)?autoFilter\s[^>]*?\bref\s*=\s*["']([^"']+)/.exec(aside)?.[1] ?? '')
  if (filter) hints.push({ top: filter.top, rows: 1, left: filter.left, right: filter.right })
  const pane = /<(?:\w+:)?pane\s[^>]*?state\s*=\s*["']frozen[^>]*>/.exec(aside)?.[0]
  const frozen = Number(/ySplit\s*=\s*["']([\d.]+)/.exec(pane ?? '')?.[1] ?? 0)
  // Titles above the header are frozen with it: the last frozen row is the header.
  if (frozen >= 1 && frozen <= FROZEN_ROWS_MAX) hints.push({ top: Math.floor(frozen) - 1, rows: 1, left: 0, right: MAX_COLUMNS })
  return { merges: merges.toSorted((a, b) => a.top - b.top), hints }
}

/** Text of the part before and after its rows. */
function asideOf(pack: OfficePackage, part: string): string {
  let aside = ''
  let state: 'before' | 'rows' | 'after' = 'before'
  let kept = ''
  for (const piece of pack.pieces(part)) {
    // A tag may lie across two pieces.
    const text = kept + piece
    kept = ''
    if (state === 'before') {
      const begin = text.search(/<(?:\w+:)?sheetData\b/)
      if (begin < 0) {
        aside += text
        if (aside.length > ASIDE_CHARS_MAX) return aside
        continue
      }
      aside += text.slice(0, begin)
      state = 'rows'
    }
    if (state === 'rows') {
      const end = text.search(/<\/(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*\/>/)
      if (end >= 0) {
        aside += text.slice(end)
        state = 'after'
      } else kept = text.slice(-40)
    } else aside += text
    if (aside.length > ASIDE_CHARS_MAX) return aside
  }
  return aside
}

/** Rows with text, as the file lists them. */
export function* sheetRows(
  pack: OfficePackage,
  part: string,
  texts: CellText,
  merges: readonly CellRange[],
  progress: () => void,
): Generator<SheetRow> {
  const reader = new RowReader(texts)
  const merged = new MergedCells(merges)
  for (const piece of pack.pieces(part)) {
    reader.parser.write(piece)
    progress()
    for (const row of reader.take()) yield merged.apply(row)
  }
  reader.parser.end()
  for (const row of reader.take()) yield merged.apply(row)
}

class RowReader {
  readonly parser: Parser
  readonly #texts: CellText
  #rows: SheetRow[] = []
  #row: SheetRow | null = null
  #lastRow = -1
  #cell: { column: number; type: string; style: number; value: string } | null = null
  #lastColumn = -1
  /** inside v, or t of an inline string */
  #inValue = false
  #phonetic = 0
  #depth = 0

  constructor(texts: CellText) {
    this.#texts = texts
    this.parser = new Parser(
      {
        onopentag: (name, attributes) => this.#open(localName(name), attributes),
        ontext: (data) => {
          if (this.#inValue && this.#phonetic === 0 && this.#cell) this.#cell.value += data
        },
        onclosetag: (name) => this.#close(localName(name)),
      },
      { xmlMode: true, decodeEntities: true },
    )
  }

  take(): SheetRow[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  #open(name: string, attributes: Record<string, string>): void {
    if (++this.#depth > LIMITS.nestingDepth) throw fail('ingest.nesting_limit', { limit: LIMITS.nestingDepth })
    if (name === 'row') {
      const given = Number(attributes.r)
      const row = Number.isInteger(given) && given >= 1 ? given - 1 : this.#lastRow + 1
      this.#row = { row, cells: [] }
      this.#lastRow = row
      this.#lastColumn = -1
    } else if (name === 'c') {
      const given = referenceOf(attributes.r ?? '')
      const column = given?.column ?? this.#lastColumn + 1
      this.#lastColumn = column
      this.#cell = { column, type: attributes.t ?? 'n', style: Number(attributes.s ?? 0), value: '' }
    } else if (name === 'rPh') this.#phonetic++
    else if (name === 'v' || name === 't') this.#inValue = true
  }

  #close(name: string): void {
    this.#depth--
    if (name === 'v' || name === 't') this.#inValue = false
    else if (name === 'rPh') this.#phonetic--
    else if (name === 'c') this.#endCell()
    else if (name === 'row') this.#endRow()
  }

  #endCell(): void {
    const cell = this.#cell
    this.#cell = null
    if (!cell || !this.#row || cell.value === '' || cell.column >= MAX_COLUMNS) return
    const shown = this.#texts.shown(cell)
    if (shown.text !== '') this.#row.cells.push({ column: cell.column, ...shown })
  }

  #endRow(): void {
    const row = this.#row
    this.#row = null
    if (!row || row.cells.length === 0 || row.row >= MAX_ROWS) return
    // Cells out of order, or two at one place: a file that breaks the rules is still read.
    if (row.cells.some((cell, index) => index > 0 && cell.column <= row.cells[index - 1]!.column)) {
      const byColumn = new Map(row.cells.map((cell) => [cell.column, cell]))
      row.cells = [...byColumn.values()].toSorted((a, b) => a.column - b.column)
    }
    this.#rows.push(row)
  }
}

/** Puts spans on the first cells of merged ranges, and repeats their text in the rows below. */
export class MergedCells {
  readonly #merges: readonly CellRange[]
  #next = 0
  /** ranges that reach below the rows so far, with the cell they show */
  #active: { range: CellRange; cell: SheetCell }[] = []

  constructor(merges: readonly CellRange[]) {
    this.#merges = merges
  }

  apply(row: SheetRow): SheetRow {
    if (this.#next >= this.#merges.length && this.#active.length === 0) return row
    this.#active = this.#active.filter(({ range }) => range.bottom >= row.row)
    const repeated = this.#active.map(({ range, cell }): SheetCell => ({
      column: range.left,
      text: cell.text,
      isValue: cell.isValue,
      columns: range.right - range.left + 1,
      repeated: true,
    }))
    // What a merged range covers is not shown.
    let cells = row.cells.filter(({ column }) => !this.#active.some(({ range }) => column >= range.left && column <= range.right))
    for (; this.#next < this.#merges.length && this.#merges[this.#next]!.top <= row.row; this.#next++) {
      const range = this.#merges[this.#next]!
      if (range.top < row.row) continue
      const cell = cells.find(({ column }) => column === range.left)
      cells = cells.filter((other) => other === cell || other.column < range.left || other.column > range.right)
      if (!cell) continue
      cell.columns = range.right - range.left + 1
      cell.rows = range.bottom - range.top + 1
      if (range.bottom > range.top) this.#active.push({ range, cell: { ...cell } })
    }
    return { row: row.row, cells: repeated.length === 0 ? cells : [...cells, ...repeated].toSorted((a, b) => a.column - b.column) }
  }
}
