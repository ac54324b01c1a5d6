import { describe, expect, it } from 'vitest'
import { anchorOf } from '../../library/anchors.ts'
import { flatOdf, type OdfFile, odfFile } from '../testing/odf-file.ts'
import { checkPage, outline, read } from '../testing/read.ts'

async function pagesOf(bytes: Uint8Array, name: string) {
  const { pages } = await read(bytes, name)
  pages.forEach(checkPage)
  return pages
}
const outlineOf = async (content: string, automatic = ''): Promise<string[]> =>
  outline(await pagesOf(odfFile({ body: 'text', content, automatic }), 'a.odt'))

const p = (content: string, style = ''): string => `<text:p${style && ` text:style-name="${style}"`}>${content}</text:p>`
const item = (content: string): string => `<text:list-item>${content}</text:list-item>`

describe('OpenDocument text', () => {
  it('has headings, paragraphs with their white space, quotes and code by their styles', async () => {
    const automatic =
      '<style:style style:name="P1" style:parent-style-name="Title"/><style:style style:name="P2" style:parent-style-name="Quotations"/>'
    const content =
      p('锁', 'P1') +
      '<text:h text:outline-level="2">Two<text:line-break/>lines</text:h>' +
      p('a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d <text:span>e</text:span>\n  f') +
      p('said', 'P2') +
      p('let a', 'Preformatted_20_Text')
    expect(await outlineOf(content, automatic)).toEqual([
      'heading 1: 锁',
      'heading 2: Two lines',
      'paragraph: a  b\tc\nd e f',
      'quote: said',
      'code: let a',
    ])
  })

  it('has lists with the marks of their style, at any depth, and goes on counting where told', async () => {
    const automatic =
      '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="一, 二, 三" style:num-suffix="、"/>' +
      '<text:list-level-style-number text:level="2" style:num-format="1" style:num-suffix="." text:display-levels="1" text:start-value="3"/>' +
      '<text:list-level-style-bullet text:level="3" text:bullet-char="-"/></text:list-style>'
    const inner = `<text:list>${item(p('three') + `<text:list>${item(p('dash'))}</text:list>`)}${item(p('four'))}</text:list>`
    const content =
      `<text:list text:style-name="L">${item(p('one') + p('more of one') + inner)}</text:list>` +
      p('between') +
      `<text:list text:style-name="L" text:continue-numbering="true">${item(p('two'))}</text:list>`
    expect(await outlineOf(content, automatic)).toEqual([
      'list-item 0: 一、 one',
      'paragraph: more of one',
      'list-item 1: 3. three',
      'list-item 2: • dash',
      'list-item 1: 4. four',
      'paragraph: between',
      'list-item 0: 二、 two',
    ])
  })

  it('has tables with header rows, and keeps columns under wide cells', async () => {
    const cell = (text: string, attributes = ''): string => `<table:table-cell ${attributes}>${p(text)}</table:table-cell>`
    const row = (cells: string): string => `<table:table-row>${cells}</table:table-row>`
    const content = `<table:table><table:table-header-rows>${row(cell('a') + cell('b') + cell('c'))}</table:table-header-rows>${row(
      cell('wide', 'table:number-columns-spanned="2"') + '<table:covered-table-cell/>' + cell('z'),
    )}</table:table>`
    const [page] = await pagesOf(odfFile({ body: 'text', content }), 'a.odt')
    expect(page!.text).toBe('a\tb\tc\nwide\t\tz')
    expect(page!.blocks[0]).toMatchObject({ kind: 'table', headerRows: 1 })
  })

  it('lets notes, comments and text boxes follow their paragraph; deleted and hidden text is no text', async () => {
    const automatic = '<style:style style:name="T1"><style:text-properties text:display="none"/></style:style>'
    const content =
      `<text:tracked-changes>${p('deleted')}</text:tracked-changes>` +
      p(
        `seen<text:note><text:note-citation>1</text:note-citation><text:note-body>${p('a note')}</text:note-body></text:note>` +
          `<text:span text:style-name="T1">unseen</text:span><draw:frame><draw:text-box>${p('boxed')}</draw:text-box></draw:frame>` +
          `<office:annotation><dc:creator xmlns:dc="d">Ann</dc:creator>${p('a comment')}</office:annotation>` +
          '<draw:frame><draw:image/><svg:desc>A cat on a mat</svg:desc></draw:frame>',
      )
    const pages = await pagesOf(odfFile({ body: 'text', content, automatic }), 'a.odt')
    expect(outline(pages)).toEqual(['paragraph: seen', 'note: a note', 'paragraph: boxed', 'note: a comment', 'caption: A cat on a mat'])
    expect(pages[0]!.dropped.invisible).toBe(6)
  })

  it('gives headers once, and the same from a flat file', async () => {
    const file: OdfFile = {
      body: 'text',
      content: p('body'),
      styles: `<office:master-styles><style:master-page><style:header>${p('Company')}</style:header><style:footer>${p('7')}</style:footer></style:master-page></office:master-styles>`,
    }
    expect(outline(await pagesOf(odfFile(file), 'a.odt'))).toEqual(['paragraph: body', 'note: Company'])
    expect(outline(await pagesOf(flatOdf(file), 'a.fodt'))).toEqual(['paragraph: body', 'note: Company'])
  })

  it('says what is wrong: a password, damage', async () => {
    const manifest = '<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>'
    const encrypted = odfFile({ body: 'text', content: '', manifest })
    await expect(read(encrypted, 'a.odt')).rejects.toMatchObject({ code: 'ingest.password_needed' })
    await expect(read(Buffer.from('no archive'), 'a.odt')).rejects.toMatchObject({ code: 'ingest.corrupt' })
  })
})

