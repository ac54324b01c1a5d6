/** Lines of a column to paragraphs, headings, list items and tables. */
import { isWide } from '../flow.ts'
import type { DocumentStyle } from './document-style.ts'
import type { Glyphs } from './glyphs.ts'
import { cellText, isHyphen, type Line, lineText, markOf } from './lines.ts'
import type { RuledTable } from './ruled-tables.ts'
import type { Segment } from './segments.ts'

export interface PdfBlock {
  kind: 'paragraph' | 'heading' | 'list-item' | 'table' | 'caption'
  /** rows of a table without ruling lines, lines of everything else */
  lines: Line[]
  table?: RuledTable
  level?: number
  headerRows?: number
}

/** Lines nearer than this, as a multiple of the usual distance, may be one paragraph. */
const LEADING_MAX = 1.35
/** Without a usual distance (few lines): the same as a multiple of the font size. */
const LEADING_GUESS = 1.75
/** A usual distance larger than this says nothing about paragraphs. */
const LEADING_TRUST = 2.6
const SIZE_TOLERANCE = 0.12
/** Lines whose bold shares differ by more are a heading and its text. */
const BOLD_CHANGE = 0.8
/** An indent or a short line is at least so long, in font sizes. */
const INDENT = 0.9
const SENTENCE_END = /[.。;；:：!！?？…)）」”]/
const HEADING_LINES_MAX = 4
const HEADING_CHARS_MAX = 160
const HEADING_WIDE_CHARS_MAX = 50

/** Runs of lines that are read in the same way. */
export interface Part {
  kind: 'text' | 'table'
  lines: Line[]
}

/** Parts tables without ruling lines from running text. */
export function partsOf(glyphs: Glyphs, lines: readonly Line[]): Part[] {
  const parts: Part[] = []
  let from = 0
  for (const table of tablesOf(glyphs, lines)) {
    if (table.from > from) parts.push({ kind: 'text', lines: lines.slice(from, table.from) })
    parts.push({ kind: 'table', lines: lines.slice(table.from, table.to) })
    from = table.to
  }
  if (from < lines.length) parts.push({ kind: 'text', lines: lines.slice(from) })
  return parts
}

export function blocksOf(glyphs: Glyphs, part: Part, style: DocumentStyle): PdfBlock[] {
  if (part.kind === 'table')
    return [{ kind: 'table', lines: part.lines, headerRows: headerRowsOf(part.lines.map((line) => looksOf(glyphs, line))) }]
  const blocks: PdfBlock[] = []
  paragraphs(glyphs, part.lines, style, blocks)
  return joinHeadings(glyphs, blocks)
}

/** A heading over several lines was cut where its lines end short. */
function joinHeadings(glyphs: Glyphs, blocks: readonly PdfBlock[]): PdfBlock[] {
  const joined: PdfBlock[] = []
  for (const block of blocks) {
    const last = joined.at(-1)
    const [before, line] = [last?.lines.at(-1), block.lines[0]!]
    const continued =
      last?.kind === 'heading' &&
      block.kind === 'heading' &&
      before !== undefined &&
      last.level === block.level &&
      Math.abs(before.size - line.size) < SIZE_TOLERANCE * line.size &&
      line.y1 - before.y1 < LEADING_GUESS * line.size &&
      last.lines.length + block.lines.length <= HEADING_LINES_MAX &&
      numberDepth(lineText(glyphs, line)) === 0
    if (last && continued) last.lines.push(...block.lines)
    else joined.push(block)
  }
  return joined
}

function paragraphs(glyphs: Glyphs, lines: readonly Line[], style: DocumentStyle, out: PdfBlock[]): void {
  const leading = usualLeading(lines)
  let from = 0
  for (let next = 1; next <= lines.length; next++) {
    if (next < lines.length && continues(glyphs, lines, from, next, leading)) continue
    out.push(classify(glyphs, lines.slice(from, next), style))
    from = next
  }
}

/** The commonest distance between the bottoms of neighbouring lines, 0 when there are too few to tell. */
function usualLeading(lines: readonly Line[]): number {
  const counts = new Map<number, number>()
  for (let i = 1; i < lines.length; i++) {
    const distance = Math.round((lines[i]!.y1 - lines[i - 1]!.y1) * 2)
    if (distance > 0 && distance < lines[i]!.size * 5) counts.set(distance, (counts.get(distance) ?? 0) + 1)
  }
  let best = 0
  let most = 1
  // Of equally common ones the narrowest.
  for (const [distance, count] of [...counts].toSorted((a, b) => a[0] - b[0])) {
    if (count > most) {
      best = distance / 2
      most = count
    }
  }
  return best
}

