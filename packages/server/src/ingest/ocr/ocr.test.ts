/** Pages that only OCR can read, through real children, engines, database and file store. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Document } from '@zhiku/contract/entities.ts'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getPage, getPlaces } from '../../library/pages.ts'
import { checkIndex } from '../../search/index.ts'
import { cancel, retry } from '../control.ts'
import { listSteps } from '../steps.ts'
import { assemble, PAGE_HEIGHT, pdfFile, stream, text } from '../testing/pdf-file.ts'
import { OWNER, openPipeline, type Pipeline } from '../testing/pipeline.ts'
import { jpegOf, pictureOf, pngOf, scanFile, scannedPage } from '../testing/scan-file.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await openPipeline()
})
afterAll(() => pipeline.close())

const SLOW = 120_000
const page = (document: Document, number: number) => getPage(pipeline.db, document.revision.id, number)

/** Rows of the page's chunks: how many there are, and how many different places they have. */
const chunksOf = async (document: Document): Promise<{ page: number; text: string; anchor: { version?: number } }[]> =>
  (
    await pipeline.db.query<{ page: number; text: string; anchor: { version?: number } }>(
      'select page, text, anchor from chunk where document_id = $1 order by page, ord',
      [document.id],
    )
  ).rows

describe('a scan', { timeout: SLOW }, () => {
  it('is read page by page, every line at its place', async () => {
    const pages = await Promise.all(
      ['quarterly figures of the harbour', 'a letter to the lighthouse keeper'].map(async (line) =>
        scannedPage(await pictureOf([line, 'second line of the same paragraph'])),
      ),
    )
    const document = await pipeline.add('scan.pdf', scanFile(pages))
    expect(document).toMatchObject({ state: 'ready', pages: { total: 2, decided: 2, text: 2, ocr: 2, waiting: 0, unsure: 0 } })
    const [hit] = await pipeline.find('lighthouse')
    expect(hit).toMatchObject({ documentId: document.id, page: 2, anchor: { kind: 'page', page: 2 } })
    // The line was drawn with its baseline 60 points under the upper edge.
    const [box] = (hit!.anchor as { boxes: number[][] }).boxes
    expect(box![1]).toBeGreaterThan(35)
    expect(box![1]! + box![3]!).toBeLessThan(75)
    expect(box![0]).toBeGreaterThan(40)
    expect(await page(document, 1)).toMatchObject({ status: 'text', unsure: false, version: expect.any(Number) as number })
    expect((await page(document, 1)).confidence).toBeGreaterThan(0.8)
    const ocr = (await listSteps(pipeline.db, document.revision.id)).find(({ step }) => step === 'ocr')
    expect(ocr).toMatchObject({ notice: null, detail: { pages: 2, engines: expect.stringContaining('PP-OCR') as string } })
  })

  it('with a text layer of no more than a stamp is read as well, and the stamp stands in the text once', async () => {
    const scanned = await scannedPage(await pictureOf(['minutes of the annual meeting', 'nobody voted against it']), {
      over: text(250, 20, 'Received 2024-05-17'),
    })
    const document = await pipeline.add('stamped.pdf', scanFile([scanned]))
    expect(document.state).toBe('ready')
    const { text: read } = await page(document, 1)
    expect(read).toContain('annual meeting')
    expect(read.match(/Received/g)).toHaveLength(1)
    expect(await pipeline.find('Received', [document.id])).toHaveLength(1)
  })

  it('that lies on its side has its boxes on the unrotated page', async () => {
    const picture = await pictureOf(['sideways sentence about penguins', 'and another one below it', 'and a third one for good measure'])
    const turned = await sharp(picture.data, { raw: { ...picture, channels: 3 } })
      .rotate(270)
      .raw()
      .toBuffer()
    const lying = { data: turned, width: picture.height, height: picture.width }
    const document = await pipeline.add('turned.pdf', scanFile([await scannedPage(lying, { rotate: 90 })]))
    const [hit] = await pipeline.find('penguins', [document.id])
    const [[x, y, w, h]] = (hit!.anchor as unknown as { boxes: [[number, number, number, number]] }).boxes
    // Text that runs upwards on the unrotated page: its lines are tall and stand on the left.
    expect(h).toBeGreaterThan(2 * w)
    expect(x).toBeLessThan(PAGE_HEIGHT / 4)
    expect(y).toBeGreaterThan(100)
  })

  it('keeps a faint line, and marks it', async () => {
    const dark = await pictureOf(['The first line is printed in black.', 'So is the second line of the page.'])
    const faint = await pictureOf(['', '', '', 'This faint line says platypus.'], { grey: 0.86 })
    const data = dark.data.map((value, at) => Math.min(value, faint.data[at]!))
    const document = await pipeline.add('faint.png', await pngOf({ ...dark, data }))
    const read = await page(document, 1)
    expect(read.text).toContain('platypus')
    const marked = read.doubts.map(([start, end]) => read.text.slice(start, end))
    expect(marked.some((line) => line.includes('platypus'))).toBe(true)
    expect(marked.some((line) => line.includes('black'))).toBe(false)
    expect(await pipeline.find('platypus', [document.id])).toHaveLength(1)
  })

  it('of a damaged page is partial, names the page, and the others are read', async () => {
    const good = await scannedPage(await pictureOf(['this page can be read']))
    const document = await pipeline.add('damaged.pdf', scanFile([good, { ...good, jpeg: Buffer.from('no jpeg') }, good]))
    expect(document).toMatchObject({
      state: 'partial',
      notice: { code: 'ingest.pages_unread', params: { pages: '2' } },
      pages: { total: 3, decided: 3, waiting: 0, text: 2, failed: 1 },
    })
    expect(await page(document, 2)).toMatchObject({ status: 'failed', code: 'ingest.corrupt' })
    expect((await chunksOf(document)).map((chunk) => chunk.page)).toEqual([1, 3])
  })
})

