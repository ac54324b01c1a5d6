/**
 * Word boxes of a PDF page: which rectangle of the page shows which span of its display text.
 * Packed as one byte string per page, because a page has hundreds of them and they are read only to draw citations.
 */
import type { Box } from '@zhiku/contract/anchor.ts'

/** [start, end) are UTF-16 offsets into the page's text; the box is in the unit of the page's kind (contract/page.ts), origin top left. */
export interface WordBox {
  start: number
  end: number
  x: number
  y: number
  w: number
  h: number
}

const FIELDS = 6
/** boxes are kept to 1/100 point, far below what a screen shows */
const SCALE = 100

/** Little-endian int32 fields: start, end, x, y, w, h; 24 bytes a word. */
export function packWords(words: readonly WordBox[]): Uint8Array {
  const bytes = new Uint8Array(words.length * FIELDS * 4)
  const view = new DataView(bytes.buffer)
  words.forEach((word, index) => {
    const at = index * FIELDS * 4
    view.setInt32(at, word.start, true)
    view.setInt32(at + 4, word.end, true)
    view.setInt32(at + 8, Math.round(word.x * SCALE), true)
    view.setInt32(at + 12, Math.round(word.y * SCALE), true)
    view.setInt32(at + 16, Math.round(word.w * SCALE), true)
    view.setInt32(at + 20, Math.round(word.h * SCALE), true)
  })
  return bytes
}

export function unpackWords(bytes: Uint8Array): WordBox[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const words: WordBox[] = []
  for (let at = 0; at + FIELDS * 4 <= bytes.byteLength; at += FIELDS * 4) {
    words.push({
      start: view.getInt32(at, true),
      end: view.getInt32(at + 4, true),
      x: view.getInt32(at + 8, true) / SCALE,
      y: view.getInt32(at + 12, true) / SCALE,
      w: view.getInt32(at + 16, true) / SCALE,
      h: view.getInt32(at + 20, true) / SCALE,
    })
  }
  return words
}

/** Do two boxes stand on one line? Their heights overlap by more than half of the smaller one. */
function sameLine(a: WordBox, b: WordBox): boolean {
  const overlap = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y)
  return overlap > Math.min(a.h, b.h) / 2
}

/**
 * Boxes that cover the span [start, end): one per line and column, in text order.
 * A word that is only partly inside the span counts whole.
 */
export function boxesOfSpan(words: readonly WordBox[], start: number, end: number): Box[] {
  const boxes: WordBox[] = []
  for (const word of words) {
    if (word.end <= start || word.start >= end) continue
    const last = boxes.at(-1)
    // A jump to the left or far to the right is a new line or another column.
    if (last && sameLine(last, word) && word.x >= last.x && word.x - (last.x + last.w) < 3 * Math.max(last.h, word.h)) {
      const right = Math.max(last.x + last.w, word.x + word.w)
      const bottom = Math.max(last.y + last.h, word.y + word.h)
      last.y = Math.min(last.y, word.y)
      last.w = right - last.x
      last.h = bottom - last.y
    } else {
      boxes.push({ ...word })
    }
  }
  const round = (value: number): number => Math.round(value * SCALE) / SCALE
  return boxes.map(({ x, y, w, h }) => [round(x), round(y), round(w), round(h)])
}
