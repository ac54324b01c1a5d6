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

/** boxes are kept to 1/100 point, far below what a screen shows */
const SCALE = 100
/** six numbers of at most five bytes */
const WORD_BYTES_MAX = 30

/** What the numbers of a word are counted from: the word before it. */
interface Cursor {
  at: number
  end: number
  right: number
  y: number
  h: number
}
const begin = (): Cursor => ({ at: 0, end: 0, right: 0, y: 0, h: 0 })

/**
 * Words follow each other, so differences are small: start from the last end, length, x from the last right edge, y from the last y,
 * width, height from the last height; each as a zigzag varint (7 bits a byte, the lowest first). About 8 bytes a word, a third of
 * six plain numbers.
 */
export function packWords(words: readonly WordBox[]): Uint8Array {
  const bytes = new Uint8Array(words.length * WORD_BYTES_MAX)
  const cursor = begin()
  for (const word of words) {
    const x = Math.round(word.x * SCALE)
    const y = Math.round(word.y * SCALE)
    const w = Math.round(word.w * SCALE)
    const h = Math.round(word.h * SCALE)
    write(bytes, cursor, word.start - cursor.end)
    write(bytes, cursor, word.end - word.start)
    write(bytes, cursor, x - cursor.right)
    write(bytes, cursor, y - cursor.y)
    write(bytes, cursor, w)
    write(bytes, cursor, h - cursor.h)
    cursor.end = word.end
    cursor.right = x + w
    cursor.y = y
    cursor.h = h
  }
  return bytes.slice(0, cursor.at)
}

export function unpackWords(bytes: Uint8Array): WordBox[] {
  const words: WordBox[] = []
  const cursor = begin()
  while (cursor.at < bytes.length) {
    const start = cursor.end + read(bytes, cursor)
    const end = start + read(bytes, cursor)
    const x = cursor.right + read(bytes, cursor)
    const y = cursor.y + read(bytes, cursor)
    const w = read(bytes, cursor)
    const h = cursor.h + read(bytes, cursor)
    words.push({ start, end, x: x / SCALE, y: y / SCALE, w: w / SCALE, h: h / SCALE })
    cursor.end = end
    cursor.right = x + w
    cursor.y = y
    cursor.h = h
  }
  return words
}

function write(bytes: Uint8Array, cursor: Cursor, value: number): void {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  while (rest > 0x7f) {
    bytes[cursor.at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[cursor.at++] = rest
}

function read(bytes: Uint8Array, cursor: Cursor): number {
  let value = 0
  let shift = 0
  let byte
  do {
    byte = bytes[cursor.at++] ?? 0
    value |= (byte & 0x7f) << shift
    shift += 7
  } while (byte > 0x7f)
  return (value >>> 1) ^ -(value & 1)
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
