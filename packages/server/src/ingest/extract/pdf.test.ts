import { describe, expect, it } from 'vitest'
import { checkPage, outline, read } from '../testing/read.ts'
import { filled, line, PAGE_HEIGHT, PAGE_WIDTH, pdfFile, picture, text, textLines, type TestPage } from '../testing/pdf-file.ts'
import type { ExtractedPage } from './types.ts'

async function pagesOf(...pages: TestPage[]): Promise<ExtractedPage[]> {
  const { pages: result } = await read(pdfFile(pages), 'test.pdf')
  for (const page of result) checkPage(page)
  return result
}

const onePage = async (...content: string[]): Promise<ExtractedPage> => (await pagesOf({ content: content.join('\n') }))[0]!

/** Rectangle around the words of a passage, in points from the top left. */
function boxOf(page: ExtractedPage, passage: string): { x0: number; y0: number; x1: number; y1: number } {
  const start = page.text.indexOf(passage)
  expect(start, passage).toBeGreaterThanOrEqual(0)
  const words = page.words!.filter((word) => word.start < start + passage.length && word.end > start)
  expect(words.length).toBeGreaterThan(0)
  return {
    x0: Math.min(...words.map((word) => word.x)),
    y0: Math.min(...words.map((word) => word.y)),
    x1: Math.max(...words.map((word) => word.x + word.w)),
    y1: Math.max(...words.map((word) => word.y + word.h)),
  }
}

const PROSE = [
  'The quick brown fox jumps over the lazy dog and',
  'then it runs all the way back home again before',
  'the sun has gone down behind the old hills.',
]

describe('text of a PDF page', () => {
  it('joins the lines of a paragraph by spaces and parts paragraphs', async () => {
    const page = await onePage(textLines(50, 700, PROSE), textLines(50, 600, ['Another paragraph.']))
    expect(outline([page])).toEqual([`paragraph: ${PROSE.join(' ')}`, 'paragraph: Another paragraph.'])
    expect(page.text).toBe(`${PROSE.join(' ')}\nAnother paragraph.`)
  })

  it('joins Chinese lines without a space, and gives every Han character its own box', async () => {
    const page = await onePage(textLines(50, 700, ['公司董事会、监事会及董事、监事、高级管理人员保证', '季度报告内容的真实、准确、完整。']))
    expect(page.text).toBe('公司董事会、监事会及董事、监事、高级管理人员保证季度报告内容的真实、准确、完整。')
    expect(page.words!.every((word) => word.end - word.start === 1)).toBe(true)
  })

  it('keeps a hyphen at the end of a line and joins the word', async () => {
    const page = await onePage(
      textLines(50, 700, ['A long line of text which ends in the middle of exam-', 'ple and goes on for a while after it.']),
    )
    expect(page.text).toContain('exam-ple and')
  })

  it('keeps spaces that are set wide between some characters, drops those between all', async () => {
    const spaced = Array.from('会议通知书')
      .map((character, index) => text(100 + index * 20, 700, character, { size: 12 }))
      .join('\n')
    const page = await onePage(spaced, text(100, 600, '第一节'), text(144, 600, '重要提示'))
    expect(page.text).toBe('会议通知书\n第一节 重要提示')
  })

  it('reads two columns one after the other, also when they are drawn line by line', async () => {
    const left = Array.from({ length: 8 }, (_, index) => `left column line ${index} with some words`)
    const right = Array.from({ length: 8 }, (_, index) => `right column line ${index} with some words`)
    const byColumn = await onePage(
      text(50, 760, 'A title over both columns of the page that is rather long'),
      textLines(50, 700, left),
      textLines(320, 700, right),
    )
    const byRow = await onePage(
      ...left.flatMap((value, index) => [text(50, 700 - index * 14, value), text(320, 700 - index * 14, right[index]!)]),
    )
    for (const page of [byColumn, byRow]) {
      expect(page.text.indexOf('left column line 7')).toBeGreaterThan(0)
      expect(page.text.indexOf('left column line 7')).toBeLessThan(page.text.indexOf('right column line 0'))
    }
    expect(byColumn.text.startsWith('A title over both columns')).toBe(true)
  })

  it('reads short cells that stand beside each other row by row', async () => {
    const rows = [
      ['Item', 'Count'],
      ['Apples', '12'],
      ['Pears', '7'],
      ['Plums', '30'],
    ]
    const page = await onePage(...rows.map(([a, b], index) => `${text(50, 700 - index * 20, a!)}\n${text(250, 700 - index * 20, b!)}`))
    expect(page.blocks).toHaveLength(1)
    expect(page.blocks[0]).toMatchObject({ kind: 'table', headerRows: 1 })
    expect(page.text).toBe('Item\tCount\nApples\t12\nPears\t7\nPlums\t30')
    expect(page.blocks[0]!.rows!.map((row) => row.map(([start, end]) => page.text.slice(start, end)))).toEqual(rows)
  })

  it('reads a ruled table cell by cell, with lines in a cell and cells that touch', async () => {
    const ruled = [700, 660, 620].map((y) => line(50, y, 350, y)).concat([50, 150, 350].map((x) => line(x, 620, x, 700)))
    const page = await onePage(
      ...ruled,
      textLines(55, 690, ['First', 'cell'], { leading: 14 }),
      text(155, 685, 'Second'),
      text(55, 640, '01234567890123'),
      text(151, 640, 'joined'),
    )
    expect(page.blocks).toHaveLength(1)
    expect(page.text).toBe('First cell\tSecond\n01234567890123\tjoined')
  })

  it('finds headings by size and by bold numbers', async () => {
    const body = textLines(50, 600, PROSE)
    const page = await onePage(
      text(50, 740, 'Annual Report', { size: 24 }),
      text(50, 700, '1. Overview', { size: 14, font: 'F2' }),
      text(50, 650, '1.1 Scope', { font: 'F2' }),
      body,
    )
    expect(outline([page]).slice(0, 3)).toEqual(['heading 1: Annual Report', 'heading 3: 1. Overview', 'heading 4: 1.1 Scope'])
  })

  it('tells list items apart', async () => {
    const page = await onePage(
      text(50, 700, '1. wash the apples'),
      text(50, 686, '2. cut them into small pieces and put them into the large bowl'),
      text(50, 672, '3. eat'),
    )
    expect(page.blocks.map((block) => block.kind)).toEqual(['list-item', 'list-item', 'list-item'])
  })
})

