/**
 * `node scripts/screenshots.ts`: makes the pictures of the README (docs/images) from documents written for them, on a
 * real server in a real browser. Needs Chromium and, for the Chinese ones, a Chinese font.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { ensureBrowser, launchBrowser } from '../tests/support/browser.ts'
import { makePptx, makeXlsx } from '../tests/support/office.ts'
import { type ScanLine, drawPage, scanPdf } from '../tests/support/scans.ts'
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

const TOP = 90
const STEP = 62
/** A letter as it lies under a scanner: lines, headings (they begin with "# "), the last line faint. */
const letter = (lines: readonly string[]): ScanLine[] =>
  lines.map((text, index) => ({
    text: text.replace(/^# /, ''),
    x: 80,
    y: TOP + index * STEP,
    size: text.startsWith('# ') ? 34 : 21,
    ...(index === lines.length - 1 ? { colour: '#cccccc' } : {}),
  }))

const OTHERS = {
  zh: {
    scan: {
      name: '仓库租赁合同（扫描件）.pdf',
      question: '租赁合同的通知期限是多少天？',
      lines: [
        '# 北方仓库租赁合同',
        '港务处保管两侧大门的钥匙，每日清晨六点发放。',
        '货车在东侧货场等候，地磅空闲后依次过磅。',
        '# 第二条　期限',
        '本合同的通知期限为九十天，须以书面形式提出。',
        '期满前未通知的，合同按原条件续期一年。',
        '# 第三条　费用',
        '押金相当于三个月租金，按年计付利息。',
        '超过两百元的维修须事先经业主书面同意。',
        '屋顶平台仅限四月至十月使用，冬季关闭。',
      ],
    },
    sheet: {
      name: '季度销售.xlsx',
      sheet: '销售',
      head: ['地区', '负责人', '销售额', '同比'],
      region: '第 {n} 区',
      people: ['林岚', '周远', '沈清'],
    },
    slides: {
      name: '工作坊计划.pptx',
      title: '里斯本工作坊开幕',
      text: '三月开幕，设十二个工位\n培训为期六周\n工具租期三年',
      notes: '提醒：许可仍在市政厅审批。',
    },
    film: '开幕式录像.mp4',
  },
  en: {
    scan: {
      name: 'Lease (scan).pdf',
      question: 'What is the notice period of the lease?',
      lines: [
        '# Lease of the northern depot',
        'The harbour office keeps the keys and hands them out at six.',
        'Lorries wait in the eastern yard until the weighbridge is free.',
        '# 2. Term',
        'The notice period of this lease is ninety days in writing.',
        'Without notice the lease goes on for another year.',
        '# 3. Costs',
        'The deposit equals three monthly rents and bears interest.',
        'Repairs above two hundred euros need the consent of the owner.',
        'The roof terrace may be used from April to October only.',
      ],
    },
    sheet: {
      name: 'Quarterly sales.xlsx',
      sheet: 'Sales',
      head: ['Region', 'Manager', 'Sales', 'Change'],
      region: 'Region {n}',
      people: ['Berger', 'Ito', 'Okafor'],
    },
    slides: {
      name: 'Workshop plan.pptx',
      title: 'Opening of the Lisbon workshop',
      text: 'The workshop opens in March with twelve benches\nTraining lasts six weeks\nTools are leased for three years',
      notes: 'The permit is still pending with the city.',
    },
    film: 'Opening.mp4',
  },
} as const
type Language = keyof typeof DOCUMENTS

const FILM = Buffer.from('000000186674797069736f6d0000020069736f6d69736f32', 'hex')

async function save(page: Page, name: string): Promise<void> {
  await page.mouse.move(640, 20)
  // Toasts and the first pulse of a citation are over by then.
  await page.waitForTimeout(1500)
  await page.screenshot({ path: path.join(images, `${name}.png`) })
}

async function openCitation(context: BrowserContext, url: string, question: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url)
  await page.getByTestId('composer-input').fill(question)
  await page.getByTestId('composer-input').press('Enter')
  await page.locator('[data-testid=answer][aria-busy=false]').last().waitFor()
  await page.getByTestId('cite-chip').first().click()
  await page.getByTestId('cite-box').first().waitFor()
  return page
}

async function shoot(browser: Browser, language: Language): Promise<void> {
  const { name, question, html } = DOCUMENTS[language]
  const { scan, sheet, slides, film } = OTHERS[language]
  const server = await startTestServer()
  try {
    const printing = await browser.newPage()
    await printing.setContent(`<meta charset="utf-8"><style>${STYLE}</style>${html}`)
    await server.read(name, await printing.pdf({ format: 'A4', printBackground: true }))
    await server.read(scan.name, scanPdf([await drawPage(browser, letter(scan.lines), { type: 'jpeg' })]))
    const rows = Array.from({ length: 40 }, (_, index) => [
      sheet.region.replace('{n}', String(index + 1)),
      sheet.people[index % sheet.people.length]!,
      1000 + index * 37,
      `${index - 20}%`,
    ])
    await server.read(sheet.name, makeXlsx([{ name: sheet.sheet, rows: [sheet.head, ...rows] }]))
    await server.read(
      slides.name,
      makePptx([
        {
          texts: [
            { text: slides.title, x: 60, y: 40, w: 840, h: 90, title: true },
            { text: slides.text, x: 60, y: 160, w: 700, h: 260 },
          ],
          notes: slides.notes,
        },
      ]),
    )
    await server.read(film, FILM)

    const context = await browser.newContext({ locale: language === 'zh' ? 'zh-CN' : 'en-US', viewport: { width: 1280, height: 800 } })
    await save(await openCitation(context, server.url, question), `answer-${language}`)
    const scanned = await openCitation(context, server.url, scan.question)
    await scanned.getByTestId('ocr-box').first().waitFor()
    await save(scanned, `scan-${language}`)
    const library = await context.newPage()
    await library.goto(`${server.url}/library`)
    await library.getByTestId('doc-row').first().waitFor()
    await save(library, `library-${language}`)
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
