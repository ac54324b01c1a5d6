/**
 * `node scripts/screenshots.ts`: makes the pictures of the README (docs/images) from documents written for them, on a
 * real server in a real browser. Needs Chromium and, for the Chinese ones, a Chinese font.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { ensureBrowser, launchBrowser } from '../tests/support/browser.ts'
import { startTestServer } from '../tests/support/server.ts'

const images = path.join(import.meta.dirname, '../docs/images')

const STYLE =
  'body{font:15px/1.9 Inter,"Noto Sans CJK SC",sans-serif;margin:56px;color:#222} h1{font-size:26px} h2{font-size:18px;margin-top:28px} table{border-collapse:collapse} td,th{border:1px solid #bbb;padding:4px 14px}'

const DOCUMENTS = {
  zh: {
    name: '设备采购合同.pdf',
    question: '保修期有多长？从什么时候开始算？',
    html: `<h1>设备采购合同</h1><p>甲方：青岭测量仪器有限公司　乙方：远山精密机械厂</p>
      <h2>第一条　货物与价款</h2><p>乙方向甲方供应激光测距仪四十台，合同总价为人民币三十六万元整。价款分两次支付：合同签订后十日内支付百分之三十，验收合格后三十日内支付其余部分。</p>
      <h2>第二条　交货与验收</h2><p>乙方应在合同签订之日起四十五日内交货。甲方应在收到货物后七个工作日内完成验收，逾期未提出书面异议的，视为验收合格。</p>
      <h2>第三条　质量保证</h2><p>设备的保修期为三十个月，自验收合格之日起计算。保修期内因质量问题产生的维修和更换费用由乙方承担；因使用不当造成的损坏不在保修范围内。</p>
      <h2>第四条　违约责任</h2><p>乙方逾期交货的，每逾期一日应按合同总价的千分之一支付违约金。</p>`,
  },
  en: {
    name: 'Supply agreement.pdf',
    question: 'How long is the warranty, and when does it begin?',
    html: `<h1>Supply agreement</h1><p>Between Greenridge Survey Instruments and Farhill Precision Works.</p>
      <h2>1. Goods and price</h2><p>Farhill supplies forty laser rangefinders at a total price of 51,000 euros. Thirty percent is due within ten days of signing, the rest within thirty days of acceptance.</p>
      <h2>2. Delivery and acceptance</h2><p>The goods are delivered within forty-five days of signing. Greenridge completes acceptance within seven working days of receiving them; without a written objection in that time they count as accepted.</p>
      <h2>3. Warranty</h2><p>The warranty lasts thirty months and begins on the day of acceptance. Repairs and replacements for defects are at the expense of Farhill; damage from improper use is not covered.</p>
      <h2>4. Delay</h2><p>For each day of delay Farhill pays one thousandth of the total price.</p>`,
  },
} as const

async function shoot(browser: Browser, language: keyof typeof DOCUMENTS): Promise<void> {
  const { name, question, html } = DOCUMENTS[language]
  const server = await startTestServer()
  try {
    const printing = await browser.newPage()
    await printing.setContent(`<meta charset="utf-8"><style>${STYLE}</style>${html}`)
    await server.read(name, await printing.pdf({ format: 'A4', printBackground: true }))
    const context = await browser.newContext({ locale: language === 'zh' ? 'zh-CN' : 'en-US', viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    await page.goto(server.url)
    await page.getByTestId('composer-input').fill(question)
    await page.getByTestId('composer-input').press('Enter')
    await page.locator('[data-testid=answer][aria-busy=false]').last().waitFor()
    await page.getByTestId('cite-chip').first().click()
    await page.getByTestId('cite-box').first().waitFor()
    await page.mouse.move(640, 20)
    await page.waitForTimeout(1500)
    await page.screenshot({ path: path.join(images, `answer-${language}.png`) })
    await context.close()
  } finally {
    await server.end()
  }
}

const executable = ensureBrowser()
if (!executable) throw new Error('no browser')
mkdirSync(images, { recursive: true })
const browser = await launchBrowser(executable)
for (const language of ['zh', 'en'] as const) await shoot(browser, language)
await browser.close()