describe('a PDF', { timeout: SLOW }, () => {
  it('whose first page alone has a text item is read on every page', async () => {
    const scanned = await scannedPage(await pictureOf(['this sentence is only in the picture']))
    const document = await pipeline.add(
      'mixed.pdf',
      scanFile([{ ...scanned, jpeg: await jpegOf(await pictureOf([''])), over: text(60, 700, 'Cover') }, scanned, scanned]),
    )
    expect(document).toMatchObject({ state: 'ready', pages: { text: 3, ocr: 2 } })
    expect((await chunksOf(document)).map((chunk) => chunk.page)).toEqual([1, 2, 3])
  })

  it('whose fonts tell no characters is recognised as garbled and read', async () => {
    const document = await pipeline.add(
      'garbled.pdf',
      withoutToUnicode(['Codes of this font mean nothing,', 'but eyes can read the crocodile.']),
    )
    expect(document).toMatchObject({ state: 'ready', pages: { text: 1, ocr: 1 } })
    expect(await pipeline.find('crocodile', [document.id])).toHaveLength(1)
  })

  it('with text does not need OCR', async () => {
    const document = await pipeline.add('text.pdf', pdfFile([{ content: text(50, 700, 'A page that has text of its own.') }]))
    expect(document).toMatchObject({ state: 'ready', pages: { text: 1, ocr: 0 } })
    expect((await listSteps(pipeline.db, document.revision.id)).map(({ step }) => step)).not.toContain('ocr')
  })
})

describe('a picture', { timeout: SLOW }, () => {
  it('becomes a page with a region of pixels', async () => {
    const document = await pipeline.add(
      'sign.webp',
      await sharp(await pngOf(await pictureOf(['Beware of the wolverine'], { height: 200 })))
        .webp()
        .toBuffer(),
    )
    expect(document).toMatchObject({ state: 'ready', revision: { mediaType: 'image/webp' } })
    const [hit] = await pipeline.find('wolverine')
    expect(hit!.anchor).toMatchObject({ kind: 'region', page: 1 })
    const { width, height, kind } = await page(document, 1)
    expect({ width, height, kind }).toEqual({ width: 1250, height: 417, kind: 'region' })
    const places = await getPlaces(pipeline.db, document.revision.id, 1)
    expect(places.every(([, , x, y, w, h]) => x >= 0 && y >= 0 && x + w <= width! && y + h <= height!)).toBe(true)
  })

  it('turned by EXIF is read upright', async () => {
    const turned = await sharp(await pngOf(await pictureOf(['An aardwolf eats termites', 'and nothing but termites'])))
      .rotate(270)
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer()
    const document = await pipeline.add('phone.jpg', turned)
    expect(await page(document, 1)).toMatchObject({ width: 1250, height: 1667 })
    expect(await pipeline.find('aardwolf', [document.id])).toHaveLength(1)
  })

  it('of several pages has all of them read', async () => {
    const pages = await Promise.all(
      ['first sheet: gannet', 'second sheet: puffin'].map(async (line) => pngOf(await pictureOf([line], { height: 300 }))),
    )
    const tiff = await sharp(pages, { join: { animated: true } })
      .tiff({ compression: 'lzw' })
      .toBuffer()
    const document = await pipeline.add('fax.tiff', tiff)
    expect(document).toMatchObject({ state: 'ready', pages: { total: 2, ocr: 2 } })
    expect((await pipeline.find('puffin', [document.id]))[0]?.page).toBe(2)
  })

  it('without anything on it, or without text, ends empty with nothing in the index', async () => {
    const white = await sharp({ create: { width: 600, height: 800, channels: 3, background: '#fff' } })
      .png()
      .toBuffer()
    const blank = await pipeline.add('blank.png', white)
    expect(blank).toMatchObject({ state: 'empty', notice: { code: 'ingest.no_text' }, pages: { blank: 1 }, chunks: 0 })
    const drawing = await sharp({ create: { width: 600, height: 800, channels: 3, background: '#fff' } })
      .composite([{ input: Buffer.from('<svg width="600" height="800"><circle cx="300" cy="400" r="250" fill="#333"/></svg>') }])
      .png()
      .toBuffer()
    const circle = await pipeline.add('circle.png', drawing)
    expect(circle).toMatchObject({
      state: 'empty',
      notice: { code: 'ingest.ocr_no_text', params: { pages: 1 } },
      pages: { noText: 1 },
      chunks: 0,
    })
    expect((circle.notice!.params as { engines: string }).engines).toContain('PP-OCR')
  })

  it('that cannot be decoded fails and says so', async () => {
    const broken = (await pngOf(await pictureOf(['half of a picture']))).subarray(0, 700)
    const document = await pipeline.add('broken.png', broken)
    expect(document).toMatchObject({ state: 'failed', notice: { code: 'ingest.corrupt' }, pages: { failed: 1 } })
  })
})

