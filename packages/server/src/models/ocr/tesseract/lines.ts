/** Words as Tesseract gives them → lines with places on the upright picture. Pure. */
import type { ReadLine } from '../layout/arrange.ts'
import type { Quad } from '../picture/quad.ts'
import type { TsvWord } from './tsv.ts'

/** words of one line that stand further apart than this, in line heights, are cells; Chinese marks leave half a sign empty */
const CELL_GAP = 2
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uff65‘’“”—…]/u

/**
 * @param lines  words line by line, in pixels of the level page
 * @param page   where the level page lies on the upright picture
 */
export function linesOf(lines: readonly (readonly TsvWord[])[], page: Quad): Omit<ReadLine, 'doubtful'>[] {
  const cells = lines.flatMap(cellsOf)
  // Boxes end where the ink ends; a line without tall signs is as high as the others all the same.
  const heights = cells.map((cell) => bottomOf(cell) - topOf(cell)).toSorted((a, b) => a - b)
  const usual = heights[Math.floor(heights.length / 2)] ?? 0
  return cells.map((cell) => lineOf(cell, page, usual))
}

const topOf = (words: readonly TsvWord[]): number => Math.min(...words.map((word) => word.top))
const bottomOf = (words: readonly TsvWord[]): number => Math.max(...words.map((word) => word.top + word.height))

function cellsOf(words: readonly TsvWord[]): TsvWord[][] {
  const height = bottomOf(words) - topOf(words)
  const cells: TsvWord[][] = []
  for (const word of words) {
    const last = cells.at(-1)?.at(-1)
    if (last && word.left - (last.left + last.width) < CELL_GAP * height) cells.at(-1)!.push(word)
    else cells.push([word])
  }
  return cells
}

function lineOf(words: readonly TsvWord[], page: Quad, usual: number): Omit<ReadLine, 'doubtful'> {
  const left = Math.min(...words.map((word) => word.left))
  const right = Math.max(...words.map((word) => word.left + word.width))
  const height = Math.max(1, usual, bottomOf(words) - topOf(words))
  const top = (topOf(words) + bottomOf(words) - height) / 2
  const length = Math.max(1, right - left)
  let text = ''
  let [sure, weight] = [0, 0]
  const spans: ReadLine['words'] = []
  for (const word of words) {
    // The Chinese data parts every Han character from the next.
    if (text !== '' && !(WIDE.test(text.at(-1)!) && WIDE.test(word.text[0]!))) text += ' '
    const start = text.length
    text += word.text
    spans.push({ start, end: text.length, from: (word.left - left) / length, to: (word.left + word.width - left) / length })
    sure += word.confidence * word.text.length
    weight += word.text.length
  }
  const { ux, uy } = page
  const quad = { x: page.x + ux * left - uy * top, y: page.y + uy * left + ux * top, ux, uy, length, height }
  return { quad, text, confidence: sure / weight, words: spans }
}
