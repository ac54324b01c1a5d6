/**
 * Citations into sheets and slides in a real browser: the cells are lit, the place on the slide is lit, the notes are
 * marked; both can be gone through by keyboard, in the dark and on a phone.
 */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PHONE, ask, byId, finishedAnswer, openApp, serious } from './support/app-page.ts'
import { findBrowser, launchBrowser } from './support/browser.ts'
import { makePptx, makeXlsx } from './support/office.ts'
import { type TestServer, startTestServer } from './support/server.ts'

const executable = findBrowser()

const DEPOTS = ['Alder', 'Birch', 'Cedar', 'Dogwood', 'Elm', 'Fir', 'Ginkgo', 'Hazel']
const ROWS = 120
const workbook = makeXlsx([
  {
    name: 'Stock',
    rows: [
      ['Depot', 'Article', 'Pieces'],
      ...Array.from({ length: ROWS }, (_, index) => [
        `${DEPOTS[index % DEPOTS.length]} ${index + 1}`,
        index === 76 ? 'copper rivets for sails' : `crate of rope number ${index + 1}`,
        100 + index,
      ]),
    ],
  },
  {
    name: '年度汇总',
    rows: [
      ['各仓库年度汇总', null],
      ['仓库', '盘点日期'],
      ['雪松仓库', '每年十一月最后一个星期五盘点'],
    ],
    merged: ['A1:B1'],
  },
])
const deck = makePptx([
  {
    texts: [
      { text: 'Workshop in Lisbon', x: 60, y: 40, w: 840, h: 90, title: true },
      { text: 'An overview of rooms and people', x: 60, y: 160, w: 840, h: 60 },
    ],
  },
  {
    texts: [
      { text: 'Training', x: 60, y: 40, w: 840, h: 90, title: true },
      { text: 'Apprentices learn glazing during six weeks in autumn', x: 60, y: 160, w: 560, h: 60 },
      { text: 'The kiln room holds nine people', x: 60, y: 400, w: 560, h: 60 },
    ],
    notes: 'Say that the permit for the chimney is still pending with the city council.',
  },
])

const isOver = async (over: Locator, under: Locator): Promise<boolean> => {
  const [a, b] = [await over.boundingBox(), await under.boundingBox()]
  if (!a || !b) return false
  const middle = { x: b.x + b.width / 2, y: b.y + b.height / 2 }
  return a.x <= middle.x && middle.x <= a.x + a.width && a.y <= middle.y && middle.y <= a.y + a.height
}
async function openCitation(page: Page, question: string): Promise<void> {
  const answer = await ask(page, question)
  await finishedAnswer(page)
  await answer.getByTestId('cite-chip').first().click()
  await byId(page, 'source-panel').waitFor()
}

describe.skipIf(!executable)('a citation', () => {
  let browser: Browser
  let server: TestServer
  beforeAll(async () => {
    browser = await launchBrowser(executable!)
    server = await startTestServer()
    expect((await server.read('stock.xlsx', workbook)).state).toBe('ready')
    expect((await server.read('workshop.pptx', deck)).state).toBe('ready')
  })
  afterAll(async () => {
    await server?.end()
    await browser?.close()
  })

  it('into a sheet lights its cells, scrolled to, and the grid is gone through by keyboard', async () => {
    const { context, page, seen } = await openApp(browser, server.url, 'en')
    await page.goto(server.url)
    await openCitation(page, 'Which depot has copper rivets for sails?')
    await byId(page, 'cite-range').first().waitFor()
    const cell = page.locator('[data-cell=B78]')
    expect(await cell.innerText()).toBe('copper rivets for sails')
    expect(await cell.getAttribute('aria-selected')).toBe('true')
    await expect.poll(() => isOver(page.locator('[data-testid=cite-range][data-active=true]'), cell)).toBe(true)
    // In view, below its header, which stays.
    const grid = (await byId(page, 'sheet-grid').boundingBox())!
    const place = (await cell.boundingBox())!
    expect(place.y).toBeGreaterThan(grid.y)
    expect(place.y + place.height).toBeLessThan(grid.y + grid.height)
    expect(await byId(page, 'sheet-pinned').innerText()).toContain('Article')
    // Not every row of the sheet is in the page.
    expect(await page.locator('[data-testid=sheet-grid] [role=row]').count()).toBeLessThan(ROWS)
    expect(await page.locator('[data-cell=B2]').count()).toBe(0)
    expect(await serious(page)).toEqual([])

    await cell.click()
    await page.keyboard.press('ArrowRight')
    expect(await byId(page, 'cell-name').innerText()).toBe('C78')
    expect(await byId(page, 'cell-text').innerText()).toBe('176')
    await page.keyboard.press('Control+Home')
    expect(await byId(page, 'cell-text').innerText()).toBe('Depot')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-cell'))).toBe('A1')

    await byId(page, 'sheet-tabs').getByText('年度汇总').click()
    const merged = page.locator('[data-cell="A1:B1"]')
    await merged.waitFor()
    expect(await merged.getAttribute('aria-colspan')).toBe('2')
    expect(seen).toEqual({ offOrigin: [], errors: [] })
    await context.close()
  })

  it('into a sheet of Chinese, on a phone in the dark', async () => {
    const { context, page, seen } = await openApp(browser, server.url, 'zh', PHONE, { colorScheme: 'dark', hasTouch: true })
    await page.goto(server.url)
    await openCitation(page, '雪松仓库什么时候盘点？')
    await page.locator('[data-testid=cite-cell]', { hasText: '十一月' }).waitFor()
    expect(await byId(page, 'source-panel').innerText()).toContain('年度汇总!')
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    expect(await serious(page)).toEqual([])
    expect(seen).toEqual({ offOrigin: [], errors: [] })
    await context.close()
  })

  it('into a slide lights its place, and one into the notes marks the words', async () => {
    const { context, page, seen } = await openApp(browser, server.url, 'en', undefined, { colorScheme: 'dark' })
    await page.goto(server.url)
    await openCitation(page, 'When do apprentices learn glazing?')
    const words = byId(page, 'slide').getByText('Apprentices learn glazing')
    await words.waitFor()
    await expect
      .poll(async () => {
        const boxes = await byId(page, 'cite-box').all()
        return (await Promise.all(boxes.map((box) => isOver(box, words)))).includes(true)
      })
      .toBe(true)
    expect(await serious(page)).toEqual([])
    await byId(page, 'slide-view').focus()
    await page.keyboard.press('ArrowLeft')
    await byId(page, 'slide').getByText('Workshop in Lisbon').waitFor()
    await page.keyboard.press('ArrowRight')
    await words.waitFor()
    // The same as text only.
    await byId(page, 'as-text').click()
    await byId(page, 'text-view').getByText('Apprentices learn glazing').waitFor()
    await byId(page, 'as-text').click()

    await page.goto(server.url)
    await openCitation(page, 'Is the permit for the chimney pending?')
    await byId(page, 'slide-notes').getByTestId('cite-mark').first().waitFor()
    expect(await byId(page, 'slide-notes').getByTestId('cite-mark').allInnerTexts()).toContain(
      'Say that the permit for the chimney is still pending with the city council.',
    )
    expect(await serious(page)).toEqual([])
    expect(seen).toEqual({ offOrigin: [], errors: [] })
    await context.close()
  })
})
