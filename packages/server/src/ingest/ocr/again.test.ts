/** One page read again by hand, its texts as versions, and the first sight of a scan; through real children and engines. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RegionAnchor } from '@zhiku/contract/anchor.ts'
import { cite } from '../../ask/cite.ts'
import { getPage, getPlaces } from '../../library/pages.ts'
import { listVersions } from '../../library/readings.ts'
import { checkIndex } from '../../search/index.ts'
import { listSteps } from '../steps.ts'
import { OWNER, openPipeline, type Pipeline } from '../testing/pipeline.ts'
import { pictureOf, pngOf, scanFile, scannedPage } from '../testing/scan-file.ts'
import { readAgain, takeTextBack } from './again.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await openPipeline({ engine: 'pp-ocr' })
})
afterAll(() => pipeline.close())

const SLOW = 120_000
const never = new AbortController().signal
const counts = async (documentId: string): Promise<{ chunks: number; tokens: number }> =>
  (
    await pipeline.db.query<{ chunks: number; tokens: number }>(
      'select (select count(*)::int from chunk where document_id = $1) as chunks, (select count(*)::int from chunk_tok where document_id = $1) as tokens',
      [documentId],
    )
  ).rows[0]!

describe('a page that is read again', { timeout: SLOW }, () => {
  it('gets the other engine’s text, can be searched by it, and keeps the one before', async () => {
    const document = await pipeline.add(
      'again.png',
      await pngOf(await pictureOf(['The narwhal has one tusk,', 'and the walrus has two.'], { height: 300 })),
    )
    const at = { owner: OWNER, revisionId: document.revision.id, page: 1 }
    const [hit] = await pipeline.find('walrus')
    const old = await cite(pipeline.db, 1, hit!, { start: 0, end: hit!.text.length })

    const { before, after } = await readAgain(pipeline.ctx, pipeline.ocr, at, 'tesseract', never)
    expect(before).toMatchObject({ version: 1, status: 'text', engine: expect.stringContaining('PP-OCR') as string })
    expect(after).toMatchObject({ version: 2, status: 'text', engine: expect.stringContaining('Tesseract') as string })
    expect(after.text).toContain('walrus')
    expect(after.confidence).not.toBe(before.confidence)
    expect(await counts(document.id)).toEqual({ chunks: 1, tokens: 1 })
    const [found] = await pipeline.find('walrus')
    expect(found!.anchor).toMatchObject({ kind: 'region', version: 2 })
    expect(found!.text).toBe((await getPage(pipeline.db, at.revisionId, 1)).text.slice(found!.start, found!.end))

    // A citation made before leads to the text it was made of, and to the same place of the picture.
    const anchor = old.anchor as RegionAnchor
    expect(anchor.version).toBeUndefined()
    const then = await getPage(pipeline.db, at.revisionId, 1, 1)
    expect(then.text.slice(...anchor.quote)).toBe(old.quote)
    expect(then).toMatchObject({ version: 1, engine: before.engine, confidence: before.confidence })
    const again = await cite(pipeline.db, 1, hit!, { start: 0, end: hit!.text.length })
    expect(again.anchor).toEqual(old.anchor)
    expect((await getPlaces(pipeline.db, at.revisionId, 1, 1)).length).toBeGreaterThan(1)
    expect(await listVersions(pipeline.db, at.revisionId, 1)).toMatchObject([
      { version: 2, current: true },
      { version: 1, current: false },
    ])
  })

  it('has a way back, which is searched again at once', async () => {
    const document = await pipeline.add('back.png', await pngOf(await pictureOf(['The okapi is shy.'], { height: 200 })))
    const at = { owner: OWNER, revisionId: document.revision.id, page: 1 }
    const first = await getPage(pipeline.db, at.revisionId, 1)
    await readAgain(pipeline.ctx, pipeline.ocr, at, 'tesseract', never)
    const back = await takeTextBack(pipeline.ctx, at, 1)
    expect(back).toMatchObject({ before: { version: 2 }, after: { version: 1, text: first.text } })
    expect(await getPage(pipeline.db, at.revisionId, 1)).toEqual(first)
    const [hit] = await pipeline.find('okapi')
    expect(hit!.anchor).not.toHaveProperty('version')
    expect(await counts(document.id)).toEqual({ chunks: 1, tokens: 1 })
    // A third reading counts on from the highest.
    expect((await readAgain(pipeline.ctx, pipeline.ocr, at, 'pp-ocr', never)).after.version).toBe(3)
    await expect(takeTextBack(pipeline.ctx, at, 9)).rejects.toMatchObject({ code: 'page.version_not_found' })
    await expect(getPage(pipeline.db, at.revisionId, 1, 9)).rejects.toMatchObject({ code: 'page.version_not_found' })
    expect((await checkIndex(pipeline.db)).unfindable).toBe(0)
  })

  it('must have a picture', async () => {
    const document = await pipeline.add('words.txt', Buffer.from('A text has no picture that could be read again.'))
    const at = { owner: OWNER, revisionId: document.revision.id, page: 1 }
    await expect(readAgain(pipeline.ctx, pipeline.ocr, at, 'tesseract', never)).rejects.toMatchObject({ code: 'page.not_a_picture' })
    await expect(readAgain(pipeline.ctx, pipeline.ocr, { ...at, owner: 'somebody' }, 'tesseract', never)).rejects.toMatchObject({
      code: 'revision.not_found',
    })
  })

  it('of an older revision changes nothing that search answers', async () => {
    const one = await pipeline.add('policy.png', await pngOf(await pictureOf(['Seventeen days of leave.'], { height: 200 })))
    const two = await pipeline.add('policy.png', await pngOf(await pictureOf(['Nineteen days of leave.'], { height: 200 })))
    expect(two.id).toBe(one.id)
    await readAgain(pipeline.ctx, pipeline.ocr, { owner: OWNER, revisionId: one.revision.id, page: 1 }, 'tesseract', never)
    expect(await pipeline.find('Seventeen', [one.id])).toEqual([])
    expect(await pipeline.find('Nineteen', [one.id])).toHaveLength(1)
    expect(await counts(one.id)).toEqual({ chunks: 1, tokens: 1 })
  })
})

describe('the first sight of a scan', { timeout: SLOW }, () => {
  it('is searchable before the page is decided, and gives way to the page’s own reading', async () => {
    const quick = await openPipeline({ ocrSize: 1 })
    try {
      const lines = Array.from({ length: 20 }, (_, n) => `Line ${n + 1} is about a capercaillie.`)
      const document = await quick.add(
        'first.pdf',
        scanFile([await scannedPage(await pictureOf(lines)), await scannedPage(await pictureOf(['The end.']))]),
      )
      expect(document).toMatchObject({ state: 'ready', pages: { ocr: 2, waiting: 0 } })
      const versions = await listVersions(quick.db, document.revision.id, 1)
      expect(versions).toMatchObject([
        { version: 2, current: true, status: 'text', engine: expect.stringContaining('PP-OCR') as string },
        { version: 1, current: false, status: 'waiting', engine: expect.stringContaining('Tesseract') as string },
      ])
      expect(versions[1]!.characters).toBeLessThan(versions[0]!.characters)
      const ocr = (await listSteps(quick.db, document.revision.id)).find(({ step }) => step === 'ocr')
      expect(ocr!.detail.previewMs).toBeGreaterThan(0)
      expect(ocr!.detail.firstTextMs).toBe(ocr!.detail.previewMs)
      // Replaced, not added to.
      const { rows } = await quick.db.query<{ n: number }>(
        `select count(*)::int as n from chunk where document_id = $1 and (anchor->>'version')::int is distinct from 2 and page = 1`,
        [document.id],
      )
      expect(rows[0]!.n).toBe(0)
    } finally {
      await quick.close()
    }
  })
})
