/** Glyphs to line segments: runs of glyphs that stand side by side on one line without a wide gap. */
import { isWide } from '../flow.ts'
import { type Glyphs, HYPHEN } from './glyphs.ts'
import { Fences, type RuledTable } from './ruled-tables.ts'
import type { Rule } from './rules.ts'
import { SLANTED, type Styles } from './styles.ts'

/** Coordinates are those of the upright reading frame of its text; see `toFrame`. */
export interface Segment {
  /** glyph indices in reading order */
  glyphs: number[]
  /** spaces[i]: a space stands before glyphs[i] */
  spaces: boolean[]
  x0: number
  y0: number
  x1: number
  y1: number
  /** mean font size in points */
  size: number
  /** how many of its glyphs are bold */
  bolds: number
  /** most of its glyphs are of a script written from right to left */
  rtl: boolean
  /** width of the first word: would it have fitted on the line before? */
  firstWord: number
  /** order in the page's content */
  order: number
  /** a ruled table as a whole, which has no glyphs of its own */
  table?: RuledTable
}

/** How the text of a segment group stands on the page; 0-3 quarter turns clockwise, 'column' vertical writing. */
export type Direction = 0 | 1 | 2 | 3

/** A gap wider than this, in font sizes, ends a segment: a column or a table cell begins. */
const GAP_MAX = 1.2
/** Glyphs may overlap by so much: kerning, accents, slanted letters. */
const OVERLAP_MAX = 0.6
/** A gap without a space in the file that is read as one. */
const SPACE_MIN = 0.3
/** A space in the file over a gap narrower than this is the work of PDFium's line breaking at a superscript. */
const NO_SPACE = 0.05
/** Gap between two Han characters, in font sizes, that is read as a space */
const WIDE_SPACE = 0.4
/** share of a line's Han neighbours with such a gap from which on it is letter-spacing */
const WIDE_SET = 0.5
/** Share of the lower height by which two glyphs of a line overlap; superscripts pass, the next line does not. */
const SAME_LINE = 0.4

/** Box of the unrotated page into the frame in which the text runs left to right and lines go down. */
export function toFrame(
  direction: Direction,
  width: number,
  height: number,
  box: ArrayLike<number>,
  at: number,
): [number, number, number, number] {
  const [x0, y0, x1, y1] = [box[at]!, box[at + 1]!, box[at + 2]!, box[at + 3]!]
  if (direction === 0) return [x0, y0, x1, y1]
  if (direction === 1) return [y0, width - x1, y1, width - x0]
  if (direction === 2) return [width - x1, height - y1, width - x0, height - y0]
  return [height - y1, x0, height - y0, x1]
}

export interface PageSize {
  width: number
  height: number
}

export interface Group {
  direction: Direction
  segments: Segment[]
  /** the page's ruling lines in the frame of this group */
  rules: Rule[]
}

/**
 * Segments of all glyphs in `kept`, grouped by direction, the direction with most glyphs first.
 * Slanted text (a watermark) is read in content order as if it were level.
 */
export function segmentsOf(glyphs: Glyphs, styles: Styles, kept: Uint8Array, page: PageSize, rules: readonly Rule[]): Group[] {
  const vertical = isVertical(glyphs, kept)
  const groups = new Map<Direction, Builder>()
  let order = 0
  let space: Space = NONE
  for (let i = 0; i < glyphs.count; i++) {
    const code = glyphs.code[i]!
    if (isSpace(code)) {
      if (space !== REAL) space = glyphs.object[i] === 0 ? GENERATED : REAL
      continue
    }
    if (kept[i] === 0) continue
    const style = styles.styles[styles.of[i]!]!
    const direction: Direction = vertical && style.turn === 0 ? 1 : style.turn === SLANTED ? 0 : style.turn
    let group = groups.get(direction)
    if (!group) groups.set(direction, (group = new Builder(direction, page, rules)))
    if (group.add(glyphs, i, style.bold, space, order)) order++
    space = NONE
  }
  return [...groups.values()]
    .toSorted((a, b) => b.count - a.count)
    .map((builder) => ({ direction: builder.direction, segments: builder.finish(), rules: builder.rules }))
}

