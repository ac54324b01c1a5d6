/**
 * States and their ways out in a real browser: what failed says why and what to do; reading is stopped, paused, gone on
 * with and tried again; what came out of an archive stands below it; pages of the web and folders come in by themselves.
 */
import { Buffer } from 'node:buffer'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { strToU8, zipSync } from 'fflate'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PHONE, byId, drop, openApp, serious } from './support/app-page.ts'
import { findBrowser, launchBrowser } from './support/browser.ts'
import { makeScanPdf } from './support/fixtures.ts'
import { type TestServer, startTestServer } from './support/server.ts'

const executable = findBrowser()
const READ_MS = 120_000

const row = (page: Page, name: string, state?: string): Locator =>
  page.locator(`[data-testid=doc-row]${state ? `[data-state=${state}]` : ''}`, { hasText: name })
const file = (name: string, content: string | Uint8Array) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
})
const dropFiles = (page: Page, ...files: ReturnType<typeof file>[]): Promise<void> => drop(page, byId(page, 'drop-zone').first(), files)

describe.skipIf(!executable)('the library', () => {
  let browser: Browser
  let server: TestServer
  beforeAll(async () => {
    browser = await launchBrowser(executable!)
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    server = await startTestServer({ env: { ZHIKU_FETCH_PRIVATE: '1' } })
  })
  afterEach(() => server?.end())

  it.each(['zh', 'en'] as const)('says in %s why a file failed and what to do, with the step that failed', async (language) => {
    const { context, page, seen } = await openApp(browser, server.url, language)
    await page.goto(`${server.url}/library`)
    await dropFiles(page, file('broken.pdf', '%PDF-1.7\nnothing else'), file('film.mp4', Buffer.from('000000186674797069736f6d', 'hex')))
    const failed = row(page, 'broken.pdf', 'failed')
    await failed.waitFor()
    expect(await failed.getByTestId('doc-reason').innerText()).toContain(
      language === 'zh' ? '请检查原文件后重新上传' : 'Check the original',
    )
    expect(await row(page, 'film.mp4', 'needs').getByTestId('doc-reason').innerText()).toContain('SRT')
    expect(await serious(page)).toEqual([])

    await failed.getByTestId('doc-menu').click()
    await page.getByRole('menuitem').first().click()
    const details = byId(page, 'doc-details')
    expect(await details.getByTestId('document-reason').innerText()).toContain(language === 'zh' ? '已损坏' : 'damaged')
    expect(await details.getByTestId('timeline').innerText()).toContain(language === 'zh' ? '已损坏' : 'damaged')
    expect(await serious(page)).toEqual([])
    await page.keyboard.press('Escape')
    await details.waitFor({ state: 'hidden' })

    // All failed ones at once: it is read again, fails again, and nothing was added.
    await byId(page, 'show-failed').click()
    await row(page, 'film.mp4').waitFor({ state: 'detached' })
    await byId(page, 'retry-failed').click()
    await expect.poll(async () => (await server.client.listDocuments({ state: 'failed' })).documents[0]?.name).toBe('broken.pdf')
    const { documents } = await server.client.listDocuments({})
    const broken = documents.find(({ name }) => name === 'broken.pdf')!
    await expect
      .poll(async () => (await server.client.getDocument({ id: broken.id })).timeline.filter(({ step }) => step === 'extract').length)
      .toBe(2)
    expect(documents).toHaveLength(2)
    await failed.waitFor()
    expect(seen).toEqual({ offOrigin: [], errors: [] })
    await context.close()
  })

  it('pauses and goes on; what waits is stopped and tried again', { timeout: 300_000 }, async () => {
    const { context, page, seen } = await openApp(browser, server.url, 'en')
    await page.goto(`${server.url}/library`)
    await dropFiles(page, file('grey.pdf', makeScanPdf(3)))
    await byId(page, 'queue-pause').click()
    await page.locator('[data-testid=queue-bar][data-paused=true]').waitFor()
    await dropFiles(page, file('first.txt', 'The first note is about anchors.'), file('second.txt', 'The second note is about sails.'))
    await row(page, 'second.txt', 'queued').waitFor()
    expect(await byId(page, 'queue-sentence').innerText()).toContain('paused')
    expect(await serious(page)).toEqual([])

    await row(page, 'first.txt').getByTestId('doc-cancel').click()
    await row(page, 'first.txt', 'cancelled').waitFor()
    await row(page, 'first.txt').getByTestId('doc-retry').click()
    await row(page, 'first.txt', 'queued').waitFor()
    await row(page, 'grey.pdf').getByTestId('doc-cancel').click()
    await row(page, 'grey.pdf', 'cancelled').waitFor()
    // Nothing was read behind the pause.
    expect((await server.client.search({ q: 'sails' })).results).toEqual([])

    await byId(page, 'queue-resume').click()
    await row(page, 'first.txt', 'ready').waitFor({ timeout: READ_MS })
    await row(page, 'second.txt', 'ready').waitFor({ timeout: READ_MS })
    expect(await row(page, 'grey.pdf').getAttribute('data-state')).toBe('cancelled')
    expect(seen).toEqual({ offOrigin: [], errors: [] })
    await context.close()
  })

  it('shows what has become of every page, and leads to the page where nothing was found', { timeout: 300_000 }, async () => {
    const { context, page, seen } = await openApp(browser, server.url, 'en', PHONE, { colorScheme: 'dark', hasTouch: true })
    await page.goto(`${server.url}/library`)
    await dropFiles(page, file('grey.pdf', makeScanPdf(2)))
    await row(page, 'grey.pdf', 'empty').waitFor({ timeout: READ_MS })
    await row(page, 'grey.pdf').getByTestId('doc-pages').click()
    const details = byId(page, 'doc-details')
    expect(await details.getByTestId('document-pages').innerText()).toMatch(/No text\s*2/)
    await expect
      .poll(async () => (await details.getByTestId('coverage').locator('[data-kind=no_text]').boundingBox())?.width ?? 0)
      .toBeGreaterThan(100)
    expect(await serious(page)).toEqual([])
    await details.getByTestId('pages-to-look-at').locator('a').first().click()
    await page.locator('[data-testid=reading-strip][data-status=no_text]').waitFor()
    await byId(page, 'reading-strip').click()
    await byId(page, 'read-again').waitFor()
    expect(await serious(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    expect(seen).toEqual({ offOrigin: [], errors: [] })
    await context.close()
  })

  it('shows what came out of an archive below it', async () => {
    const { context, page, seen } = await openApp(browser, server.url, 'en')
    await page.goto(`${server.url}/library`)
    const inside = { 'minutes.txt': strToU8('The board met on the third of May.'), 'plans/mast.txt': strToU8('The mast is of spruce.') }
    await dropFiles(page, file('papers.zip', zipSync(inside)))
    const archive = row(page, 'papers.zip')
    await archive.getByTestId('doc-unfold').waitFor()
    expect(await row(page, 'mast.txt').count()).toBe(0)
    await archive.getByTestId('doc-unfold').click()
    await row(page, 'mast.txt', 'ready').waitFor()
    await row(page, 'minutes.txt', 'ready').waitFor()
    expect(await serious(page)).toEqual([])
    await archive.getByTestId('doc-unfold').click()
    await row(page, 'mast.txt').waitFor({ state: 'detached' })
    // By name it is found without unfolding.
    await byId(page, 'filter-name').fill('mast')
    await row(page, 'mast.txt').waitFor()
    expect(await row(page, 'papers.zip', 'ready').filter({ hasText: 'holds' }).count()).toBe(0)
    expect(seen).toEqual({ offOrigin: [], errors: [] })
    await context.close()
  })

  describe('with a web site and a folder', () => {
    let site: Server
    let origin: string
    let folder: string
    beforeAll(async () => {
      site = createServer((request, response) => {
        if (request.url !== '/kiln.html') return response.writeHead(404).end()
        response
          .setHeader('content-type', 'text/html; charset=utf-8')
          .end(
            `<!doctype html><title>The kiln</title><body><article><h1>The kiln</h1><p>${'The kiln is fired with beech wood on the first Monday of the month. '.repeat(6)}</p></article></body>`,
          )
      })
      await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
      folder = await mkdtemp(path.join(tmpdir(), 'zhiku-watched-'))
      await writeFile(path.join(folder, 'harbour.txt'), 'The harbour closes at nine.')
    })
    afterAll(async () => {
      await new Promise((resolve) => site.close(resolve))
      await rm(folder, { recursive: true, force: true })
    })

    it('a page is added by its address, and a folder is watched', async () => {
      const { context, page, seen } = await openApp(browser, server.url, 'en')
      await page.goto(`${server.url}/library`)
      await byId(page, 'add-address').click()
      expect(await serious(page)).toEqual([])
      await byId(page, 'address').fill(`${origin}/nothing.html`)
      await byId(page, 'address-save').click()
      expect(await byId(page, 'address-error').innerText()).toContain('404')
      await byId(page, 'address').fill(`${origin}/kiln.html`)
      await byId(page, 'address-save').click()
      await byId(page, 'address-form').waitFor({ state: 'hidden' })
      const [fetched] = (await server.client.listDocuments({})).documents
      await page.locator(`[data-document=${fetched!.id}][data-state=ready]`).waitFor()
      await page.goto(`${server.url}/library?doc=${fetched!.id}`)
      expect(await byId(page, 'source-url').innerText()).toBe(`${origin}/kiln.html`)
      await page.keyboard.press('Escape')

      await byId(page, 'add-address').click()
      await page.getByText('A folder', { exact: true }).click()
      await byId(page, 'address').fill(folder)
      await byId(page, 'address-save').click()
      const card = byId(page, 'watched-folder')
      await card.filter({ hasText: '1 file' }).waitFor()
      // The page has an address of its own, which can be opened and shared.
      await page.reload()
      await card.waitFor()
      expect(await serious(page)).toEqual([])
      await page.goto(`${server.url}/library`)
      await row(page, 'harbour.txt', 'ready').waitFor()
      await writeFile(path.join(folder, 'sail.txt'), 'The sail is sewn with copper rivets.')
      await row(page, 'sail.txt', 'ready').waitFor({ timeout: READ_MS })
      // The refused address is the server's answer, not a fault of the page.
      expect(seen.errors.filter((error) => !/40\d|42\d|50\d/.test(error))).toEqual([])
      expect(seen.offOrigin).toEqual([])
      await context.close()
    })
  })
})
