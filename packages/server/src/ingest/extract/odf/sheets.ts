/**
 * Sheets of an OpenDocument spreadsheet, row by row: the content is parsed in pieces and no tree is built, for a sheet
 * may have a million rows.
 */
import { Parser } from 'htmlparser2'
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'
import { cleanText } from '../clean.ts'
import type { Sheet, SheetCell, SheetExtra, SheetRow } from '../sheet.ts'

const PIECE_CHARS = 64 * 1024
/** A row or cell that is written once for many: the empty ones are skipped, so many of the others are kept. */
const REPEAT_MAX = 1000
const VALUES: ReadonlySet<string> = new Set(['float', 'percentage', 'currency', 'date', 'time', 'boolean'])

/** @param content  content.xml or a flat file */
export function* odfSheets(content: string, progress: () => void): Generator<Sheet> {
  const hiddenStyles = hiddenTableStyles(content)
  for (const { from, to, attributes } of tablesIn(content)) {
    const part = content.slice(from, to)
    yield {
      name: attributes.get('table:name') ?? '',
      hidden: hiddenStyles.has(attributes.get('table:style-name') ?? ''),
      rows: rowsOf(part, progress),
      extras: part.includes('<office:annotation') ? [...extrasOf(part, progress)] : [],
    }
  }
}

/** Outermost tables: where each begins and ends, and its attributes. */
function* tablesIn(content: string): Generator<{ from: number; to: number; attributes: Map<string, string> }> {
  const tag = /<(\/?)table:table(\s[^>]*?)?(\/?)>/g
  tag.lastIndex = Math.max(0, content.indexOf('<office:spreadsheet'))
  let depth = 0
  let from = 0
  let attributes = new Map<string, string>()
  for (let match = tag.exec(content); match; match = tag.exec(content)) {
    const closes = match[1] === '/'
    if (!closes && match[3] === '/') continue
    if (!closes && depth++ === 0) {
      from = match.index
      attributes = new Map(Array.from((match[2] ?? '').matchAll(/([\w:-]+)="([^"]*)"/g), ([, name, value]) => [name!, unescape(value!)]))
    }
    if (closes && depth > 0 && --depth === 0) yield { from, to: match.index + match[0].length, attributes }
  }
  // A file that was cut off.
  if (depth > 0) yield { from, to: content.length, attributes }
}

const unescape = (value: string): string =>
  cleanText(
    value.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&amp;', '&'),
  )

function hiddenTableStyles(content: string): Set<string> {
  const styles = new Set<string>()
  for (const [, name] of content.matchAll(
    /<style:style style:name="([^"]+)" style:family="table"[^>]*>\s*<style:table-properties[^>]*table:display="false"/g,
  ))
    styles.add(name!)
  return styles
}

interface OpenCell extends SheetCell {
  repeat: number
  note: string
}

function* rowsOf(part: string, progress: () => void): Generator<SheetRow> {
  for (const { row } of walk(part, progress)) if (row.cells.length > 0) yield row
}

function* extrasOf(part: string, progress: () => void): Generator<SheetExtra> {
  for (const { row, notes } of walk(part, progress))
    for (const { column, text } of notes) yield { block: { kind: 'note', text }, place: { x: column, y: row.row, w: 1, h: 1 } }
}

interface WalkedRow {
  row: SheetRow
  notes: { column: number; text: string }[]
}

function* walk(part: string, progress: () => void): Generator<WalkedRow> {
  const reader = new RowReader()
  for (let at = 0; at < part.length; at += PIECE_CHARS) {
    reader.write(part.slice(at, at + PIECE_CHARS))
    progress()
    yield* reader.take()
  }
  reader.end()
  yield* reader.take()
}

class RowReader {
  readonly #parser: Parser
  #rows: WalkedRow[] = []
  #row = 0
  #column = 0
  #repeatRow = 1
  #cells: SheetCell[] = []
  #notes: WalkedRow['notes'] = []
  #cell: OpenCell | null = null
  /** cells of rows above that reach into the rows to come */
  #tall: { cell: SheetCell; last: number }[] = []
  /** open elements inside the cell; a note is read apart from its text */
  #depth = 0
  #noteDepth = 0
  #paragraphs = 0

