/** Blocks of lines to display text, blocks with offsets, and a box for every word. */
import type { Block } from '@zhiku/contract/page.ts'
import { isWide } from '../flow.ts'
import type { WordBox } from '../types.ts'
import type { PdfBlock } from './blocks.ts'
import { type Glyphs, HYPHEN } from './glyphs.ts'
import { isHyphen, type Line, lineOf } from './lines.ts'
import { rowsOf } from './reading-order.ts'
import type { RuledTable } from './ruled-tables.ts'
import type { Segment } from './segments.ts'

export class Composer {
  readonly blocks: Block[] = []
  readonly words: WordBox[] = []
  readonly #glyphs: Glyphs
  #parts: string[] = []
  #length = 0
  #word: WordBox | null = null
  /** outline of the block being written, in points of the unrotated page */
  #box: [number, number, number, number] = [0, 0, 0, 0]

  constructor(glyphs: Glyphs) {
    this.#glyphs = glyphs
  }

  get text(): string {
    return this.#parts.join('')
  }

  add(block: PdfBlock): void {
    if (this.#length > 0) this.#write('\n')
    const start = this.#length
    this.#box = [Infinity, Infinity, -Infinity, -Infinity]
    const rows = block.table ? this.#ruled(block.table) : block.kind === 'table' ? this.#table(block.lines) : this.#flow(block.lines)
    this.#endWord()
    if (this.#length === start) return
    const [x0, y0, x1, y1] = this.#box.map((value) => Math.round(value * 100) / 100) as [number, number, number, number]
    const made: Block = { kind: block.kind, start, end: this.#length, box: [x0, y0, x1 - x0, y1 - y0] }
    if (block.level !== undefined) made.level = block.level
    if (block.kind === 'list-item') made.level = 0
    if (rows) Object.assign(made, { rows, headerRows: block.headerRows ?? 0 })
    this.blocks.push(made)
  }

  /** Text that stands in one box as a whole: each of its words gets that box. */
  addBoxed(kind: Block['kind'], text: string, box: [number, number, number, number]): void {
    if (this.#length > 0) this.#write('\n')
    const start = this.#length
    this.#write(text)
    const [x, y, w, h] = box
    for (const match of text.matchAll(/\S+/g))
      this.words.push({ start: start + match.index, end: start + match.index + match[0].length, x, y, w, h })
    this.blocks.push({ kind, start, end: this.#length, box })
  }

  #flow(lines: readonly Line[]): null {
    lines.forEach((line, index) => {
      const before = lines[index - 1]
      if (before) this.#joint(before.last, line.first)
      line.cells.forEach((cell, at) => {
        if (at > 0) this.#joint(0x61, 0x61)
        this.#cell(cell)
      })
    })
    return null
  }

  #table(lines: readonly Line[]): [number, number][][] {
    return lines.map((line, index) => {
      if (index > 0) this.#write('\n')
      return line.cells.map((cell, at): [number, number] => {
        if (at > 0) this.#write('\t')
        const start = this.#length
        this.#cell(cell)
        this.#endWord()
        return [start, this.#length]
      })
    })
  }

  /** Cells of a ruled table may hold several lines each. */
  #ruled(table: RuledTable): [number, number][][] {
    return table.rows.map((row, index) => {
      if (index > 0) this.#write('\n')
      return row.map((segments, at): [number, number] => {
        if (at > 0) this.#write('\t')
        const start = this.#length
        this.#flow(rowsOf(segments).map((line) => lineOf(this.#glyphs, line)))
        this.#endWord()
        return [start, this.#length]
      })
    })
  }

  #cell(cell: readonly Segment[]): void {
    cell.forEach((segment, index) => {
      const before = cell[index - 1]
      if (before) {
        const gap = Math.max(segment.x0 - before.x1, before.x0 - segment.x1)
        const [last, first] = [this.#glyphs.code[before.glyphs.at(-1)!]!, this.#glyphs.code[segment.glyphs[0]!]!]
        if (gap > 0.15 * segment.size) this.#joint(last, first)
      }
      this.#segment(segment)
    })
  }

  /** Between two lines: nothing beside Han or after a hyphen that parts a word, else a space. */
  #joint(last: number, first: number): void {
    this.#endWord()
    if (isWide(last) && isWide(first)) return
    const lower = first >= 0x61 && (first <= 0x7a || (first >= 0xdf && first <= 0x24f))
    if (isHyphen(last) && (lower || last === HYPHEN)) return
    this.#write(' ')
  }

  #segment(segment: Segment): void {
    const { code, box } = this.#glyphs
    for (let i = 0; i < segment.glyphs.length; i++) {
      const index = segment.glyphs[i]!
      if (segment.spaces[i]) {
        this.#endWord()
        this.#write(' ')
      }
      const character = code[index]!
      // Every Han character is a word of its own: a citation may begin and end at any of them.
      const wide = isWide(character)
      if (wide) this.#endWord()
      const start = this.#length
      this.#write(display(character))
      this.#cover(start, box, index * 4)
      if (wide) this.#endWord()
    }
  }

  #cover(start: number, box: Float32Array, at: number): void {
    const [x0, y0, x1, y1] = [box[at]!, box[at + 1]!, box[at + 2]!, box[at + 3]!]
    const word = this.#word
    if (word) {
      const right = Math.max(word.x + word.w, x1)
      const bottom = Math.max(word.y + word.h, y1)
      if (x0 < word.x) word.x = x0
      if (y0 < word.y) word.y = y0
      word.w = right - word.x
      word.h = bottom - word.y
      word.end = this.#length
    } else this.#word = { start, end: this.#length, x: x0, y: y0, w: x1 - x0, h: y1 - y0 }
    const outline = this.#box
    if (x0 < outline[0]) outline[0] = x0
    if (y0 < outline[1]) outline[1] = y0
    if (x1 > outline[2]) outline[2] = x1
    if (y1 > outline[3]) outline[3] = y1
  }

  #endWord(): void {
    if (this.#word) this.words.push(this.#word)
    this.#word = null
  }

  #write(text: string): void {
    this.#parts.push(text)
    this.#length += text.length
  }
}

/** Characters that only say how a letter is drawn become the letter: ligatures, radicals used as characters, bullets of symbol fonts. */
function display(code: number): string {
  if (code === HYPHEN) return '-'
  if (code < 0x2e80) return String.fromCharCode(code)
  if ((code >= 0xfb00 && code <= 0xfb06) || (code >= 0x2f00 && code <= 0x2fd5)) return String.fromCodePoint(code).normalize('NFKC')
  if (code === 0xf0b7 || code === 0xf0a7 || code === 0xf0d8) return '•'
  return String.fromCodePoint(code)
}
