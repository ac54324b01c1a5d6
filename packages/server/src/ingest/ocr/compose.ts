/**
 * Lines with places to the text of a page: paragraphs of lines, tables of rows, a box for every word; together with what
 * the page's own text layer tells, where that is only a part of it. Pure.
 */
import type { Box } from '@zhiku/contract/anchor.ts'
import type { Block } from '@zhiku/contract/page.ts'
import { type WordBox } from '../../library/words.ts'
import type { OcrBlock, OcrLine, PixelBox } from '../../models/ocr/types.ts'

export interface Composed {
  text: string
  blocks: Block[]
  words: WordBox[]
  /** spans of lines that are faint or unsure */
  doubts: [number, number][]
  /** characters that come from OCR */
  ocrChars: number
}

export interface Layer {
  text: string
  blocks: Block[]
  words: WordBox[]
}

const LINE_END = '\n'
const CELL_SEPARATOR = '\t'
/** OCR knows headings only by their size, which says nothing of their depth. */
const HEADING_LEVEL = 2
/** A line that lies under the layer's words with so much of it is the layer's. */
const COVERED = 0.5

/**
 * @param toPage  from pixels of the picture to the page's unit
 * @param layer   its words win over what OCR read at the same place
 */
export function compose(blocks: readonly OcrBlock[], toPage: (box: PixelBox) => Box, layer: Layer | null = null): Composed {
  const made: Composed = { text: '', blocks: [], words: [], doubts: [], ocrChars: 0 }
  const read = layer ? withoutCovered(blocks, layer, toPage) : blocks
  // Blocks of the layer come where they stand from above, among those of OCR, which keep their order.
  const rest = layer ? [...layer.blocks] : []
  for (const block of read) {
    const top = Math.min(...block.lines.map((line) => toPage(line.box)[1]))
    while (layer && rest.length > 0 && (rest[0]!.box?.[1] ?? 0) <= top) addLayer(made, layer, rest.shift()!)
    addRead(made, block, toPage)
  }
  for (const block of rest) addLayer(made, layer!, block)
  return made
}

function addRead(made: Composed, block: OcrBlock, toPage: (box: PixelBox) => Box): void {
  if (made.text !== '') made.text += LINE_END
  const start = made.text.length
  const rows: [number, number][][] = []
  block.lines.forEach((line, n) => {
    if (n > 0) made.text += LINE_END
    const at = made.text.length
    made.text += line.text
    made.ocrChars += line.text.replaceAll(/\s/g, '').length
    if (line.doubtful) made.doubts.push([at, made.text.length])
    for (const word of line.words) {
      const [x, y, w, h] = toPage(word.box)
      made.words.push({ start: at + word.start, end: at + word.end, x, y, w, h })
    }
    rows.push(cellsOf(line.text, at))
  })
  const box = around(block.lines.map((line) => toPage(line.box)))
  const span = { start, end: made.text.length, box }
  if (block.kind === 'heading') made.blocks.push({ kind: 'heading', level: HEADING_LEVEL, ...span })
  else if (block.kind === 'table') made.blocks.push({ kind: 'table', ...span, rows, headerRows: 0 })
  else made.blocks.push({ kind: 'paragraph', ...span })
}

function cellsOf(text: string, at: number): [number, number][] {
  let start = at
  return text.split(CELL_SEPARATOR).map((cell): [number, number] => {
    const span: [number, number] = [start, start + cell.length]
    start += cell.length + CELL_SEPARATOR.length
    return span
  })
}

function addLayer(made: Composed, layer: Layer, block: Block): void {
  if (made.text !== '') made.text += LINE_END
  const by = made.text.length - block.start
  made.text += layer.text.slice(block.start, block.end)
  const rows = block.rows?.map((row) => row.map(([start, end]): [number, number] => [start + by, end + by]))
  made.blocks.push({ ...block, start: block.start + by, end: block.end + by, ...(rows ? { rows } : {}) })
  for (const word of layer.words)
    if (word.start >= block.start && word.end <= block.end) made.words.push({ ...word, start: word.start + by, end: word.end + by })
}

function withoutCovered(blocks: readonly OcrBlock[], layer: Layer, toPage: (box: PixelBox) => Box): OcrBlock[] {
  const isCovered = (line: OcrLine): boolean => {
    const box = toPage(line.box)
    const covered = layer.words.reduce((sum, { x, y, w, h }) => sum + overlap(box, [x, y, w, h]), 0)
    return covered > COVERED * box[2] * box[3]
  }
  return blocks
    .map((block) => ({ ...block, lines: block.lines.filter((line) => !isCovered(line)) }))
    .filter(({ lines }) => lines.length > 0)
}

function overlap(a: Box, b: Box): number {
  const across = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0])
  const down = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1])
  return across > 0 && down > 0 ? across * down : 0
}

function around(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map(([x]) => x))
  const top = Math.min(...boxes.map(([, y]) => y))
  const right = Math.max(...boxes.map(([x, , w]) => x + w))
  const bottom = Math.max(...boxes.map(([, y, , h]) => y + h))
  const round = (value: number): number => Math.round(value * 100) / 100
  return [round(left), round(top), round(right - left), round(bottom - top)]
}