  constructor() {
    this.#parser = new Parser(
      {
        onopentag: (name, attributes) => this.#begin(name, attributes),
        ontext: (text) => this.#text(text),
        onclosetag: (name) => this.#end(name),
      },
      { xmlMode: true, decodeEntities: true },
    )
  }

  write(text: string): void {
    this.#parser.write(text)
  }

  end(): void {
    this.#parser.end()
  }

  /** Rows that are complete. */
  take(): WalkedRow[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  #begin(name: string, attributes: Record<string, string>): void {
    if (this.#cell) {
      if (++this.#depth > LIMITS.nestingDepth) throw fail('ingest.nesting_limit', { limit: LIMITS.nestingDepth })
      this.#inCell(name, attributes)
    } else if (name === 'table:table-row') {
      this.#column = 0
      this.#repeatRow = count(attributes['table:number-rows-repeated'])
    } else if (name === 'table:table-cell' || name === 'table:covered-table-cell') {
      this.#paragraphs = 0
      this.#cell = {
        column: this.#column,
        text: '',
        isValue: VALUES.has(attributes['office:value-type'] ?? ''),
        columns: count(attributes['table:number-columns-spanned']),
        rows: count(attributes['table:number-rows-spanned']),
        repeat: count(attributes['table:number-columns-repeated']),
        note: '',
      }
    }
  }

  #inCell(name: string, attributes: Record<string, string>): void {
    if (name === 'office:annotation') this.#noteDepth = this.#depth
    else if (name === 'text:p' && this.#paragraphs++ > 0) this.#text(' ')
    else if (name === 'text:s') this.#text(' '.repeat(Math.min(count(attributes['text:c']), REPEAT_MAX)))
    else if (name === 'text:tab' || name === 'text:line-break') this.#text(' ')
  }

  #text(text: string): void {
    if (!this.#cell || this.#depth === 0) return
    if (this.#noteDepth > 0) this.#cell.note += text
    else this.#cell.text += text
  }

  #end(name: string): void {
    if (this.#cell && this.#depth > 0) {
      if (this.#noteDepth === this.#depth) {
        this.#noteDepth = 0
        this.#paragraphs = 0
      } else if (this.#noteDepth > 0 && /^dc:|^meta:/.test(name)) this.#cell.note = ''
      this.#depth--
    } else if (this.#cell) this.#endCell(this.#cell)
    else if (name === 'table:table-row') this.#endRow()
  }

  #endCell({ repeat, note, ...cell }: OpenCell): void {
    this.#cell = null
    const text = oneLineOf(cell.text)
    if (text !== '') {
      for (let times = 0; times < Math.min(repeat, REPEAT_MAX); times++) this.#cells.push({ ...cell, text, column: this.#column + times })
    }
    const said = oneLineOf(note)
    if (said !== '') this.#notes.push({ column: this.#column, text: said })
    this.#column += repeat
  }

  /** A tall cell says its text in each of its rows, as in every other sheet. */
  #repeatTall(row: SheetRow): void {
    this.#tall = this.#tall.filter(({ last }) => last >= row.row)
    const own = row.cells
    const repeated = this.#tall.map(({ cell: { column, text, isValue, columns } }): SheetCell => ({
      column,
      text,
      isValue,
      columns: columns ?? 1,
      repeated: true,
    }))
    for (const cell of own) if ((cell.rows ?? 1) > 1) this.#tall.push({ cell, last: row.row + cell.rows! - 1 })
    const free = repeated.filter(({ column }) => !own.some((cell) => cell.column === column))
    if (free.length > 0) row.cells = [...own, ...free].toSorted(byColumn)
  }

  #endRow(): void {
    const repeat = this.#cells.length === 0 && this.#notes.length === 0 ? 0 : Math.min(this.#repeatRow, REPEAT_MAX)
    for (let times = 0; times < repeat; times++)
      this.#rows.push({ row: { row: this.#row + times, cells: this.#cells }, notes: times === 0 ? this.#notes : [] })
    if (repeat === 1) this.#repeatTall(this.#rows.at(-1)!.row)
    this.#row += this.#repeatRow
    this.#cells = []
    this.#notes = []
  }
}

const byColumn = (a: SheetCell, b: SheetCell): number => a.column - b.column

const count = (value: string | undefined): number => Math.max(1, Math.min(Number.parseInt(value ?? '1', 10) || 1, 1_048_576))

const oneLineOf = (text: string): string => cleanText(text).replace(/\s+/g, ' ').trim()
