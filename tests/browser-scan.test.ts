/**
 * Scans and pictures in a real browser: dropped in, read by OCR, shown with what was found; a citation lies on its line;
 * a page is read again with the other engine, and taken back.
 */
import { Buffer } from 'node:buffer'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, byId, drop, finishedAnswer, openApp, serious, squeezed } from './support/app-page.ts'
import { findBrowser, launchBrowser } from './support/browser.ts'
import { SHEET, type ScanLine, drawPage, scanPdf } from './support/scans.ts'
import { type TestServer, startTestServer } from './support/server.ts'

const executable = findBrowser()
const OCR_MS = 150_000

const LINES = [
  'Lease of the northern depot',
  'The harbour office keeps the keys of both gates and hands them out at six.',
  'Cranes are inspected every spring by the engineers of the port authority.',
  'The roof terrace may be used from April to October only.',
  'Repairs above two hundred euros need the consent of the owner in advance.',
  'Lorries wait in the eastern yard until the weighbridge is free for them.',
  'The notice period of this lease is ninety days in writing.',
  'Snow is cleared by the tenant before seven and again before nightfall.',
  'The deposit equals three monthly rents and bears interest every year.',
]
const ASKED = 6
const FAINT = 3
const TOP = 90
const STEP = 110
const page = (lines: readonly string[]): ScanLine[] =>
  lines.map((text, index) => ({
    text,
    x: 60,
    y: TOP + index * STEP,
    size: index === 0 ? 32 : 20,
    ...(index === FAINT ? { colour: '#cfcfcf' } : {}),
  }))
/** Where a line was drawn, as shares of the page's height. */
const placeOf = (index: number, height = SHEET.height): { from: number; to: number } => ({
  from: (TOP + index * STEP - 10) / height,
  to: (TOP + index * STEP + 50) / height,
})

/** Top and bottom of every box with this test id, as shares of the height of the page it lies on. */
const shares = (view: Page, testId: string, frame: string): Promise<{ top: number; bottom: number; doubtful: boolean }[]> =>
  view
    .getByTestId(frame)
    .first()
    .evaluate((element, id) => {
      const outer = element.getBoundingClientRect()
      return [...element.querySelectorAll<HTMLElement>(`[data-testid=${id}]`)].map((box) => {
        const { top, bottom } = box.getBoundingClientRect()
        return {
          top: (top - outer.top) / outer.height,
          bottom: (bottom - outer.top) / outer.height,
          doubtful: box.dataset.doubtful === 'true',
        }
      })
    }, testId)
const inside = ({ top, bottom }: { top: number; bottom: number }, { from, to }: { from: number; to: number }): boolean =>
  top >= from && bottom <= to