describe('OpenDocument sheets', () => {
  const cell = (text: string, attributes = ''): string => `<table:table-cell ${attributes}>${text && p(text)}</table:table-cell>`
  const row = (cells: string, attributes = ''): string => `<table:table-row ${attributes}>${cells}</table:table-row>`

  it('have their cells in place, whatever is repeated between them', async () => {
    const value = 'office:value-type="float" office:value="1"'
    const content =
      '<table:table table:name="A &amp; B" table:style-name="ta1">' +
      row(cell('', 'table:number-columns-repeated="2"') + cell('Month') + cell('Sales')) +
      row(cell('', 'table:number-columns-repeated="2"') + cell('May') + cell('1,000.00', value)) +
      row(cell('', 'table:number-columns-repeated="16384"'), 'table:number-rows-repeated="1000000"') +
      row(cell('', 'table:number-columns-repeated="2"') + cell('x', 'table:number-columns-repeated="2"')) +
      '</table:table><table:table table:name="Empty"/>'
    const pages = await pagesOf(odfFile({ body: 'spreadsheet', content }), 'a.ods')
    const [page] = pages
    expect(page).toMatchObject({ kind: 'cells', label: 'A & B', text: 'Month\tSales\nMay\t1,000.00\nx\tx' })
    expect(anchorOf(page!, page!.text.indexOf('1,000'), page!.text.indexOf('1,000') + 2)).toMatchObject({ sheet: 'A & B', range: 'D2' })
    expect(anchorOf(page!, page!.text.length - 1, page!.text.length)).toMatchObject({ range: 'D1000003' })
  })

  it('say what a tall cell says in each of its rows', async () => {
    const covered = '<table:covered-table-cell/>'
    const content = `<table:table table:name="S">${row(cell('Region') + cell('City'))}${row(cell('North', 'table:number-rows-spanned="2"') + cell('A'))}${row(covered + cell('B'))}${row(cell('South') + cell('C'))}</table:table>`
    const [page] = await pagesOf(odfFile({ body: 'spreadsheet', content }), 'a.ods')
    expect(page!.text).toBe('Region\tCity\nNorth\tA\nNorth\tB\nSouth\tC')
  })

  it('keep comments apart from their cells', async () => {
    const note = `<office:annotation><dc:date xmlns:dc="d">2024-01-01</dc:date>${p('a comment')}</office:annotation>`
    const content = `<table:table table:name="S">${row(`<table:table-cell>${note}${p('two')}${p('lines')}</table:table-cell>`)}</table:table>`
    const pages = await pagesOf(odfFile({ body: 'spreadsheet', content }), 'a.ods')
    expect(outline(pages)).toEqual(['table: two lines', 'note: a comment'])
  })
})

describe('OpenDocument slides', () => {
  it('have titles, shapes with places, and notes', async () => {
    const frame = (attributes: string, content: string): string =>
      `<draw:frame ${attributes}><draw:text-box>${content}</draw:text-box></draw:frame>`
    const content =
      '<draw:page draw:name="page1">' +
      frame('presentation:class="title" svg:x="1in" svg:y="72pt" svg:width="2.54cm" svg:height="0.5in"', p('锁的种类')) +
      `<draw:g><draw:custom-shape draw:transform="rotate (0.5) translate (10mm 2cm)" svg:width="1cm" svg:height="1cm">${p('in a group')}</draw:custom-shape></draw:g>` +
      `<presentation:notes>${frame('presentation:class="notes"', p('say it'))}${frame('presentation:class="page-number"', p('1'))}</presentation:notes>` +
      '</draw:page><draw:page draw:name="page2"/><draw:page draw:name="page3"><draw:frame><draw:image/></draw:frame></draw:page>'
    const styles =
      '<office:automatic-styles><style:page-layout><style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/></style:page-layout></office:automatic-styles>'
    const pages = await pagesOf(odfFile({ body: 'presentation', content, styles }), 'a.odp')
    expect(outline(pages)).toEqual(['heading 1: 锁的种类', 'paragraph: in a group', 'note: say it'])
    expect(pages.map(({ kind, label, status }) => ({ kind, label, status }))).toEqual([
      { kind: 'slide', label: '锁的种类', status: 'text' },
      { kind: 'slide', label: 'page2', status: 'blank' },
      { kind: 'slide', label: 'page3', status: 'failed' },
    ])
    expect(pages[0]!.width).toBeCloseTo(793.7, 1)
    expect(anchorOf(pages[0]!, 0, 4)).toMatchObject({ kind: 'slide', slide: 1, boxes: [[72, 72, 72, 36]] })
    expect(anchorOf(pages[0]!, 5, 7)).toMatchObject({ boxes: [[28.35, 56.69, 28.35, 28.35]] })
  })
})
