/** The app in a browser, as tests use it: open, drop, ask, and watch for what must never happen. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

export const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

export interface OpenOptions {
  colorScheme?: 'dark' | 'light'
  hasTouch?: boolean
}
export interface OpenApp {
  context: BrowserContext
  page: Page
  /** requests to other origins, and errors of the page and its console: both must stay empty */
  seen: { offOrigin: string[]; errors: string[] }
}

export const DESKTOP = { width: 1280, height: 800 }
export const PHONE = { width: 390, height: 844 }

/** A new window of the app, nothing loaded yet. */
export async function openApp(
  browser: Browser,
  origin: string,
  language: Language,
  size = DESKTOP,
  more: OpenOptions = {},
): Promise<OpenApp> {
  const context = await browser.newContext({ locale: language === 'zh' ? 'zh-CN' : 'en-US', viewport: size, ...more })
  const seen = watch(context, origin)
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  return { context, page, seen }
}

/** Drops files onto an element as a person's mouse would. */
export async function drop(
  page: Page,
  target: Locator,
  files: readonly { name: string; mimeType: string; buffer: Buffer }[],
): Promise<void> {
  const transfer = await page.evaluateHandle(
    (given) => {
      const data = new DataTransfer()
      for (const { name, mimeType, base64 } of given)
        data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type: mimeType }))
      return data
    },
    files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString('base64') })),
  )
  for (const event of ['dragenter', 'dragover', 'drop']) await target.dispatchEvent(event, { dataTransfer: transfer })
}

export const byId = (page: Page, id: string): Locator => page.getByTestId(id)
export const squeezed = (text: string): string => text.replaceAll(/\s+/g, '')

export async function ask(page: Page, question: string): Promise<Locator> {
  await byId(page, 'composer-input').fill(question)
  await byId(page, 'composer-input').press('Enter')
  const answer = byId(page, 'answer').last()
  await answer.waitFor()
  return answer
}
export const finishedAnswer = async (page: Page): Promise<void> => {
  await page.locator('[data-testid=answer][aria-busy=false]').last().waitFor()
}

export async function serious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html.slice(0, 150)).join(' | ')}`)
}

/** Watches what must never happen. */
function watch(context: BrowserContext, origin: string): { offOrigin: string[]; errors: string[] } {
  const seen = { offOrigin: [] as string[], errors: [] as string[] }
  context.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('data:') && !url.startsWith('blob:')) seen.offOrigin.push(url)
  })
  context.on('page', (page) => {
    page.on('pageerror', (error) => seen.errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') seen.errors.push(message.text())
    })
  })
  return seen
}

/** The drawn boxes cover the words of the quote, as pdf.js's own text layer places them. */
export async function coversQuote(page: Page, sentence: string): Promise<void> {
  await byId(page, 'cite-box').first().waitFor()
  const words = page.locator('.textLayer span', { hasText: sentence.slice(0, 6) }).first()
  await words.waitFor({ state: 'attached' })
  const covered = async (): Promise<number> => {
    const target = await words.boundingBox()
    const boxes = await Promise.all((await byId(page, 'cite-box').all()).map((box) => box.boundingBox()))
    if (!target) return 0
    const area = boxes.reduce((sum, box) => {
      if (!box) return sum
      const width = Math.min(box.x + box.width, target.x + target.width) - Math.max(box.x, target.x)
      const height = Math.min(box.y + box.height, target.y + target.height) - Math.max(box.y, target.y)
      return sum + Math.max(0, width) * Math.max(0, height)
    }, 0)
    return area / (target.width * target.height)
  }
  await expect.poll(covered, { timeout: 10_000 }).toBeGreaterThan(0.6)
  // And not the whole page.
  const pageBox = (await byId(page, 'pdf-page').first().boundingBox())!
  const drawn = await Promise.all((await byId(page, 'cite-box').all()).map((box) => box.boundingBox()))
  const share = drawn.reduce((sum, box) => sum + (box ? box.width * box.height : 0), 0) / (pageBox.width * pageBox.height)
  expect(share).toBeLessThan(0.2)
}
