/** Read lines in any order → blocks in reading order, with places on the picture as given. Pure. */
import { type Quad, partBox } from '../picture/quad.ts'
import { type Turn, turnBack } from '../picture/raster.ts'
import type { OcrBlock, OcrLine, OcrWord, PixelBox } from '../types.ts'
import { type Item, splitColumns } from './columns.ts'
import { type Row, blocksOf, rowsOf } from './rows.ts'
import { straightened } from './straight.ts'

/** A line as an engine read it, on the upright picture. */
export interface ReadLine {
  quad: Quad
  text: string
  confidence: number
  doubtful: boolean
  /** places are shares of the quad's length */
  words: { start: number; end: number; from: number; to: number }[]
}

export interface Place {
  /** degrees clockwise from the picture as given to the upright one */
  rotation: Turn
  /** pixels of the upright picture */
  width: number
  height: number
  /** white pixels put around the picture as given, which its boxes do not count */
  border: number
}

/**
 * Items of a row that stand nearer than this, in line heights, are one line; others are cells, parted by a tab. Engines
 * part a line only at clear gaps, so among words any gap will do; among Han characters it must be a wide one.
 */
const CELL_GAP = 0.25
const HAN_CELL_GAP = 0.8
export const CELL_SEPARATOR = '\t'

type Placed = Item & { line: ReadLine }

export function arrange(lines: readonly ReadLine[], place: Place): OcrBlock[] {
  const items = straightened(lines.map(({ quad }) => quad)).map((item, n): Placed => ({ ...item, line: lines[n]! }))
  const usual = items.map((item) => item.bottom - item.top).toSorted((a, b) => a - b)[Math.floor(items.length / 2)] ?? 0
  return splitColumns(items).flatMap((region) =>
    blocksOf(rowsOf(region), usual).map((block) => ({ kind: block.kind, lines: block.rows.map((row) => joined(row, usual, place)) })),
  )
}

/** The lines of a row as one line: cells parted by a tab, pieces of one line by a space where Latin script needs one. */
function joined(row: Row<Placed>, usual: number, place: Place): OcrLine {
  let text = ''
  const words: OcrWord[] = []
  let [weight, sure] = [0, 0]
  row.forEach(({ line, left }, n) => {
    if (n > 0) text += separator(text, line.text, (left - row[n - 1]!.right) / usual)
    const offset = text.length
    text += line.text
    for (const word of line.words) {
      const box = boxOf(partBox(line.quad, word.from, word.to, place.width, place.height), place)
      words.push({ start: offset + word.start, end: offset + word.end, box })
    }
    weight += line.text.length
    sure += line.confidence * line.text.length
  })
  const boxes = row.map(({ line }) => boxOf(partBox(line.quad, 0, 1, place.width, place.height), place))
  return { text, box: around(boxes), confidence: sure / weight, doubtful: row.some(({ line }) => line.doubtful), words }
}

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uff65]$/u

/** @param gap in line heights */
function separator(before: string, after: string, gap: number): string {
  const wide = [WIDE.test(before), WIDE.test(after.slice(0, 1))]
  if (gap >= (wide[0] && wide[1] ? HAN_CELL_GAP : CELL_GAP)) return CELL_SEPARATOR
  return wide[0] || wide[1] ? '' : ' '
}

/** On the picture as given: turned back, without the border, inside the picture. */
function boxOf(box: PixelBox, { rotation, width, height, border }: Place): PixelBox {
  const across = rotation === 90 || rotation === 270
  const [givenWidth, givenHeight] = across ? [height, width] : [width, height]
  const [x, y, w, h] = turnBack(box, rotation, givenWidth, givenHeight)
  const [right, bottom] = [givenWidth - 2 * border, givenHeight - 2 * border]
  const left = Math.min(right - 1, Math.max(0, x - border))
  const top = Math.min(bottom - 1, Math.max(0, y - border))
  return [left, top, Math.max(1, Math.min(right, x - border + w) - left), Math.max(1, Math.min(bottom, y - border + h) - top)]
}

function around(boxes: readonly PixelBox[]): PixelBox {
  const left = Math.min(...boxes.map(([x]) => x))
  const top = Math.min(...boxes.map(([, y]) => y))
  const right = Math.max(...boxes.map(([x, , w]) => x + w))
  const bottom = Math.max(...boxes.map(([, y, , h]) => y + h))
  return [left, top, right - left, bottom - top]
}
