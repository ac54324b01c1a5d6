/**
 * Sheets to pages: the shared model of everything that has rows and columns (Excel, CSV, OpenDocument).
 *
 * A reader gives the rows of a sheet one after the other, with the text of each cell as it is shown. A sheet becomes one
 * page of kind `cells`, a large one several, cut between rows; all carry the sheet's name. Rows that stand together are
 * one table block: a line per row, cells parted by tabs. Every cell has its place (column, row, columns, rows), so the
 * anchor of any span names the right range, whichever page it is on. Every block of a table names its columns
 * (`columns`), also on the pages after the first.
 */
import type { Block } from '@zhiku/contract/page.ts'
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import type { DraftBlock } from './draft.ts'
import { columnNames, type HeaderHint, headOf, sideBySide, type TableHead } from './sheet-head.ts'
import type { ExtractedPage, WordBox } from './types.ts'

export interface SheetCell {
  /** from 0 */
  column: number
  /** as shown; one line */
  text: string
  /** a number, date or truth value: such a cell is data, not a name */
  isValue: boolean
  /** columns and rows it spans, 1 when absent */
  columns?: number
  rows?: number
  /** text of a merged cell that begins in a row above: repeated, so that each row says it; its place is above */
  repeated?: boolean
}

export interface SheetRow {
  /** from 0 */
  row: number
  /** cells with text, by column */
  cells: SheetCell[]
}

/** What hangs on a sheet or stands over its cells: comment, chart, text of a drawing. */
export interface SheetExtra {
  block: DraftBlock
  /** columns and rows it belongs to or covers, from 0 */
  place: { x: number; y: number; w: number; h: number }
}

export interface Sheet {
  /** null where a file has one sheet without a name */
  name: string | null
  hidden: boolean
  rows: Iterable<SheetRow>
  /** what the file says of headers: tables, filters, frozen rows */
  hints?: readonly HeaderHint[]
  /** each follows the rows up to its own */
  extras?: readonly SheetExtra[]
}

/** Rows that are looked at before a table is begun. */
const LOOK_AHEAD_ROWS = 200
/** A table of more columns than this with few of them filled is written without its empty cells. */
const SPARSE_COLUMNS = 64
const SPARSE_SHARE = 0.25
/** a longer row is several lines, a longer cell several pieces */
const LINE_CHARS_MAX = 200_000

/**
 * Pages of the sheets of one file, in order. A sheet without any text gives a blank page: it is there.
 * @param engine  reader and version
 * @throws ingest.page_limit, ingest.output_limit
 */
export function* sheetPages(sheets: Iterable<Sheet>, engine: string): Generator<ExtractedPage> {
  let page = 0
  let chars = 0
  for (const sheet of sheets) {
    for (const draft of pagesOfSheet(sheet)) {
      page += 1
      chars += draft.text.length
      if (page > LIMITS.documentPages) throw fail('ingest.page_limit', { pages: page, limit: LIMITS.documentPages })
      if (chars > LIMITS.documentChars) throw fail('ingest.output_limit', { limit: `${LIMITS.documentChars} characters` })
      yield {
        page,
        kind: 'cells',
        label: sheet.name,
        status: draft.blocks.length > 0 ? 'text' : 'blank',
        code: null,
        width: null,
        height: null,
        rotation: 0,
        text: draft.text,
        blocks: sheet.hidden ? draft.blocks.map((block) => ({ ...block, hidden: true })) : draft.blocks,
        words: draft.words,
        engine,
        dropped: { outside: 0, invisible: 0 },
      }
    }
  }
}

interface PageDraft {
  text: string
  blocks: Block[]
  words: WordBox[]
}

const emptyPage = (): PageDraft => ({ text: '', blocks: [], words: [] })

function* pagesOfSheet(sheet: Sheet): Generator<PageDraft> {
  const extras = (sheet.extras ?? []).toSorted((a, b) => a.place.y - b.place.y || a.place.x - b.place.x)
  let nextExtra = 0
  let page = emptyPage()
  let pages = 0
  const addExtras = (beforeRow: number): void => {
    while (nextExtra < extras.length && extras[nextExtra]!.place.y < beforeRow) addExtra(page, extras[nextExtra++]!)
  }
  const hints = sheet.hints ?? []
  for (const region of regionsOf(sheet.rows, hints)) {
    const table = new TableWriter(region, hints)
    for (const line of table.lines()) {
      if (page.text !== '' && page.text.length + line.length > LIMITS.textPageChars) {
        table.close(page)
        addExtras(line.row)
        yield page
        pages += 1
        page = emptyPage()
      }
      table.add(page, line)
    }
    table.close(page)
    addExtras(region.lastRow + 1)
  }
  addExtras(Infinity)
  if (page.blocks.length > 0 || pages === 0) yield page
}

function addExtra(page: PageDraft, { block, place }: SheetExtra): void {
  const { text, rows, ...rest } = block
  if (text.trim() === '') return
  if (page.text !== '') page.text += '\n'
  const start = page.text.length
  page.text += text
  const added: Block = { ...rest, start, end: page.text.length }
  if (rows) added.rows = rows.map((row) => row.map(([from, to]) => [from + start, to + start]))
  page.blocks.push(added)
  page.words.push({ start, end: page.text.length, ...place })
}

/** Rows without an empty one between them. The first ones are known at once, the rest comes as it is read. */
interface Region {
  head: SheetRow[]
  rest: Iterable<SheetRow>
  /** of those that were read so far */
  lastRow: number
}