describe('boxes', () => {
  it('lie on the words, from the top left of the page', async () => {
    const page = await onePage(text(100, 700, 'Hello brave world', { size: 20 }))
    const box = boxOf(page, 'brave')
    expect(box.x0).toBeGreaterThan(140)
    expect(box.x1).toBeLessThan(215)
    // The baseline is 700 points above the lower edge.
    expect(box.y0).toBeLessThan(PAGE_HEIGHT - 700 - 10)
    expect(box.y1).toBeGreaterThanOrEqual(PAGE_HEIGHT - 700)
    expect(page).toMatchObject({ width: PAGE_WIDTH, height: PAGE_HEIGHT, rotation: 0 })
  })

  it('are those of the unrotated page, and of the visible part of it', async () => {
    const [plain, turned, cropped] = await pagesOf(
      { content: text(100, 700, 'Hello') },
      { content: text(100, 700, 'Hello'), rotate: 90 },
      { content: text(100, 700, 'Hello'), cropBox: [40, 30, 500, 780] },
    )
    expect(turned).toMatchObject({ rotation: 90, width: PAGE_WIDTH, height: PAGE_HEIGHT })
    expect(boxOf(turned!, 'Hello')).toEqual(boxOf(plain!, 'Hello'))
    expect(boxOf(cropped!, 'Hello').x0).toBeCloseTo(boxOf(plain!, 'Hello').x0 - 40)
    expect(boxOf(cropped!, 'Hello').y0).toBeCloseTo(boxOf(plain!, 'Hello').y0 - (PAGE_HEIGHT - 780))
    expect(cropped).toMatchObject({ width: 460, height: 750 })
  })

  it('reads text that is turned on the page, in its own direction', async () => {
    const upwards = { matrix: [0, 1, -1, 0] as [number, number, number, number] }
    const page = await onePage(text(100, 100, 'first line that reads upwards', upwards), text(116, 100, 'second line', upwards))
    expect(page.text.replace('\n', ' ')).toBe('first line that reads upwards second line')
    const box = boxOf(page, 'upwards')
    expect(box.y1 - box.y0).toBeGreaterThan(box.x1 - box.x0)
  })

  it('reads vertical writing from the right column to the left', async () => {
    const page = await onePage(text(300, 700, '春眠不觉晓处处闻', { font: 'F4' }), text(270, 700, '啼鸟夜来风雨声花', { font: 'F4' }))
    expect(page.text.replace(/\s/g, '')).toBe('春眠不觉晓处处闻啼鸟夜来风雨声花')
  })
})

