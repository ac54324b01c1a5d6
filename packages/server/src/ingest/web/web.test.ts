/** Pages and sitemaps from a real server on loopback, through the real writing side. */
import { createServer, type Server } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LIMITS } from '../../base/limits.ts'
import { createSafeFetch } from '../../net/safe-fetch.ts'
import { pdfFile, text } from '../testing/pdf-file.ts'
import { purge } from '../removal.ts'
import { codeOf } from '../testing/inner.ts'
import { OWNER, type RunningIngest, startIngest } from '../testing/running.ts'
import { addPage, fetchAgain } from './fetch-page.ts'
import { nameOfPage } from './page-name.ts'
import { parseSitemap } from './sitemap-file.ts'
import { addSitemap, getSitemap, listSitemapPages, listSitemaps, removeSitemap, sitemapHandler } from './sitemaps.ts'

let ingest: RunningIngest
let server: Server
let origin: string
/** path -> content; a function is called each time */
const site = new Map<string, { type?: string; status?: number; headers?: Record<string, string>; body: string | Buffer }>()
let asked: string[] = []
const fetcher = createSafeFetch({ allowPrivate: true })

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url!)
    const page = site.get(request.url!)
    if (!page) return void response.writeHead(404).end()
    response.writeHead(page.status ?? 200, { 'content-type': page.type ?? 'text/html; charset=utf-8', ...page.headers }).end(page.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' ? address!.port : 0}`
  ingest = await startIngest()
  ingest.run(sitemapHandler(ingest.ctx, fetcher, 1))
})
afterAll(async () => {
  await ingest.close()
  server.closeAllConnections()
  server.close()
})
beforeEach(async () => {
  for (const { id } of await listSitemaps(ingest.ctx.db, OWNER)) await removeSitemap(ingest.ctx, OWNER, id)
  for (const { id } of await ingest.list('none')) await purge(ingest.ctx, OWNER, id)
  site.clear()
  asked = []
})

const add = async (path: string) =>
  await addPage(ingest.ctx, fetcher, { owner: OWNER, collectionId: ingest.collectionId, url: origin + path })
const page = (title: string, text: string): string => `<html><head><title>${title}</title></head><body><p>${text}</p></body></html>`

describe('an address', () => {
  it('becomes a document with the title of the page, that keeps where it is from', async () => {
    site.set('/a', { body: page('银杏 &amp; Ginkgo', 'The ginkgo is a living fossil.') })
    const { document, known } = await add('/a#part')
    expect(known).toBe(false)
    await ingest.settled()
    const [found] = await ingest.list()
    expect(found).toMatchObject({
      id: document.id,
      name: '银杏 & Ginkgo.html',
      path: '127.0.0.1',
      sourceUrl: `${origin}/a`,
      state: 'ready',
    })
    expect(await ingest.find('ginkgo fossil')).toEqual(['银杏 & Ginkgo.html'])
  })

  it('fetched again is a new revision when it has changed, whatever its title', async () => {
    site.set('/a', { body: page('First', 'old words: axolotl') })
    const { document } = await add('/a')
    await ingest.settled()
    expect((await fetchAgain(ingest.ctx, fetcher, OWNER, document.id)).known).toBe(true)
    site.set('/a', { body: page('Second', 'new words: proteus') })
    const again = await fetchAgain(ingest.ctx, fetcher, OWNER, document.id)
    expect(again).toMatchObject({ known: false, document: { id: document.id } })
    await ingest.settled()
    expect((await ingest.list()).map(({ revisions }) => revisions)).toEqual([2])
    expect(await ingest.find('axolotl')).toEqual([])
    expect(await ingest.find('proteus')).toEqual(['First.html'])
  })

  it('may be any file that is read; two pages with one title are two documents', async () => {
    site.set('/files/report.pdf', {
      type: 'application/pdf',
      body: Buffer.from(pdfFile([{ content: text(50, 700, 'Quarterly figures') }])),
    })
    site.set('/get?id=1', {
      type: 'text/markdown',
      headers: { 'content-disposition': 'attachment; filename="notes.md"' },
      body: '# Notes\n\ntext',
    })
    site.set('/1', { body: page('Same', 'one') })
    site.set('/2', { body: page('Same', 'two') })
    for (const path of ['/files/report.pdf', '/get?id=1', '/1', '/2']) await add(path)
    await ingest.settled()
    expect((await ingest.list()).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'notes.md ready',
      'report.pdf ready',
      'Same (2).html ready',
      'Same.html ready',
    ])
  })

  it('that cannot be fetched leaves nothing behind', async () => {
    expect(await codeOf(add('/nowhere'))).toBe('fetch.status')
    const closed = createSafeFetch({ allowPrivate: false })
    expect(await codeOf(addPage(ingest.ctx, closed, { owner: OWNER, collectionId: ingest.collectionId, url: origin }))).toBe(
      'fetch.address_refused',
    )
    expect(await ingest.list()).toEqual([])
    const { document } = await ingest.send('file.txt', 'a file')
    expect(await codeOf(fetchAgain(ingest.ctx, fetcher, OWNER, document.id))).toBe('document.no_address')
  })

  it.each([
    ['https://example.com/', 'text/html', '', 'example.com.html'],
    ['https://example.com/docs/intro.html?x=1', 'text/html', '<p>no title', 'intro.html'],
    ['https://example.com/%E6%8A%A5%E5%91%8A.pdf', 'application/pdf', '%PDF-', '报告.pdf'],
    ['https://example.com/x', '', '<!doctype html><title>Found</title>', 'Found.html'],
    ['https://example.com/x', 'text/html', '<title>../../etc/passwd</title>', '_.._etc_passwd.html'],
    ['https://example.com/x', 'text/html', `<title>${'长'.repeat(500)}</title>`, `${'长'.repeat(120)}….html`],
  ])('%s (%s) is called %s', (url, mediaType, head, name) => {
    expect(nameOfPage({ url, mediaType, fileName: null, head: Buffer.from(head) })).toBe(name)
  })
})

