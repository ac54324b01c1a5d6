import { describe, expect, it } from 'vitest'
import type { Box } from '@zhiku/contract/anchor.ts'
import type { OcrBlock, OcrLine, PixelBox } from '../../models/ocr/types.ts'
import { checkPage } from '../testing/read.ts'
import { type Composed, compose } from './compose.ts'
import { unturned } from './page-picture.ts'

const halved = ([x, y, w, h]: PixelBox): Box => [x / 2, y / 2, w / 2, h / 2]

const line = (text: string, y: number, doubtful = false): OcrLine => ({
  text,
  box: [100, y, 600, 20],
  confidence: doubtful ? 0.5 : 0.95,
  doubtful,
  words: Array.from(text.matchAll(/[^\s]+/g), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
    box: [100 + match.index * 10, y, match[0].length * 10, 20] as PixelBox,
  })),
})
const block = (kind: OcrBlock['kind'], ...lines: OcrLine[]): OcrBlock => ({ kind, lines })

/** What must hold of any page. */
function check(composed: Composed): void {
  const { text, blocks, words } = composed
  const rest = {
    page: 1,
    kind: 'page' as const,
    label: null,
    status: 'text' as const,
    code: null,
    width: 1,
    height: 1,
    rotation: 0,
    engine: '',
    dropped: { outside: 0, invisible: 0 },
  }
  checkPage({ ...rest, text, blocks, words })
}

describe('the text of a page', () => {
  it('has its paragraphs, lines and words where they were read', () => {
    const made = compose([block('heading', line('Title', 20)), block('paragraph', line('first line', 60), line('second line', 90))], halved)
    check(made)
    expect(made.text).toBe('Title\nfirst line\nsecond line')
    expect(made.blocks).toEqual([
      { kind: 'heading', level: 2, start: 0, end: 5, box: [50, 10, 300, 10] },
      { kind: 'paragraph', start: 6, end: 28, box: [50, 30, 300, 25] },
    ])
    const second = made.words.find(({ start }) => made.text.slice(start).startsWith('second'))
    expect(second).toMatchObject({ x: 50, y: 45, w: 30, h: 10 })
  })

  it('has rows and cells of a table', () => {
    const made = compose([block('table', line('name\tsum', 20), line('tea\t4', 50))], halved)
    check(made)
    expect(made.blocks[0]!.rows!.map((row) => row.map(([from, to]) => made.text.slice(from, to)))).toEqual([
      ['name', 'sum'],
      ['tea', '4'],
    ])
  })

  it('marks what is doubtful and keeps it', () => {
    const made = compose([block('paragraph', line('clear', 20), line('faint', 50, true))], halved)
    expect(made.doubts.map(([from, to]) => made.text.slice(from, to))).toEqual(['faint'])
  })

  it('takes the words of the text layer for what OCR read at the same place', () => {
    const layer = {
      text: 'Page 7',
      blocks: [{ kind: 'paragraph' as const, start: 0, end: 6, box: [50, 400, 60, 10] as Box }],
      words: [
        { start: 0, end: 4, x: 50, y: 400, w: 250, h: 10 },
        { start: 5, end: 6, x: 310, y: 400, w: 40, h: 10 },
      ],
    }
    const made = compose([block('paragraph', line('scanned text', 20)), block('paragraph', line('Pagc 7', 800))], halved, layer)
    check(made)
    expect(made.text).toBe('scanned text\nPage 7')
    expect(made.ocrChars).toBe('scannedtext'.length)
    expect(made.words.at(-1)).toMatchObject({ start: 18, end: 19, x: 310 })
    // A layer at the top comes first.
    const above = { ...layer, blocks: [{ ...layer.blocks[0]!, box: [50, 2, 60, 5] as Box }], words: [] }
    expect(compose([block('paragraph', line('scanned text', 20))], halved, above).text).toBe('Page 7\nscanned text')
    // Where OCR finds nothing more the layer stays.
    expect(compose([], halved, layer)).toMatchObject({ text: 'Page 7', ocrChars: 0, doubts: [] })
  })
})

describe('places of a page that is shown turned', () => {
  const frame = { width: 600, height: 800 }
  // A box at the upper left as the page is shown: 10 from the left, 20 from above, 30 by 5.
  it.each<[0 | 90 | 180 | 270, Box]>([
    [0, [10, 20, 30, 5]],
    [90, [20, 760, 5, 30]],
    [180, [560, 775, 30, 5]],
    [270, [575, 10, 5, 30]],
  ])('by %i degrees are places of the unrotated page', (rotation, box) => {
    expect(unturned([20, 40, 60, 10], { ...frame, rotation }, 2)).toEqual(box)
  })
})
