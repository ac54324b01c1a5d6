/** The readers on real documents. The sets lie beside the repository; where they are absent these tests skip and say so. */
import path from 'node:path'
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it, type TestContext } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { overlap, wordsOf } from '../../eval/words.ts'
import { createReaderPool, type ReaderPool } from '../pool/pool.ts'
import { dataSet } from '../testing/data-sets.ts'
import {
  charactersOfPages,
  converted,
  expectedStrings,
  fullText,
  hostileFiles,
  listedTexts,
  mainTexts,
  mean,
  type Score,
} from '../testing/quality.ts'
import { checkPage, read } from '../testing/read.ts'

function folderOf(name: string, context: TestContext): string {
  const folder = dataSet(name)
  if (folder === null) context.skip(`the set ${name} is not there: ../shared/data, or ZHIKU_DATA_SETS`)
  return folder
}

const recall = (scores: readonly Score[]): number => mean(scores.map((score) => score.recall))
const precision = (scores: readonly Score[]): number => mean(scores.map((score) => score.precision))

describe('words of real documents', () => {
  it.for([
    ['docling/docx', 'docx', 0.94],
    ['docling/md', 'md', 0.97],
    ['docling/html', 'html', 0.94],
    ['docling/pdf', 'pdf', 0.93],
  ] as const)('%s: the words that another converter finds are found', async ([set, extension, least], context) => {
    const scores = await converted(folderOf(set, context), extension)
    expect(scores.length).toBeGreaterThan(8)
    expect(recall(scores)).toBeGreaterThanOrEqual(least)
  })

  it.for([
    // Names of slides and numbers of spanned rows are counted by the other converter.
    ['docling/doc', 'doc', 0.97],
    ['docling/ppt', 'ppt', 0.9],
    ['docling/xls', 'xls', 0.99],
    ['docling/odf', 'odt', 0.98],
    ['docling/odf', 'ods', 0.99],
    ['docling/odf', 'odp', 0.97],
    ['docling/epub', 'epub', 0.99],
    ['docling/webvtt', 'vtt', 0.99],
    ['docling/md_deepseek', 'md', 0.95],
  ] as const)('%s, %s: few files, the same', async ([set, extension, least], context) => {
    const scores = await converted(folderOf(set, context), extension)
    expect(scores.length).toBeGreaterThan(0)
    expect(recall(scores)).toBeGreaterThanOrEqual(least)
  })

  it('nine of ten web pages and Markdown files have 95 % of the words that another converter finds', async (context) => {
    const folder = folderOf('docling', context)
    const scores = [...(await converted(path.join(folder, 'html'), 'html')), ...(await converted(path.join(folder, 'md'), 'md'))]
    expect(scores.filter((score) => score.recall >= 0.95).length / scores.length).toBeGreaterThanOrEqual(0.9)
  })

  it.for([
    // Descriptions of pictures are not kept in DOC; the RTF names the files of its pictures.
    ['doc-zh-product-brief.doc', 'docx-zh-product-brief.docx', 0.99],
    ['odt-zh-product-brief.odt', 'docx-zh-product-brief.docx', 1],
    ['epub-zh-distributed-training.epub', 'md-zh-distributed-training.md', 1],
    ['rtf-zh-distributed-training.rtf', 'md-zh-distributed-training.md', 1],
  ] as const)('%s says what %s says', async ([file, original, least], context) => {
    const folder = folderOf('office-real', context)
    const [ours, truth] = await Promise.all([file, original].map((name) => fullText(path.join(folder, name))))
    expect(overlap(wordsOf(ours!), wordsOf(truth!)).recall).toBeGreaterThanOrEqual(least)
  })

  it('web pages: the main text, and little else', async (context) => {
    const scores = await mainTexts(folderOf('web-readability', context))
    expect(scores.length).toBeGreaterThan(25)
    expect(recall(scores)).toBeGreaterThanOrEqual(0.979)
    expect(precision(scores)).toBeGreaterThanOrEqual(0.95)
  })

  it('strings that must appear do', async (context) => {
    const scores = await expectedStrings(folderOf('markitdown', context), ['docx', 'html', 'pdf', 'xls', 'epub', 'json', 'ipynb', 'xml'])
    expect(scores.filter(({ missing }) => missing.length > 0)).toEqual([])
    expect(scores.length).toBeGreaterThanOrEqual(11)
  })

  it('small Word files show what they are made for', async (context) => {
    // One file lists the text of its text box twice, once for each of its two drawings.
    expect(recall(await listedTexts(folderOf('mammoth', context)))).toBeGreaterThanOrEqual(0.97)
  })
})

