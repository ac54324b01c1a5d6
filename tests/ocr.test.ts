/** Scans and pictures over HTTP: what the web app and other programs see of OCR. */
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Document } from '@zhiku/contract/entities.ts'
import { UPLOAD } from '@zhiku/contract/routes.ts'
import { pictureOf, pngOf, scanFile, scannedPage } from '../packages/server/src/ingest/testing/scan-file.ts'
import { type TestServer, startTestServer } from './support/server.ts'

let server: TestServer
let scan: Document
beforeAll(async () => {
  server = await startTestServer()
  const pages = await Promise.all(
    ['The curlew calls at dusk.', 'The plover answers.'].map(async (line) => scannedPage(await pictureOf([line, 'Nobody else does.']))),
  )
  scan = await server.read('birds.pdf', scanFile(pages))
}, 120_000)
afterAll(() => server.end())

const image = (revision: string, page: number, side?: number, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}${UPLOAD.pageImage(revision, page, side)}`, { headers })

describe('a scan over HTTP', { timeout: 120_000 }, () => {
  it('has text, places, confidence and an engine on every page', async () => {
    expect(scan).toMatchObject({ state: 'ready', pages: { ocr: 2 } })
    const { page, places, versions } = await server.client.getPage({ id: scan.revision.id, page: 2, places: '1' })
    expect(page).toMatchObject({ status: 'text', engine: expect.stringContaining('PP-OCR') as string, unsure: false })
    expect(page.confidence).toBeGreaterThan(0.8)
    const at = page.text.indexOf('plover')
    expect(places.some(([start, end]) => start <= at && end > at)).toBe(true)
    expect(versions.filter(({ current }) => current)).toHaveLength(1)
    const { results } = await server.client.search({ q: 'plover' })
    expect(results[0]).toMatchObject({ page: 2, anchor: { kind: 'page' } })
  })

  it('says in its timeline which engine read how many pages', async () => {
    const { timeline } = await server.client.getDocument({ id: scan.id })
    expect(timeline.map(({ step }) => step)).toEqual(['receive', 'extract', 'ocr', 'index'])
    expect(timeline[2]).toMatchObject({ notice: null, detail: { pages: 2, engines: expect.stringMatching(/PP-OCR.*: 2/) as string } })
    expect((await server.client.status({})).ocr).toEqual({ engine: 'auto', provider: 'cpu', providerInUse: 'cpu' })
  })

  it('can have one page read again, and the text before taken back', async () => {
    const id = scan.revision.id
    const { before, after } = await server.client.readPage({ id, page: 1, engine: 'tesseract' })
    expect(before.engine).toContain('PP-OCR')
    expect(after.engine).toContain('Tesseract')
    expect(after.version).toBeGreaterThan(before.version)
    expect((await server.client.getPage({ id, page: 1 })).page).toMatchObject({ version: after.version, text: after.text })
    expect((await server.client.getPage({ id, page: 1, version: before.version })).page).toMatchObject({
      version: before.version,
      text: before.text,
    })
    const back = await server.client.readPage({ id, page: 1, version: before.version })
    expect(back.after).toEqual(before)
    expect((await server.client.search({ q: 'curlew' })).results).toHaveLength(1)
    await expect(server.client.readPage({ id, page: 1, version: 99 })).rejects.toMatchObject({
      status: 404,
      code: 'page.version_not_found',
    })
    await expect(server.client.readPage({ id, page: 9, engine: 'tesseract' })).rejects.toMatchObject({
      status: 404,
      code: 'page.not_found',
    })
  })
})

describe('the picture of a page', { timeout: 120_000 }, () => {
  it('is drawn in the size asked for, bounded, and not sent twice', async () => {
    const response = await image(scan.revision.id, 1, 400)
    expect(response.headers.get('content-type')).toBe('image/webp')
    const { width, height } = await sharp(await response.bytes()).metadata()
    expect([width, height]).toEqual([300, 400])
    const again = await image(scan.revision.id, 1, 400, { 'if-none-match': response.headers.get('etag')! })
    expect(again.status).toBe(304)
    expect((await image(scan.revision.id, 1, 100_000)).status).toBe(400)
    expect((await image(scan.revision.id, 3)).status).toBe(404)
  })

  it('is the upright one of a photograph', async () => {
    const upright = await pngOf(await pictureOf(['Turned by a telephone'], { height: 300 }))
    const photograph = await server.read('phone.jpg', await sharp(upright).rotate(270).jpeg().withMetadata({ orientation: 6 }).toBuffer())
    const { width, height } = await sharp(await (await image(photograph.revision.id, 1)).bytes()).metadata()
    const { page } = await server.client.getPage({ id: photograph.revision.id, page: 1 })
    expect([width, height]).toEqual([page.width, page.height])
  })

  it('is not there for a text', async () => {
    const note = await server.read('note.txt', 'A note without a picture.')
    const response = await image(note.revision.id, 1)
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ error: { code: 'page.not_a_picture' } })
  })
})

it('a long scan does not hold up what comes after it', { timeout: 120_000 }, async () => {
  const page = await scannedPage(await pictureOf(['page of a long scan'], { height: 200 }))
  const { document } = await server.add('long.pdf', scanFile(Array.from({ length: 60 }, () => page)))
  const short = await server.read('short.txt', 'A short text that comes later.')
  expect(short.state).toBe('ready')
  const sign = await server.read('sign.png', await pngOf(await pictureOf(['Mind the step'], { height: 200 })))
  expect(sign.state).toBe('ready')
  const { document: now } = await server.client.getDocument({ id: document.id })
  expect(now).toMatchObject({ state: 'reading', pages: { total: 60 } })
  expect(now.pages.searchable).toBeGreaterThan(0)
  await server.client.cancelDocument({ id: document.id })
})