/** Does line `next` continue the paragraph that began at `from`? */
function continues(glyphs: Glyphs, lines: readonly Line[], from: number, next: number, leading: number): boolean {
  const before = lines[next - 1]!
  const line = lines[next]!
  const em = Math.max(before.size, line.size)
  if (Math.abs(before.size - line.size) > SIZE_TOLERANCE * em && Math.min(before.chars, line.chars) > 2) return false
  if (Math.abs(before.bold - line.bold) > BOLD_CHANGE && Math.min(before.chars, line.chars) > 3) return false
  const distance = line.y1 - before.y1
  const limit = leading > 0.7 * em && leading < LEADING_TRUST * em ? Math.max(LEADING_MAX * leading, 1.1 * em) : LEADING_GUESS * em
  if (distance > limit || distance <= 0) return false
  if (before.leader || line.leader) return false
  const short = endsShort(lines, next)
  const mark = markOf(startOf(glyphs, line))
  // A number that happens to begin a line, in the middle of a sentence, is no mark.
  if (
    mark !== null &&
    (short ||
      follows(markOf(startOf(glyphs, lines[from]!)), mark) ||
      SENTENCE_END.test(String.fromCodePoint(before.last)) ||
      !/\d|\p{L}/u.test(mark))
  )
    return false
  return !short && !isIndented(glyphs, lines, from, next)
}

/** Is this mark the next one of the list: 3. after 2., (c) after (b)? */
function follows(before: string | null, mark: string): boolean {
  if (before === null) return false
  const [a, b] = [/\d+(?=\D*$)/.exec(before)?.[0], /\d+(?=\D*$)/.exec(mark)?.[0]]
  if (a !== undefined && b !== undefined) return Number(b) === Number(a) + 1
  const [x, y] = [/\p{L}/u.exec(before)?.[0], /\p{L}/u.exec(mark)?.[0]]
  return x !== undefined && y !== undefined && y.codePointAt(0) === x.codePointAt(0)! + 1
}

const startOf = (glyphs: Glyphs, line: Line): string => {
  const text = cellText(glyphs, line.cells[0]!)
  return line.cells.length > 1 && text.length < 8 ? `${text} ${cellText(glyphs, line.cells[1]!)}` : text
}

/** The line before ended though the first word of this one would have fitted: somebody ended it on purpose. */
function endsShort(lines: readonly Line[], next: number): boolean {
  const before = lines[next - 1]!
  const line = lines[next]!
  if (isHyphen(before.last)) return false
  let right = before.x1
  for (let i = Math.max(0, next - 3); i < Math.min(lines.length, next + 3); i++)
    if (Math.abs(lines[i]!.size - line.size) < SIZE_TOLERANCE * line.size) right = Math.max(right, lines[i]!.x1)
  const room = right - before.x1
  const firstWord = line.cells[0]![0]!.firstWord
  const slack = isWide(line.first) ? 1.2 * line.size : 0.6 * line.size
  return room > firstWord + slack
}

/** A first line set in, or a list item's hanging lines coming to an end. */
function isIndented(glyphs: Glyphs, lines: readonly Line[], from: number, next: number): boolean {
  const before = lines[next - 1]!
  const line = lines[next]!
  // Lines that run from the right have their indents on the right.
  const rtl = line.cells[0]![0]!.rtl
  const shift = rtl ? before.x1 - line.x1 : line.x0 - before.x0
  const indent = INDENT * line.size
  if (shift > indent) {
    if (markOf(startOf(glyphs, lines[from]!)) !== null) return false
    const after = lines[next + 1]
    if (!after) return false
    const back = rtl ? line.x1 - after.x1 : after.x0 - line.x0
    // Hanging: the lines that follow are set in as well.
    return back < -indent / 2 || next - from > 1
  }
  // Back to the margin after hanging lines; after a single line it was a first-line indent.
  return shift < -indent && next - from > 1
}

/** Numbers of headings: 1, 1.2, 第三章, 一、, (二) and how deep they stand. */
function numberDepth(text: string): number {
  const digits = /^(\d{1,3}(?:\.\d{1,3}){0,5})\.?(?=\s|\p{L})/u.exec(text)
  if (digits) return digits[1]!.split('.').length
  if (/^第\s*[一二三四五六七八九十百零〇\d]+\s*[章编篇部]/.test(text)) return 1
  if (/^第\s*[一二三四五六七八九十百零〇\d]+\s*节/.test(text)) return 2
  if (/^[一二三四五六七八九十]{1,3}、/.test(text)) return 1
  return /^[(（][一二三四五六七八九十]{1,3}[)）]/.test(text) ? 2 : 0
}

const CAPTION = /^(?:fig(?:ure|\.)?|table|abb(?:ildung|\.)?|tab(?:elle|\.)?|图|表)\s*[\dA-Z][\d.\-–]*[.:：\s]/i
const CAPTION_CHARS_MAX = 400