describe('the job', { timeout: SLOW }, () => {
  const longScan = async (name: string, count: number): Promise<Uint8Array> =>
    scanFile(
      await Promise.all(
        Array.from({ length: count }, async (_, n) => scannedPage(await pictureOf([`${name} number ${n + 1}`], { height: 200 }))),
      ),
    )

  it('can be stopped while pages are read, and goes on with the first that waits', async () => {
    const { id } = await pipeline.send('stop.pdf', await longScan('stoat', 24))
    await expect.poll(async () => (await pipeline.find('stoat')).length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(1)
    const asked = performance.now()
    const stopped = await cancel(pipeline.ctx, OWNER, id)
    expect(stopped.state).toBe('cancelled')
    const kept = stopped.pages.ocr
    expect(kept).toBeLessThan(24)
    await expect.poll(() => pipeline.ocr.pool.free, { interval: 10 }).toBe(2)
    expect(performance.now() - asked).toBeLessThan(2000)
    const { rows: before } = await pipeline.db.query<{ read_at: string }>(
      `select read_at from page p join revision r on r.id = p.revision_id where r.document_id = $1 and status = 'text' order by p.ord`,
      [id],
    )
    await retry(pipeline.ctx, OWNER, id)
    const done = await pipeline.finished(id)
    expect(done).toMatchObject({ state: 'ready', pages: { ocr: 24 } })
    expect((await chunksOf(done)).map((chunk) => chunk.page)).toEqual(Array.from({ length: 24 }, (_, n) => n + 1))
    const { rows: after } = await pipeline.db.query<{ read_at: string }>(
      `select read_at from page p join revision r on r.id = p.revision_id where r.document_id = $1 order by p.ord`,
      [id],
    )
    // What was read before was not read again.
    const times = new Set(after.map((row) => row.read_at))
    expect(before.every((row) => times.has(row.read_at))).toBe(true)
  })

  it('does not read pages again that a new revision has in common with the old one', async () => {
    const same = await scannedPage(await pictureOf(['this page stays as it is']))
    const first = await pipeline.add('grows.pdf', scanFile([same]))
    const second = await pipeline.add('grows.pdf', scanFile([same, await scannedPage(await pictureOf(['this one was added: bittern']))]))
    expect(second).toMatchObject({ id: first.id, state: 'ready', revisions: 2, pages: { ocr: 2 } })
    const ocr = (await listSteps(pipeline.db, second.revision.id)).find(({ step }) => step === 'ocr')
    expect(ocr?.detail).toMatchObject({ pages: 2, known: 1 })
    expect(await pipeline.find('bittern', [second.id])).toHaveLength(1)
    expect((await checkIndex(pipeline.db)).unfindable).toBe(0)
  })
})

/** Widths of glyph 3 (space), 15 (comma), 17 (full stop) and of 68 (a) to 93 (z), in thousandths, as the font has them. */
const WIDTHS =
  '3 [278] 15 [278] 17 [278] 68 [556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500]'

/** A page whose font maps glyphs to nothing: TrueType, addressed by glyph number, without a table of characters. */
function withoutToUnicode(lines: readonly string[]): Uint8Array {
  const font = readFileSync(createRequire(import.meta.url).resolve('pdfjs-dist/standard_fonts/LiberationSans-Regular.ttf'))
  // Glyphs of the Latin letters stand in the order of ASCII, from number 3 on.
  const codes = (line: string): string => Array.from(line, (c) => (c.charCodeAt(0) - 29).toString(16).padStart(4, '0')).join('')
  const content = lines.map((line, n) => `BT /F1 18 Tf 60 ${700 - n * 30} Td <${codes(line)}> Tj ET`).join('\n')
  return assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 4 0 R >> >> /Contents 8 0 R >>',
    '<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+Nothing /Encoding /Identity-H /DescendantFonts [5 0 R] >>',
    `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /ABCDEF+Nothing /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 556 /W [${WIDTHS}] /CIDToGIDMap /Identity /FontDescriptor 6 0 R >>`,
    '<< /Type /FontDescriptor /FontName /ABCDEF+Nothing /Flags 4 /FontBBox [-200 -200 1000 900] /ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 /FontFile2 7 0 R >>',
    stream(`/Length1 ${font.length}`, font.toString('latin1')),
    stream('', content),
  ])
}