describe('real PDF files', () => {
  it('a Chinese report has every character of its truth, in nearly the same order', async (context) => {
    const folder = folderOf('office-real', context)
    const { f1, order } = await charactersOfPages(
      path.join(folder, 'pdf-zh-quarterly-report-22p.pdf'),
      path.join(folder, 'pdf-zh-image-only-scan-4p.truth.txt'),
      3,
      6,
    )
    expect(f1).toBeGreaterThanOrEqual(0.998)
    expect(order).toBeGreaterThanOrEqual(0.95)
  })

  it('a paper in two columns comes in reading order: its numbered headings ascend', async (context) => {
    const { pages } = await read(readFileSync(path.join(folderOf('office-real', context), 'pdf-en-two-column-paper-14p.pdf')), 'paper.pdf')
    pages.forEach(checkPage)
    const numbers = pages
      .flatMap((page) =>
        page.blocks
          .filter((block) => block.kind === 'heading')
          .map((block) => /^\d+(?:\.\d+)*/.exec(page.text.slice(block.start, block.end))?.[0]),
      )
      .filter((number) => number !== undefined)
      .map((number) =>
        number
          .split('.')
          .filter((part) => part !== '')
          .reduce((sum, part, depth) => sum + Number(part) / 100 ** depth, 0),
      )
    expect(numbers.length).toBeGreaterThan(15)
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  })

  it('scans and garbled text layers are said to need OCR', async (context) => {
    const folder = folderOf('office-real', context)
    for (const [name, least] of [
      ['pdf-zh-image-only-scan-4p.pdf', 1],
      ['pdf-de-image-only-scan.pdf', 1],
      ['pdf-garbled-text-layer-23p.pdf', 0.9],
    ] as const) {
      const { pages } = await read(readFileSync(path.join(folder, name)), name)
      expect(pages.filter((page) => page.status === 'waiting').length / pages.length, name).toBeGreaterThanOrEqual(least)
    }
  })
})

/** What the index of the set expects, as outcomes. */
const RIGHT: Readonly<Record<string, RegExp>> = {
  text: /^text$/,
  // A damaged PDF may still open, with no page in it.
  'state:corrupt': /^(?:ingest\.corrupt|no text)$/,
  'state:encrypted': /^ingest\.(?:password_needed|encrypted)$/,
  'state:too-large': /^ingest\.\w+_limit$/,
  'state:empty': /^(?:no text|ingest\.empty_file)$/,
  'state:no-text': /^no text$/,
  'state:unsupported': /^ingest\.unsupported_\w+$/,
}

describe('damaged and hostile files', () => {
  let pool: ReaderPool | null = null
  afterAll(() => pool?.close())

  it.for(['pdf', 'docx', 'html', 'txt', 'doc', 'xls', 'ppt', 'odf', 'rtf', 'epub'])(
    '%s: each gives text or ends typed, in time, and no reader crashes',
    async (family, context) => {
      const folder = folderOf('malformed', context)
      pool ??= createReaderPool({ size: 2, log: silentLog, readPaths: [folder] })
      const outcomes = await hostileFiles(folder, [family], pool)
      expect(outcomes.length).toBeGreaterThan(0)
      expect(outcomes.filter(({ outcome }) => !/^(?:text|no text|ingest\.\w+)$/.test(outcome))).toEqual([])
      expect(outcomes.filter(({ outcome }) => outcome === 'ingest.reader_crashed' || outcome === 'ingest.time_limit')).toEqual([])
      expect(outcomes.filter(({ expected, outcome }) => !(RIGHT[expected] ?? /^/).test(outcome))).toEqual([])
    },
  )
})
