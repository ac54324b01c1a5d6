/** Rows to lines: what is needed to tell paragraphs, list items, tables and headings apart. */
import { type Glyphs, HYPHEN } from './glyphs.ts'
import type { Row } from './reading-order.ts'
import { type Segment, segmentText } from './segments.ts'

export interface Line {
  /** parts with a wide gap between them; one in running text */
  cells: Cell[]
  x0: number
  y0: number
  x1: number
  y1: number
  size: number
  /** share of its characters that are bold, 0 to 1 */
  bold: number
  /** first and last code point */
  first: number
  last: number
  chars: number
  /** it is an entry of a table of contents: dots lead to a page number */
  leader: boolean
}

/** Segments that touch, in reading order. */
export type Cell = Segment[]

/** Segments of a row nearer than this, in font sizes, are one cell. */
const CELL_GAP = 1.2

export function lineOf(glyphs: Glyphs, row: Row): Line {
  const cells: Cell[] = []
  let before: Segment | null = null
  let sizes = 0
  let bolds = 0
  let chars = 0
  const line = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity }
  for (const segment of row) {
    const gap = before === null ? Infinity : Math.max(segment.x0 - before.x1, before.x0 - segment.x1)
    if (gap < CELL_GAP * segment.size) cells.at(-1)!.push(segment)
    else cells.push([segment])
    before = segment
    line.x0 = Math.min(line.x0, segment.x0)
    line.y0 = Math.min(line.y0, segment.y0)
    line.x1 = Math.max(line.x1, segment.x1)
    line.y1 = Math.max(line.y1, segment.y1)
    const count = segment.glyphs.length
    sizes += segment.size * count
    bolds += segment.bolds
    chars += count
  }
  const last = row.at(-1)!
  return {
    cells,
    ...line,
    size: sizes / chars,
    bold: bolds / chars,
    first: glyphs.code[row[0]!.glyphs[0]!]!,
    last: glyphs.code[last.glyphs.at(-1)!]!,
    chars,
    leader: isLeader(glyphs, row, chars),
  }
}

/** Least number and share of dots in a line that leads to a page number. */
const LEADER_DOTS = 5
const LEADER_SHARE = 0.12

function isLeader(glyphs: Glyphs, row: Row, chars: number): boolean {
  let dots = 0
  for (const segment of row) {
    for (const index of segment.glyphs) {
      const code = glyphs.code[index]!
      if (code === 0x2e || code === 0x2026 || code === 0xb7) dots++
    }
  }
  return dots >= LEADER_DOTS && dots >= LEADER_SHARE * chars
}

export const cellText = (glyphs: Glyphs, cell: Cell): string => cell.map((segment) => segmentText(glyphs, segment)).join(' ')
export const lineText = (glyphs: Glyphs, line: Line): string => line.cells.map((cell) => cellText(glyphs, cell)).join(' ')

/** Marks of list items: bullets, numbers, letters, circled and Chinese numbers. */
const MARK =
  /^(?:[•‣▪▫●○◦■□◆◇❖➢➤✓✔·∙\uF0A7\uF0B7\uF0D8\uF0FC–—*-](?=\s|\p{L}|\p{N})|(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivxIVX]{1,5})[.)）、](?=\s|\p{L})|[(（](?:\d{1,3}|[a-zA-Z]|[ivx]{1,5}|[一二三四五六七八九十]{1,3})[)）]|\[\d{1,3}\]|[①-⑳⑴-⒇]|[一二三四五六七八九十]{1,3}、)/u

export const markOf = (text: string): string | null => MARK.exec(text)?.[0] ?? null

export const isHyphen = (code: number): boolean => code === HYPHEN || code === 0x2d || code === 0x2010