function isSpace(code: number): boolean {
  if (code < 0xa0) return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
  return (
    code === 0xa0 ||
    code === 0x3000 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x1680
  )
}

const NONE = 0
const GENERATED = 1
const REAL = 2
type Space = typeof NONE | typeof GENERATED | typeof REAL

class Builder {
  count = 0
  readonly direction: Direction
  readonly rules: Rule[]
  readonly #page: PageSize
  readonly #fences: Fences | null
  readonly #done: Segment[] = []
  #open: Segment | null = null
  #sizes = 0
  #bolds = 0
  #rtls = 0
  #inFirstWord = false
  /** neighbouring Han characters in the open segment, and those with a space between */
  #wideJoints = 0
  #wideSpaces: { index: number; isSpace: boolean }[] = []
  /** vertical extent that the next glyph is compared with: that of the largest glyph so far */
  #top = 0
  #bottom = 0
  #lastX0 = 0
  #lastX1 = 0
  #lastCode = 0

  constructor(direction: Direction, page: PageSize, rules: readonly Rule[]) {
    this.direction = direction
    this.#page = page
    this.rules = rules.map((rule) => toFrame(direction, page.width, page.height, rule, 0))
    this.#fences = rules.length > 0 ? new Fences(this.rules) : null
  }

  /** True when the glyph begins a new segment. */
  add(glyphs: Glyphs, index: number, bold: boolean, space: Space, order: number): boolean {
    const { box } = glyphs
    const at = index * 4
    let x0 = box[at]!
    let y0 = box[at + 1]!
    let x1 = box[at + 2]!
    let y1 = box[at + 3]!
    if (this.direction !== 0) [x0, y0, x1, y1] = toFrame(this.direction, this.#page.width, this.#page.height, box, at)
    const code = glyphs.code[index]!
    const size = y1 - y0
    this.count++
    const open = this.#open
    const gap = open ? this.#gap(x0, y0, x1, y1, size) : null
    if (open && gap !== null) {
      const spaced = hasSpace(space, gap, size, this.#lastCode, code)
      if (isWide(code) && isWide(this.#lastCode)) {
        this.#wideJoints++
        if (space !== NONE) this.#wideSpaces.push({ index: open.glyphs.length, isSpace: space === REAL || gap >= WIDE_SPACE * size })
      }
      open.glyphs.push(index)
      open.spaces.push(spaced)
      if (x0 < open.x0) open.x0 = x0
      if (x1 > open.x1) open.x1 = x1
      if (y0 < open.y0) open.y0 = y0
      if (y1 > open.y1) open.y1 = y1
      // Han is broken between any two characters.
      if (spaced || isWide(code)) this.#inFirstWord = false
      else if (this.#inFirstWord) open.firstWord = open.x1 - open.x0
      const band = this.#bottom - this.#top
      if (size > band * 1.05 && size < band * 2) this.#band(y0, y1)
    } else {
      this.#close()
      this.#open = { glyphs: [index], spaces: [false], x0, y0, x1, y1, size: 0, bolds: 0, rtl: false, firstWord: x1 - x0, order }
      this.#inFirstWord = true
      this.#band(y0, y1)
    }
    this.#sizes += size
    if (bold) this.#bolds++
    if (isRightToLeft(code)) this.#rtls++
    this.#lastX0 = x0
    this.#lastX1 = x1
    this.#lastCode = code
    return gap === null
  }

  finish(): Segment[] {
    this.#close()
    return this.#done
  }

  #band(top: number, bottom: number): void {
    this.#top = top
    this.#bottom = bottom
  }

  /** Distance to the glyph before, when the two stand on one line side by side; null when a new segment begins. */
  #gap(x0: number, y0: number, x1: number, y1: number, size: number): number | null {
    const overlap = Math.min(y1, this.#bottom) - Math.max(y0, this.#top)
    const em = Math.max(Math.min(size, this.#bottom - this.#top), 1)
    if (overlap < SAME_LINE * em) return null
    // Scripts written from right to left come in logical order.
    const gap = x0 >= this.#lastX0 ? x0 - this.#lastX1 : this.#lastX0 - x1
    if (this.#fences?.between((this.#lastX0 + this.#lastX1) / 2, (x0 + x1) / 2, (y0 + y1) / 2)) return null
    const wide = Math.max(size, this.#bottom - this.#top)
    if (gap > GAP_MAX * wide || gap < -OVERLAP_MAX * wide) {
      // A mark that is drawn over the letter before it (accents, vowel signs).
      return x0 >= this.#lastX0 - 0.1 * wide && x1 <= this.#lastX1 + 0.1 * wide ? 0 : null
    }
    return gap
  }

  #close(): void {
    const open = this.#open
    if (!open) return
    open.size = this.#sizes / open.glyphs.length
    open.bolds = this.#bolds
    open.rtl = this.#rtls * 2 > open.glyphs.length
    // A space between two Han characters is one, unless the whole line is set wide.
    if (this.#wideSpaces.length <= Math.max(1, WIDE_SET * this.#wideJoints))
      for (const { index, isSpace: real } of this.#wideSpaces) open.spaces[index] = real
    this.#done.push(open)
    this.#open = null
    this.#wideJoints = 0
    this.#wideSpaces = []
    this.#sizes = 0
    this.#bolds = 0
    this.#rtls = 0
  }
}

/** Hebrew, Arabic, Syriac, Thaana, N'Ko and the Arabic presentation forms. */
const isRightToLeft = (code: number): boolean =>
  (code >= 0x590 && code <= 0x8ff) || (code >= 0xfb1d && code <= 0xfdff) || (code >= 0xfe70 && code <= 0xfeff)

function hasSpace(space: Space, gap: number, size: number, before: number, after: number): boolean {
  // Decided for the whole line at its end.
  if (isWide(before) && isWide(after)) return false
  if (space === NONE) return gap > SPACE_MIN * size && !isWide(before) && !isWide(after)
  return space === REAL || gap > NO_SPACE * size
}

/** Characters set one below the other: neighbours in content share their column, not their line. */
function isVertical(glyphs: Glyphs, kept: Uint8Array): boolean {
  const { box, code } = glyphs
  let down = 0
  let across = 0
  let before = -1
  for (let i = 0; i < glyphs.count; i++) {
    if (kept[i] === 0 || !isWide(code[i]!)) continue
    if (before >= 0) {
      const [a, b] = [before * 4, i * 4]
      // In vertical writing the box is wider than the character.
      const size = Math.max(Math.min(box[b + 2]! - box[b]!, box[b + 3]! - box[b + 1]!), 1)
      const dx = Math.abs(box[b]! + box[b + 2]! - box[a]! - box[a + 2]!) / 2
      const dy = (box[b + 1]! + box[b + 3]! - box[a + 1]! - box[a + 3]!) / 2
      if (dx < 0.3 * size && dy > 0.6 * size && dy < 1.8 * size) down++
      else if (Math.abs(dy) < 0.3 * size) across++
    }
    before = i
  }
  return down > across && down >= 5
}

/** Text of a segment, for decisions that need it; offsets are made elsewhere. */
export function segmentText(glyphs: Glyphs, segment: Segment): string {
  let text = ''
  for (let i = 0; i < segment.glyphs.length; i++) {
    const code = glyphs.code[segment.glyphs[i]!]!
    text += (segment.spaces[i] ? ' ' : '') + (code === HYPHEN ? '-' : String.fromCodePoint(code))
  }
  return text
}