function* regionsOf(rows: Iterable<SheetRow>, hints: readonly HeaderHint[]): Generator<Region> {
  const source = rows[Symbol.iterator]()
  let pending: SheetRow | null = null
  const read = (after: number | null): SheetRow | null => {
    while (pending === null) {
      const next = source.next()
      if (next.done) return null
      // A row that says only what a merged cell above it says has nothing of its own.
      if (next.value.cells.some((cell) => !cell.repeated && cell.text !== '')) pending = next.value
    }
    if (after !== null && pending.row > after + 1) return null
    const row = pending
    pending = null
    return row
  }
  for (let first = read(null); first; first = read(null)) {
    const region: Region = { head: [first], rest: [], lastRow: first.row }
    while (region.head.length < LOOK_AHEAD_ROWS) {
      const next = read(region.lastRow)
      if (!next) break
      region.head.push(next)
      region.lastRow = next.row
    }
    region.rest = (function* () {
      if (region.head.length < LOOK_AHEAD_ROWS) return
      for (let next = read(region.lastRow); next; next = read(region.lastRow)) {
        region.lastRow = next.row
        yield next
      }
    })()
    const bands = region.head.length < LOOK_AHEAD_ROWS ? sideBySide(region.head, hints) : null
    if (bands) {
      for (const head of bands) yield { head, rest: [], lastRow: region.lastRow }
      continue
    }
    yield region
    // Whoever takes a region takes all of it.
    for (const _ of region.rest);
  }
}

interface Line {
  row: number
  /** number of the row in the region */
  index: number
  cells: SheetCell[]
  length: number
}

class TableWriter {
  readonly #region: Region
  readonly #head: TableHead
  #left = 0
  #sparse = false
  #open: { start: number; rows: [number, number][][]; headerRows: number } | null = null

  constructor(region: Region, hints: readonly HeaderHint[]) {
    this.#region = region
    this.#head = headOf(region.head, hints)
    let right = 0
    let cells = 0
    this.#left = Infinity
    for (const { cells: row } of region.head) {
      this.#left = Math.min(this.#left, row[0]?.column ?? Infinity)
      right = Math.max(right, row.at(-1)?.column ?? 0)
      cells += row.length
    }
    const width = right - this.#left + 1
    this.#sparse = width > SPARSE_COLUMNS && cells < SPARSE_SHARE * width * region.head.length
  }

  *lines(): Generator<Line> {
    let index = 0
    for (const row of this.#rows()) {
      for (const cells of fittingCells(row.cells)) {
        const length = cells.reduce((sum, cell) => sum + cell.text.length + 1, 0)
        yield { row: row.row, index, cells, length }
      }
      index += 1
    }
  }

  *#rows(): Generator<SheetRow> {
    yield* this.#region.head
    yield* this.#region.rest
  }

  add(page: PageDraft, line: Line): void {
    const { titleRows, headerRows } = this.#head
    if (line.index < titleRows) this.#addTitle(page, line)
    else {
      if (page.text !== '') page.text += '\n'
      this.#open ??= { start: page.text.length, rows: [], headerRows: 0 }
      if (line.index < titleRows + headerRows) this.#open.headerRows += 1
      this.#open.rows.push(this.#writeCells(page, line))
    }
  }

  /** A row of one cell above the header names the table. */
  #addTitle(page: PageDraft, line: Line): void {
    this.close(page)
    if (page.text !== '') page.text += '\n'
    const start = page.text.length
    this.#writeCells(page, line)
    page.blocks.push({ kind: 'heading', level: 2, start, end: page.text.length })
  }

  #writeCells(page: PageDraft, line: Line): [number, number][] {
    const offsets: [number, number][] = []
    let column = this.#sparse ? null : Math.min(this.#left, line.cells[0]!.column)
    const lineStart = page.text.length
    const place = (at: number): void => void offsets.push([at, at])
    for (const cell of line.cells) {
      // Empty cells keep the others in their columns.
      while (column !== null && column < cell.column) {
        if (page.text.length > lineStart || offsets.length > 0) page.text += '\t'
        place(page.text.length)
        column += 1
      }
      if (offsets.length > 0) page.text += '\t'
      const start = page.text.length
      page.text += cell.text
      offsets.push([start, page.text.length])
      if (!cell.repeated)
        page.words.push({ start, end: page.text.length, x: cell.column, y: line.row, w: cell.columns ?? 1, h: cell.rows ?? 1 })
      if (column !== null) column = cell.column + 1
    }
    return offsets
  }

  /** Ends the block on this page; the next row begins another. */
  close(page: PageDraft): void {
    const open = this.#open
    if (!open) return
    this.#open = null
    const block: Block = { kind: 'table', start: open.start, end: page.text.length, rows: open.rows, headerRows: open.headerRows }
    if (this.#head.headerRows > 0) block.columns = columnNames(this.#head, this.#sparse ? null : this.#left)
    page.blocks.push(block)
  }
}

/** A row as it is, or in several lines when it is longer than a page could hold. */
function* fittingCells(cells: readonly SheetCell[]): Generator<SheetCell[]> {
  let line: SheetCell[] = []
  let length = 0
  for (const cell of cells) {
    if (cell.text === '') continue
    for (let at = 0; at < cell.text.length; at += LINE_CHARS_MAX) {
      const text = cell.text.length > LINE_CHARS_MAX ? cell.text.slice(at, at + LINE_CHARS_MAX).toWellFormed() : cell.text
      if (line.length > 0 && length + text.length > LINE_CHARS_MAX) {
        yield line
        line = []
        length = 0
      }
      line.push({ ...cell, text })
      length += text.length + 1
    }
  }
  if (line.length > 0) yield line
}
