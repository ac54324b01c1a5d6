/** Excel 97-2003 and older (BIFF): the cells of every sheet as they are shown. */
import { type CellObject, read, set_cptable, type WorkBook, type WorkSheet } from '@e965/xlsx'
import * as codePages from '@e965/xlsx/dist/cpexcel'
import { fail } from '../../base/fail.ts'
import { oneLine } from './clean.ts'
import { type Sheet, type SheetCell, type SheetExtra, sheetPages, type SheetRow } from './sheet.ts'
import type { Extractor } from './types.ts'
import { MergedCells } from './xlsx/rows.ts'

export const XLS_VERSION = 'xls-1 xlsx-0.20.3'

// BIFF before version 8 writes in the code page of its machine.
set_cptable(codePages)

export const extractXls: Extractor = async ({ bytes, fromPage, progress }) => {
  const workbook = open(bytes)
  progress()
  const pages = (function* () {
    for (const page of sheetPages(sheetsOf(workbook, progress), XLS_VERSION)) if (page.page >= fromPage) yield page
  })()
  return { mediaType: 'application/vnd.ms-excel', engine: XLS_VERSION, pagesTotal: null, pages }
}

/** @throws ingest.password_needed, ingest.corrupt */
function open(bytes: Uint8Array): WorkBook {
  try {
    return read(bytes, { type: 'buffer', dense: true, cellFormula: false, cellHTML: false, cellText: true, nodim: true })
  } catch (error) {
    // The library has messages, no codes.
    if (error instanceof Error && /password|encrypt/i.test(error.message)) throw fail('ingest.password_needed')
    throw fail('ingest.corrupt', { detail: 'XLS' }, error)
  }
}

function* sheetsOf(workbook: WorkBook, progress: () => void): Generator<Sheet> {
  for (const [index, name] of workbook.SheetNames.entries()) {
    const sheet = workbook.Sheets[name]
    progress()
    if (!sheet) continue
    const rows = rowsIn(sheet)
    yield {
      name,
      hidden: (workbook.Workbook?.Sheets?.[index]?.Hidden ?? 0) !== 0,
      rows: rowsOf(rows, sheet),
      extras: commentsIn(rows),
    }
  }
}

type Rows = readonly (readonly (CellObject | undefined)[] | undefined)[]

/** The types do not know of sheets that are kept by rows. */
const rowsIn = (sheet: WorkSheet): Rows => (sheet['!data'] as Rows | undefined) ?? []

function* rowsOf(rows: Rows, sheet: WorkSheet): Generator<SheetRow> {
  const merges = (sheet['!merges'] ?? [])
    .map(({ s, e }) => ({ top: s.r, left: s.c, bottom: e.r, right: e.c }))
    .toSorted((a, b) => a.top - b.top || a.left - b.left)
  const merged = new MergedCells(merges)
  // A row may have holes; walking its entries skips them.
  for (const [row, cells] of rows.entries()) {
    if (!cells) continue
    const shown: SheetCell[] = []
    cells.forEach((cell, column) => {
      const text = cell ? shownText(cell) : ''
      if (cell && text !== '') shown.push({ column, text, isValue: cell.t === 'n' || cell.t === 'd' || cell.t === 'b' })
    })
    if (shown.length > 0) yield merged.apply({ row, cells: shown })
  }
}

const shownText = (cell: CellObject): string => oneLine(cell.w ?? (cell.v === undefined || cell.v === null ? '' : String(cell.v)))

function commentsIn(rows: Rows): SheetExtra[] {
  const extras: SheetExtra[] = []
  rows.forEach((cells, y) =>
    cells?.forEach((cell, x) => {
      const text = oneLine((cell?.c ?? []).map((comment) => comment.t).join(' '))
      if (text !== '') extras.push({ block: { kind: 'note', text }, place: { x, y, w: 1, h: 1 } })
    }),
  )
  return extras
}