describe('a sitemap', () => {
  const listed = (...paths: string[]): string =>
    `<urlset>${paths.map((path) => `<url><loc>${path.startsWith('http') ? path : origin + path}</loc></url>`).join('')}</urlset>`
  const run = async (path: string, anyOrigin = false) => {
    const { id } = await addSitemap(ingest.ctx, { owner: OWNER, collectionId: ingest.collectionId, url: origin + path, anyOrigin })
    await expect.poll(async () => (await getSitemap(ingest.ctx.db, OWNER, id)).finished, { timeout: 30_000 }).toBe(true)
    await ingest.settled()
    return { sitemap: await getSitemap(ingest.ctx.db, OWNER, id), pages: await listSitemapPages(ingest.ctx.db, id) }
  }

  it('brings every page in and says for each that it could not why', async () => {
    site.set('/sitemap.xml', { body: listed('/1', '/2', '/gone', '/2') })
    site.set('/1', { body: page('One', 'tapir') })
    site.set('/2', { body: page('Two', 'okapi') })
    const { sitemap, pages } = await run('/sitemap.xml')
    expect(sitemap).toMatchObject({ pages: 3, done: 2, failed: 1, finished: true, notice: null })
    expect(pages.map(({ url, documentId, notice }) => [url, documentId !== null, notice?.code])).toEqual([
      [`${origin}/1`, true, undefined],
      [`${origin}/2`, true, undefined],
      [`${origin}/gone`, false, 'fetch.status'],
    ])
    expect(await ingest.find('okapi')).toEqual(['Two.html'])
    // Given again, pages are fetched again and only what changed is new.
    site.set('/1', { body: page('One', 'tapir and calf') })
    await run('/sitemap.xml')
    expect((await ingest.list()).map(({ name, revisions }) => `${name} ${revisions}`)).toEqual(['One.html 2', 'Two.html 1'])
  })

  it('respects robots.txt', async () => {
    site.set('/robots.txt', { type: 'text/plain', body: 'User-agent: *\nDisallow: /private' })
    site.set('/sitemap.xml', { body: listed('/open', '/private/x') })
    site.set('/open', { body: page('Open', 'x') })
    site.set('/private/x', { body: page('Private', 'y') })
    const { pages } = await run('/sitemap.xml')
    expect(pages.map(({ notice }) => notice?.code)).toEqual([undefined, 'fetch.robots'])
    expect(asked).not.toContain('/private/x')
  })

  it('of a site whose robots.txt fails is not fetched', async () => {
    site.set('/robots.txt', { status: 500, body: '' })
    site.set('/sitemap.xml', { body: listed('/open') })
    expect((await run('/sitemap.xml')).pages[0]!.notice?.code).toBe('fetch.robots')
  })

  it('stays on its site unless told otherwise', async () => {
    site.set('/sitemap.xml', { body: listed('/1', 'http://127.0.0.2:1/x', 'ftp://x/y') })
    site.set('/1', { body: page('One', 'x') })
    const { sitemap } = await run('/sitemap.xml')
    expect(sitemap).toMatchObject({ pages: 1, done: 1, notice: { code: 'sitemap.other_sites', params: { count: 1 } } })
    expect((await run('/sitemap.xml', true)).sitemap).toMatchObject({ pages: 2, done: 1, failed: 1 })
  })

  it('may be an index, compressed, or plain text', async () => {
    site.set('/index.xml', {
      body: `<sitemapindex><sitemap><loc>${origin}/a.xml.gz</loc></sitemap><sitemap><loc>${origin}/b.txt</loc></sitemap><sitemap><loc>${origin}/index.xml</loc></sitemap></sitemapindex>`,
    })
    site.set('/a.xml.gz', { type: 'application/gzip', body: gzipSync(listed('/1')) })
    site.set('/b.txt', { type: 'text/plain', body: `${origin}/2\n\n# no address\n` })
    site.set('/1', { body: page('One', 'x') })
    site.set('/2', { body: page('Two', 'y') })
    expect((await run('/index.xml')).sitemap).toMatchObject({ pages: 2, done: 2 })
  })

  it('that is none, or a bomb, is an error of its own', async () => {
    site.set('/sitemap.xml', { body: page('Not a sitemap', 'x') })
    expect((await run('/sitemap.xml')).sitemap).toMatchObject({ pages: null, notice: { code: 'sitemap.invalid' } })
    expect((await run('/nowhere.xml')).sitemap.notice?.code).toBe('fetch.status')
    site.set('/bomb.xml.gz', { type: 'application/gzip', body: gzipSync(Buffer.alloc(LIMITS.sitemapBytes * 2, '<loc>')) })
    expect((await run('/bomb.xml.gz')).sitemap.notice?.code).toBe('sitemap.invalid')
  })

  it('goes on with the next page after an interruption, and asks for none twice', async () => {
    site.set('/sitemap.xml', { body: listed(...Array.from({ length: 12 }, (_, n) => `/p${n}`)) })
    for (let n = 0; n < 12; n += 1) site.set(`/p${n}`, { body: page(`Page ${n}`, `text ${n}`) })
    const { id } = await addSitemap(ingest.ctx, {
      owner: OWNER,
      collectionId: ingest.collectionId,
      url: `${origin}/sitemap.xml`,
      anyOrigin: false,
    })
    await expect.poll(async () => (await getSitemap(ingest.ctx.db, OWNER, id)).done, { timeout: 30_000, interval: 5 }).toBeGreaterThan(2)
    await ingest.restartWorkers()
    await expect.poll(async () => (await getSitemap(ingest.ctx.db, OWNER, id)).finished, { timeout: 30_000 }).toBe(true)
    expect(await getSitemap(ingest.ctx.db, OWNER, id)).toMatchObject({ pages: 12, done: 12, failed: 0 })
    await ingest.settled()
    expect(await ingest.list()).toHaveLength(12)
    // The page at hand when it was interrupted may be asked for again; no other.
    const counts = Array.from({ length: 12 }, (_, n) => asked.filter((path) => path === `/p${n}`).length)
    expect(counts.filter((count) => count > 1).length).toBeLessThanOrEqual(1)
  })

  it('removed stops; its documents stay', async () => {
    site.set('/sitemap.xml', { body: listed('/1') })
    site.set('/1', { body: page('One', 'x') })
    const { sitemap } = await run('/sitemap.xml')
    await removeSitemap(ingest.ctx, OWNER, sitemap.id)
    expect(await codeOf(getSitemap(ingest.ctx.db, OWNER, sitemap.id))).toBe('sitemap.not_found')
    expect(await ingest.list()).toHaveLength(1)
  })

  it('is read without its pictures and with its entities', () => {
    const { isIndex, addresses } = parseSitemap(
      '<?xml version="1.0"?><urlset xmlns:image="x"><url><loc><![CDATA[https://a/?b=1]]></loc><image:loc>https://a/i.png</image:loc></url><url><loc> https://a/?b=1&amp;c=2 </loc></url></urlset>',
    )
    expect({ isIndex, addresses }).toEqual({ isIndex: false, addresses: ['https://a/?b=1', 'https://a/?b=1&c=2'] })
  })
})
