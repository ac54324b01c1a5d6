/** Delimited text (CSV, TSV) as a sheet. A large file is decoded in pieces. */
import { decodeText } from './charset.ts'
import { oneLine } from './clean.ts'
import { delimiterOf, records } from './csv/records.ts'
import { extensionOf } from './formats.ts'
import { type SheetCell, type SheetRow, sheetPages } from './sheet.ts'
import type { Extractor } from './types.ts'

export const CSV_VERSION = 'csv-1'

/** Larger files are decoded piece by piece, by a charset that a sample tells. */
const WHOLE_BYTES = 4 * 1024 * 1024
const SAMPLE_BYTES = 256 * 1024
const PIECE_BYTES = 1024 * 1024
const HEAD_CHARS = 100_000

export const extractCsv: Extractor = async ({ bytes, name, fromPage, progress }) => {
  const extension = extensionOf(name)
  const text = textOf(bytes)
  const { delimiter, skip } = formOf(text.head, extension)
  progress()
  const sheet = { name: null, hidden: false, rows: rowsOf(text.pieces(skip), delimiter, progress) }
  const pages = (function* () {
    for (const page of sheetPages([sheet], CSV_VERSION)) if (page.page >= fromPage) yield page
  })()
  const mediaType = extension === 'tsv' ? 'text/tab-separated-values' : 'text/csv'
  return { mediaType, engine: CSV_VERSION, pagesTotal: null, pages }
}

interface PiecewiseText {
  head: string
  /** all of it but the first characters */
  pieces(skip: number): Iterable<string>
}

/** @throws ingest.unknown_charset */
function textOf(bytes: Uint8Array): PiecewiseText {
  if (bytes.length <= WHOLE_BYTES) {
    const text = decodeText(bytes).text.replace(/^\uFEFF/, '')
    return { head: headOf(text), pieces: (skip) => [text.slice(skip)] }
  }
  const { charset } = decodeText(sampleOf(bytes))
  const pieces = function* (skip: number): Generator<string> {
    const decoder = new TextDecoder(charset)
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true })
      yield at === 0 ? piece.slice(skip) : piece
    }
  }
  return { head: headOf(pieces(0).next().value ?? ''), pieces }
}

const headOf = (text: string): string =>
  text.length <= HEAD_CHARS ? text : text.slice(0, text.lastIndexOf('\n', HEAD_CHARS) + 1 || HEAD_CHARS)

/** Whole lines from the place where characters beyond ASCII begin: plain ones tell nothing of the charset. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const isWide = bytes.subarray(0, 1000).includes(0) || (bytes[0]! >= 0xfe && bytes[1]! >= 0xfe)
  let from = isWide
    ? 0
    : Math.max(
        0,
        bytes.findIndex((byte) => byte >= 0x80),
      )
  from = from === 0 ? 0 : bytes.lastIndexOf(0x0a, from) + 1
  const end = bytes.lastIndexOf(0x0a, from + SAMPLE_BYTES)
  return bytes.subarray(from, end > from ? end + 1 : from + SAMPLE_BYTES)
}

function formOf(head: string, extension: string): { delimiter: string; skip: number } {
  // Excel's own line that names the delimiter.
  const named = /^"?sep=(.)"?\r?\n/i.exec(head)
  if (named) return { delimiter: named[1]!, skip: named[0].length }
  return { delimiter: delimiterOf(head, extension === 'tsv' ? '\t' : null), skip: 0 }
}

/** Records between two signs of life. */
const PROGRESS_RECORDS = 5000
/** Numbers, amounts, shares, dates and times. */
const VALUE = /^[\s$¥￥€£(+-]*\d[\d.,:/\s%()年月日T+-]*$/

function* rowsOf(pieces: Iterable<string>, delimiter: string, progress: () => void): Generator<SheetRow> {
  let row = 0
  for (const fields of records(pieces, delimiter)) {
    const cells: SheetCell[] = []
    fields.forEach((field, column) => {
      const text = oneLine(field)
      if (text !== '') cells.push({ column, text, isValue: VALUE.test(text) })
    })
    if (cells.length > 0) yield { row, cells }
    row += 1
    if (row % PROGRESS_RECORDS === 0) progress()
  }
}