describe.skipIf(!executable)('a scan', () => {
  let browser: Browser
  let server: TestServer
  beforeAll(async () => {
    browser = await launchBrowser(executable!)
    server = await startTestServer()
  })
  afterAll(async () => {
    await server?.end()
    await browser?.close()
  })

  it(
    'is dropped in, shown with what OCR has found, cited at its line, and read again with the other engine',
    { timeout: 400_000 },
    async () => {
      const { context, page: view, seen } = await openApp(browser, server.url, 'en')
      await view.goto(`${server.url}/library`)
      const scan = scanPdf([await drawPage(browser, page(LINES), { type: 'jpeg' })])
      await drop(view, byId(view, 'drop-zone').first(), [{ name: 'lease.pdf', mimeType: 'application/pdf', buffer: Buffer.from(scan) }])
      await view.locator('[data-testid=doc-row][data-state=ready]', { hasText: 'lease.pdf' }).waitFor({ timeout: OCR_MS })

      await view.goto(server.url)
      const answer = await ask(view, 'What is the notice period of the lease?')
      await finishedAnswer(view)
      expect(await answer.innerText()).toContain('ninety days')
      await answer.getByTestId('cite-chip').first().click()
      await byId(view, 'cite-box').first().waitFor()
      const strip = byId(view, 'reading-strip')
      expect(await strip.getAttribute('data-engine')).toBe('pp-ocr')

      // The citation lies on the lines of its quote, the asked one among them, and on no other.
      const [message] = (await server.client.getChat({ id: view.url().match(/\/c\/([^?/]+)/)![1] as never })).messages.filter(
        ({ role }) => role === 'assistant',
      )
      const quote = squeezed(message!.citations[0]!.quote)
      const cited = await shares(view, 'cite-box', 'pdf-page')
      LINES.forEach((line, index) => {
        const lit = cited.some((box) => inside(box, placeOf(index)))
        expect(lit, line).toBe(quote.includes(squeezed(line)))
      })
      expect(quote).toContain(squeezed(LINES[ASKED]!))
      expect(LINES.some((line) => !quote.includes(squeezed(line)))).toBe(true)

      // Every line has its box; the faint one is kept and marked, and stays marked when the others are hidden.
      const boxes = await shares(view, 'ocr-box', 'pdf-page')
      LINES.forEach((line, index) =>
        expect(
          boxes.some((box) => inside(box, placeOf(index))),
          line,
        ).toBe(true),
      )
      expect(boxes.filter(({ doubtful }) => doubtful).every((box) => inside(box, placeOf(FAINT)))).toBe(true)
      expect(boxes.some(({ doubtful }) => doubtful)).toBe(true)
      await byId(view, 'ocr-boxes').click()
      await expect.poll(async () => (await shares(view, 'ocr-box', 'pdf-page')).every(({ doubtful }) => doubtful)).toBe(true)
      await byId(view, 'ocr-boxes').click()
      // What was read can be selected and read aloud.
      expect(squeezed(await byId(view, 'ocr-text').first().innerText())).toContain(squeezed(LINES[ASKED]!))

      await strip.click()
      expect(await byId(view, 'doubtful-line').allInnerTexts()).toEqual([LINES[FAINT]])
      expect(await serious(view)).toEqual([])
      await byId(view, 'read-again').click()
      await byId(view, 'reading-diff').waitFor({ timeout: OCR_MS })
      await expect.poll(() => strip.getAttribute('data-engine')).toBe('tesseract')
      expect(await serious(view)).toEqual([])
      const { document } = (await server.client.listDocuments({})).documents.map((found) => ({ document: found }))[0]!
      const now = await server.client.getPage({ id: document.revision.id, page: 1 })
      expect(now.page.engine).toMatch(/^tesseract/i)

      await byId(view, 'reading-back').click()
      await expect.poll(() => strip.getAttribute('data-engine'), { timeout: 30_000 }).toBe('pp-ocr')
      expect((await server.client.search({ q: 'ninety days notice' })).results[0]?.text).toContain('ninety days')
      expect(seen).toEqual({ offOrigin: [], errors: [] })
      await context.close()
    },
  )

  it('of Chinese text is cited at its line on a phone, in the dark', { timeout: 400_000 }, async () => {
    const lines = [
      '北方仓库租赁合同',
      '本合同的通知期限为九十天，须以书面形式提出。',
      '超过两百元的维修须经业主书面同意后方可进行。',
      '屋顶平台仅限四月至十月使用，冬季关闭。',
      '押金相当于三个月租金，按年计付利息。',
    ]
    const height = 640
    const picture = await drawPage(
      browser,
      page(lines).map((line) => ({ ...line, colour: '#000' })),
      { size: { width: 800, height } },
    )
    const {
      context,
      page: view,
      seen,
    } = await openApp(browser, server.url, 'zh', { width: 390, height: 844 }, { colorScheme: 'dark', hasTouch: true })
    await view.goto(server.url)
    // Pasted into the question box, as from a screenshot.
    await byId(view, 'composer-input').evaluate((field, base64) => {
      const data = new DataTransfer()
      data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], 'image.png', { type: 'image/png' }))
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    }, picture.toString('base64'))
    await byId(view, 'upload-preview').filter({ hasText: '九十天' }).waitFor({ timeout: OCR_MS })
    await view.locator('[data-testid=upload-item][data-state=ready]').waitFor({ timeout: OCR_MS })
    expect(await serious(view)).toEqual([])
    await byId(view, 'upload-ask').click()
    const answer = await ask(view, '租赁合同的通知期限是多少天？')
    await finishedAnswer(view)
    expect(await answer.innerText()).toContain('九十天')
    await answer.getByTestId('cite-chip').first().click()
    await view.locator('[data-testid=picture-page][data-drawn=true]').waitFor()
    const cited = await shares(view, 'cite-box', 'picture-page')
    expect(cited.some((box) => inside(box, placeOf(1, height)))).toBe(true)
    expect(await view.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    expect(await serious(view)).toEqual([])
    expect(seen).toEqual({ offOrigin: [], errors: [] })
    await context.close()
  })
})
