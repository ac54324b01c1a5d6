/**
 * Puts back the spaces between English words that the Chinese model drops. Pure.
 * For each two neighbouring Latin characters the widest run of columns without ink between them is measured; how wide a
 * space is on this page is learnt from where the model did give one, so that spaced fonts are not torn apart.
 */
import type { Glyph } from './ctc.ts'

export interface SpacedLine {
  glyphs: Glyph[]
  /** 1 for each column of the line picture with ink */
  columns: Uint8Array
  /** columns of the line picture for one column at height 48 and natural width */
  stretch: number
}

/** characters of Latin script that may stand beside a space */
const LATIN = /^[\p{Script=Latin}\p{Nd}!-~–—…•°£€¥§©®]$/u
const NO_SPACE_BEFORE = /^[.,:;!?)\]}%'’”…]$/
const NO_SPACE_AFTER = /^[([{@#$_‘“]$/
/** columns of 48: limit where a page tells nothing, least width of the wider class when it is learnt without spaces */
const DEFAULT_LIMIT = 15
const LEAST_WIDE = 8
/** columns of 48 from which a gap parts cells: between Latin characters, and others */
const CELL_GAP = 48
const WIDE_CELL_GAP = 90
/** spaces by the model from which their width is believed */
const LEAST_SPACES = 6
/** how far the limit lies from the gaps in words towards the gaps of spaces */
const BETWEEN = 0.6

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** Widest run of columns without ink between two places, each 0 to 1, in columns of natural width. */
export function blankRun({ columns, stretch }: SpacedLine, from: number, to: number): number {
  const end = Math.min(columns.length, Math.round(to * columns.length))
  let [widest, run] = [0, 0]
  for (let x = Math.max(0, Math.round(from * columns.length)); x < end; x += 1) {
    run = columns[x] ? 0 : run + 1
    if (run > widest) widest = run
  }
  return widest / stretch
}

/** Gaps of all neighbouring Latin characters of a page: those without a space by the model, and those with one. */
export function gapsOf(lines: readonly SpacedLine[]): { within: number[]; spaces: number[] } {
  const within: number[] = []
  const spaces: number[] = []
  for (const line of lines) {
    let last: Glyph | null = null
    let spaced = false
    for (const glyph of line.glyphs) {
      if (glyph.text === ' ') {
        spaced = true
        continue
      }
      if (last && LATIN.test(last.text) && LATIN.test(glyph.text)) (spaced ? spaces : within).push(blankRun(line, last.at, glyph.at))
      last = glyph
      spaced = false
    }
  }
  return { within, spaces }
}

/** @returns columns of natural width from which a gap is a space */
export function spaceLimit({ within, spaces }: { within: readonly number[]; spaces: readonly number[] }): number {
  const inWord = median(within)
  if (spaces.length >= LEAST_SPACES) return inWord + BETWEEN * (median(spaces) - inWord)
  const [narrow, wide, border] = otsu([...within, ...spaces])
  return wide > 2 * narrow && wide > LEAST_WIDE ? border : DEFAULT_LIMIT
}

/** Splits values into two classes of least inner variance (Otsu 1979): [mean below, mean above, border]. */
export function otsu(values: readonly number[]): [number, number, number] {
  const sorted = values.toSorted((a, b) => a - b)
  const total = sorted.reduce((sum, value) => sum + value, 0)
  let best: [number, number, number] = [0, 0, 0]
  let [below, most] = [0, -1]
  for (let n = 1; n < sorted.length; n += 1) {
    below += sorted[n - 1]!
    if (sorted[n] === sorted[n - 1]) continue
    const [low, high] = [below / n, (total - below) / (sorted.length - n)]
    const between = n * (sorted.length - n) * (high - low) ** 2
    if (between > most) {
      most = between
      best = [low, high, (sorted[n - 1]! + sorted[n]!) / 2]
    }
  }
  return best
}

/**
 * Cells of a table that the detector took for one line: the characters from one gap as wide as the line is high to the next.
 * Marks of Chinese punctuation leave half their place empty, so beside them a gap must be wider.
 */
export function cellsOf(line: SpacedLine): Glyph[][] {
  const cells: Glyph[][] = []
  let last: Glyph | null = null
  for (const glyph of line.glyphs) {
    if (glyph.text === ' ') {
      cells.at(-1)?.push(glyph)
      continue
    }
    const limit = last && LATIN.test(last.text) && LATIN.test(glyph.text) ? CELL_GAP : WIDE_CELL_GAP
    if (last && blankRun(line, last.at, glyph.at) < limit) cells.at(-1)!.push(glyph)
    else cells.push([glyph])
    last = glyph
  }
  return cells
}

/** The line's characters with a space wherever the gap is at least `limit`; a space put in is as sure as its neighbours. */
export function withSpaces(line: SpacedLine, limit: number): Glyph[] {
  const out: Glyph[] = []
  for (const glyph of line.glyphs) {
    const last = out.at(-1)
    if (last && glyph.text !== ' ' && mayPart(last.text, glyph.text) && blankRun(line, last.at, glyph.at) >= limit) {
      out.push({ text: ' ', at: (last.at + glyph.at) / 2, confidence: Math.min(last.confidence, glyph.confidence) })
    }
    out.push(glyph)
  }
  return out
}

const mayPart = (left: string, right: string): boolean =>
  LATIN.test(left) && LATIN.test(right) && !NO_SPACE_BEFORE.test(right) && !NO_SPACE_AFTER.test(left)