describe('what nobody sees', () => {
  it('is dropped and counted: outside of the page, render mode 3, white on white', async () => {
    const page = await onePage(
      text(50, 700, 'visible'),
      text(-200, 700, 'outside'),
      text(50, 600, 'hidden', { mode: 3 }),
      text(50, 500, 'white', { colour: '1 1 1' }),
      filled(40, 390, 200, 40, '0 0 0.6'),
      text(50, 400, 'white on blue', { colour: '1 1 1' }),
    )
    expect(page.text).toBe('visible\nwhite on blue')
    expect(page.dropped).toEqual({ outside: 7, invisible: 11 })
  })

  it('is kept where it is the text layer of a scan', async () => {
    const page = await onePage(picture(0, 0, PAGE_WIDTH, PAGE_HEIGHT), text(50, 700, 'recognised words', { mode: 3 }))
    expect(page.text).toBe('recognised words')
  })
})

describe('what people wrote onto a page', () => {
  it('values of form fields and comments are read, with their place; hidden ones are not', async () => {
    const [page] = await pagesOf({
      content: text(50, 700, 'Name:'),
      annotations: [
        '<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Ada Lovelace) /Rect [100 690 300 710] >>',
        '<< /Type /Annot /Subtype /Widget /FT /Btn /T (agree) /V /Yes /Rect [100 650 110 660] >>',
        '<< /Type /Annot /Subtype /Text /Contents (please check) /Rect [400 690 420 710] >>',
        '<< /Type /Annot /Subtype /Text /F 2 /Contents (hidden) /Rect [400 600 420 610] >>',
        '<< /Type /Annot /Subtype /Link /Contents (a link) /Rect [50 600 80 610] >>',
      ],
    })
    expect(outline([page!])).toEqual(['paragraph: Name:', 'paragraph: Ada Lovelace', 'note: please check'])
    expect(boxOf(page!, 'Ada Lovelace')).toEqual({ x0: 100, y0: 90, x1: 300, y1: 110 })
  })
})

describe('pages without text', () => {
  it('are blank, or need OCR when something is drawn on them', async () => {
    const pages = await pagesOf(
      { content: '' },
      { content: picture(50, 50, 500, 700) },
      { content: filled(100, 100, 60, 60, '0 0 0') },
      { content: filled(0, 0, PAGE_WIDTH, PAGE_HEIGHT, '1 1 1') },
    )
    expect(pages.map((page) => page.status)).toEqual(['blank', 'waiting', 'waiting', 'blank'])
    expect(pages.map((page) => page.code)).toEqual([null, null, null, null])
  })
})

describe('a PDF file', () => {
  it('is read from a later page on', async () => {
    const bytes = pdfFile([1, 2, 3].map((number) => ({ content: text(50, 700, `page ${number}`) })))
    const { extraction, pages } = await read(bytes, 'x.pdf', 3)
    expect(extraction.pagesTotal).toBe(3)
    expect(pages.map((page) => [page.page, page.text])).toEqual([[3, 'page 3']])
  })

  it('ends typed when it is damaged or has a password', async () => {
    const bytes = pdfFile([{ content: text(50, 700, 'x') }])
    await expect(read(Buffer.from('%PDF-1.7\nnothing that follows is a PDF'), 'x.pdf')).rejects.toMatchObject({ code: 'ingest.corrupt' })
    const locked = Buffer.from(bytes)
      .toString('latin1')
      .replace(
        '/Root 1 0 R',
        `/Root 1 0 R /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${'a5'.repeat(32)}> /U <${'a5'.repeat(32)}> >> /ID [<${'00'.repeat(16)}> <${'00'.repeat(16)}>]`,
      )
    await expect(read(Buffer.from(locked, 'latin1'), 'x.pdf')).rejects.toMatchObject({ code: 'ingest.password_needed' })
  })
})