function classify(glyphs: Glyphs, lines: Line[], style: DocumentStyle): PdfBlock {
  const chars = lines.reduce((sum, line) => sum + line.chars, 0)
  const first = lines[0]!
  if (chars <= CAPTION_CHARS_MAX && CAPTION.test(lineText(glyphs, first))) return { kind: 'caption', lines }
  const text =
    lines.length <= HEADING_LINES_MAX && chars <= HEADING_CHARS_MAX ? lines.map((line) => lineText(glyphs, line)).join(' ') : null
  if (text !== null && !(lines.length === 1 && style.isFurniture(text, first.y0)) && couldBeHeading(text)) {
    const level = style.levelOf(first.size, Math.min(...lines.map((line) => line.bold)) > 0.9)
    const depth = numberDepth(text)
    if (level !== null && (level < 4 || isHeadingText(text, depth)))
      return { kind: 'heading', lines, level: depth > 0 ? style.numbered(level, depth) : level }
  }
  return { kind: markOf(startOf(glyphs, first)) === null ? 'paragraph' : 'list-item', lines }
}

function couldBeHeading(text: string): boolean {
  const mark = markOf(text)
  if (mark !== null && !/\d|\p{L}/u.test(mark)) return false
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  if (letters < 2) return false
  if (isWide(text.codePointAt(0)!) && text.length > HEADING_WIDE_CHARS_MAX) return false
  // An open choice of a form, a list of names.
  if (/[□√☑☐■]/.test(text) || (text.match(/[,，、]/g)?.length ?? 0) > 2) return false
  return !/[。；;，,、-]$/.test(text) && !/[^.]\.$/.test(text.replace(/^[\d.\s]+/, ''))
}

/** Bold text of the usual size is often mere emphasis or a label; as a heading it must look like one. */
const isHeadingText = (text: string, depth: number): boolean =>
  depth > 0 || (text.length <= 90 && !/[:：]\s*\S/.test(text) && /^[\p{Lu}\p{Lo}\p{N}]/u.test(text))

/** Runs of rows with several cells. A row with one cell between them is a cell that runs on. */
function tablesOf(glyphs: Glyphs, lines: readonly Line[]): { from: number; to: number }[] {
  const isRow = lines.map(
    (line) =>
      line.cells.length > 1 &&
      !line.leader &&
      !(line.cells.length === 2 && (markOf(startOf(glyphs, line)) !== null || cellText(glyphs, line.cells[0]!).length <= 2)),
  )
  const tables: { from: number; to: number }[] = []
  for (let from = 0; from < lines.length; from++) {
    if (!isRow[from]) continue
    let to = from + 1
    let rows = 1
    for (let next = to; next < lines.length && next - to < 3; next++) {
      if (lines[next]!.y1 - lines[next - 1]!.y1 > 4 * lines[next]!.size) break
      if (!isRow[next]) continue
      rows++
      to = next + 1
    }
    const cells = lines.slice(from, to).reduce((sum, line) => sum + line.cells.length, 0)
    if (rows >= 2 && cells >= 1.5 * (to - from)) tables.push({ from, to })
    else to = from + 1
    from = to - 1
  }
  return tables
}

interface RowLooks {
  cells: number
  /** share of bold characters, 0 to 1 */
  bold: number
  digits: boolean
}

/** The first row is a header when it alone is bold, or has no number where the rows below have. */
function headerRowsOf(rows: readonly RowLooks[]): number {
  const [first, ...rest] = rows
  if (!first || rest.length === 0 || first.cells < 2) return 0
  if (first.bold > 0.8 && rest.filter((row) => row.bold > 0.8).length * 3 < rest.length) return 1
  return !first.digits && rest.filter((row) => row.digits).length > 0.6 * rest.length ? 1 : 0
}

const hasDigit = (glyphs: Glyphs, segments: readonly Segment[]): boolean =>
  segments.some((segment) => segment.glyphs.some((index) => glyphs.code[index]! >= 0x30 && glyphs.code[index]! <= 0x39))

const looksOf = (glyphs: Glyphs, line: Line): RowLooks => ({
  cells: line.cells.length,
  bold: line.bold,
  digits: line.cells.some((cell) => hasDigit(glyphs, cell)),
})

export const ruledHeaderRows = (glyphs: Glyphs, table: RuledTable): number =>
  headerRowsOf(
    table.rows.map((cells) => {
      const segments = cells.flat()
      const chars = segments.reduce((sum, segment) => sum + segment.glyphs.length, 0)
      return {
        cells: cells.length,
        bold: segments.reduce((sum, segment) => sum + segment.bolds, 0) / chars,
        digits: hasDigit(glyphs, segments),
      }
    }),
  )
