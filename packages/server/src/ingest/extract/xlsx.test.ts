import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../base/limits.ts'
import { anchorOf } from '../../library/anchors.ts'
import { chunkPage } from '../chunk/chunk.ts'
import { checkPage, outline, read } from '../testing/read.ts'
import { columnOf, sheetRow, type TestWorkbook, xlsxFile } from '../testing/xlsx-file.ts'
import type { ExtractedPage } from './types.ts'

async function pagesOf(workbook: TestWorkbook): Promise<ExtractedPage[]> {
  const { pages } = await read(xlsxFile(workbook), 'test.xlsx')
  pages.forEach(checkPage)
  return pages
}
const oneSheet = async (
  rows: string,
  more: Partial<TestWorkbook['sheets'][0]> = {},
  workbook: Partial<TestWorkbook> = {},
): Promise<ExtractedPage> => (await pagesOf({ ...workbook, sheets: [{ name: 'Data', rows, ...more }] }))[0]!

const rangeAt = (page: ExtractedPage, text: string): string => {
  const start = page.text.indexOf(text)
  const anchor = anchorOf(page, start, start + text.length)
  return anchor.kind === 'cells' ? `${anchor.sheet}!${anchor.range}` : anchor.kind
}

describe('cells', () => {
  it('say what they show: shared, rich and inline texts, truth values, errors, formulas, dates, formats', async () => {
    const rows =
      '<x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1" t="inlineStr"><x:is><x:r><x:t>rich </x:t></x:r><x:r><x:t>text</x:t></x:r><x:rPh><x:t>reading</x:t></x:rPh></x:is></x:c>' +
      '<x:c r="C1" t="b"><x:v>1</x:v></x:c><x:c r="D1" t="e"><x:v>#DIV/0!</x:v></x:c><x:c r="E1" t="str"><x:f>A1&amp;"b"</x:f><x:v>made_x000D_\nup</x:v></x:c></x:row>' +
      '<x:row r="2"><x:c r="A2" s="1"><x:v>45292</x:v></x:c><x:c r="B2" s="2"><x:v>0.256</x:v></x:c><x:c r="C2" s="3"><x:v>-1234.5</x:v></x:c><x:c r="D2" s="4"><x:v>1.75</x:v></x:c><x:c r="E2" s="5"><x:v>1.5</x:v></x:c></x:row>'
    const page = await oneSheet(
      rows,
      {},
      { strings: ['shared 文字'], formats: [14, '0.0%', '#,##0.00 "元";(#,##0.00)', '# ?/?', '[h]:mm'] },
    )
    expect(page).toMatchObject({ kind: 'cells', label: 'Data', status: 'text' })
    expect(page.text).toBe('shared 文字\trich text\tTRUE\t#DIV/0!\tmade up\n2024-01-01\t25.6%\t(1,234.50)\t1 3/4\t36:00')
    expect(rangeAt(page, '25.6%')).toBe('Data!B2')
    expect(rangeAt(page, 'TRUE\t#DIV/0!\tmade up\n2024-01-01')).toBe('Data!A1:E2')
  })

  it('count days from 1904 where the workbook does', async () => {
    const rows = '<x:row r="1"><x:c r="A1" s="1"><x:v>0</x:v></x:c></x:row>'
    expect((await oneSheet(rows, {}, { formats: ['yyyy/m/d'], date1904: true })).text).toBe('1904/1/1')
  })

  it('keep their place where the file leaves out references or breaks their order', async () => {
    const page = await oneSheet(
      '<x:row><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row><x:row r="5"><x:c r="C5"><x:v>5</x:v></x:c><x:c r="A5"><x:v>4</x:v></x:c></x:row>',
    )
    expect(page.text).toBe('1\t2\n4\t\t5')
    expect(rangeAt(page, '5')).toBe('Data!C5')
  })

  it('of merged ranges stand once with their span, and their text also in the rows they cover', async () => {
    const rows =
      sheetRow(1, ['Region', 'City', 'Sales']) + sheetRow(2, ['North', 'A', 1]) + sheetRow(3, ['', 'B', 2]) + sheetRow(4, ['South', 'C', 3])
    const page = await oneSheet(rows, { after: '<x:mergeCells><x:mergeCell ref="A2:A3"/></x:mergeCells>' })
    expect(page.text).toBe('Region\tCity\tSales\nNorth\tA\t1\nNorth\tB\t2\nSouth\tC\t3')
    expect(page.words!.filter(({ x }) => x === 0)).toMatchObject([{ y: 0 }, { y: 1, h: 2, w: 1 }, { y: 3 }])
    // The row as such, not the merged range above it.
    expect(rangeAt(page, 'B\t2')).toBe('Data!B3:C3')
  })
})

describe('tables of a sheet', () => {
  it('are told apart by empty rows; a title above is a heading, the header is found', async () => {
    const rows =
      sheetRow(1, ['Sales 2024']) +
      sheetRow(2, ['City', 'Amount']) +
      sheetRow(3, ['A', 10]) +
      sheetRow(4, ['B', 20]) +
      sheetRow(7, ['x', 1]) +
      sheetRow(8, ['y', 2])
    const page = await oneSheet(rows, { after: '<x:mergeCells><x:mergeCell ref="A1:B1"/></x:mergeCells>' })
    expect(outline([page])).toEqual(['heading 2: Sales 2024', 'table: City\tAmount\nA\t10\nB\t20', 'table: x\t1\ny\t2'])
    expect(page.blocks[1]).toMatchObject({ headerRows: 1, columns: ['City', 'Amount'] })
    expect(page.blocks[2]).toMatchObject({ headerRows: 0 })
    const { chunks } = chunkPage(page, [], { sizeTokens: 400, overlapTokens: 50, separators: [] })
    expect(chunks.map(({ heading }) => heading)).toEqual([['Data', 'Sales 2024', 'City\tAmount']])
  })

  it('beside each other are told apart when each has a header; an empty column alone parts nothing', async () => {
    const rows =
      sheetRow(1, ['Name', 'Age', '', 'City', 'Sales']) + sheetRow(2, ['Ann', 30, '', 'Rome', 5]) + sheetRow(3, ['Bob', 40, '', 'Oslo', 7])
    const page = await oneSheet(rows)
    expect(outline([page])).toEqual(['table: Name\tAge\nAnn\t30\nBob\t40', 'table: City\tSales\nRome\t5\nOslo\t7'])
    expect(rangeAt(page, 'Oslo\t7')).toBe('Data!D3:E3')
    const one = sheetRow(1, ['Name', 'Age', '', 'City']) + sheetRow(2, ['Ann', 30, '', 'Rome'])
    expect(outline([await oneSheet(one)])).toEqual(['table: Name\tAge\t\tCity\nAnn\t30\t\tRome'])
  })

  it('have the header that the file names: of a table, a filter or a frozen row', async () => {
    const rows = sheetRow(1, [2023, 2024]) + sheetRow(2, [1, 2])
    const table = { 'xl/tables/table1.xml': { xml: '<x:table ref="A1:B2" headerRowCount="1"/>' } }
    const byTable = await oneSheet(rows, { relations: [['t', 'table', '../tables/table1.xml']] }, { parts: table })
    const byFilter = await oneSheet(rows, { after: '<x:autoFilter ref="A1:B2"/>' })
    const byPane = await oneSheet(rows, {
      before: '<x:sheetViews><x:sheetView><x:pane ySplit="1" state="frozen"/></x:sheetView></x:sheetViews>',
    })
    for (const page of [byTable, byFilter, byPane]) expect(page.blocks[0]).toMatchObject({ headerRows: 1, columns: ['2023', '2024'] })
    expect((await oneSheet(rows)).blocks[0]).toMatchObject({ headerRows: 0 })
  })

  it('name columns through all rows of their header', async () => {
    const rows = sheetRow(1, ['Name', 'Marks', '']) + sheetRow(2, ['', 'first', 'second']) + sheetRow(3, ['Ann', 1, 2])
    const page = await oneSheet(rows, { after: '<x:mergeCells><x:mergeCell ref="A1:A2"/><x:mergeCell ref="B1:C1"/></x:mergeCells>' })
    expect(page.blocks[0]).toMatchObject({ headerRows: 2, columns: ['Name', 'Marks first', 'Marks second'] })
  })

  it('go on over pages, each naming its columns and sheet, each anchor its own rows', async () => {
    const count = 3000
    const rows = Array.from({ length: count }, (_, index) => sheetRow(index + 2, [`item ${index}`, index, 'words to fill the row']))
    const pages = await pagesOf({
      sheets: [
        { name: 'Big', rows: sheetRow(1, ['Name', 'Number', 'Text']) + rows.join('') },
        { name: 'Next', rows: sheetRow(1, ['end']) },
      ],
    })
    expect(pages.length).toBeGreaterThan(4)
    expect(pages.at(-1)).toMatchObject({ label: 'Next', text: 'end' })
    for (const page of pages.slice(0, -1)) {
      expect(page.label).toBe('Big')
      expect(page.text.length).toBeLessThanOrEqual(LIMITS.textPageChars)
      expect(page.blocks[0]).toMatchObject({ columns: ['Name', 'Number', 'Text'] })
    }
    const last = pages.at(-2)!
    expect(rangeAt(last, `item ${count - 1}\t${count - 1}`)).toBe(`Big!A${count + 1}:B${count + 1}`)
    const { chunks } = chunkPage(last, ['Big'], { sizeTokens: 400, overlapTokens: 50, separators: [] })
    for (const chunk of chunks) expect(chunk.heading).toEqual(['Big', 'Name\tNumber\tText'])
    const again = await read(xlsxFile({ sheets: [{ name: 'Big', rows: rows.join('') }] }), 'a.xlsx', 3)
    expect(again.pages[0]!.page).toBe(3)
  })
})

describe('what hangs on a sheet', () => {
  it('hidden sheets are marked, blank ones are blank pages', async () => {
    const pages = await pagesOf({
      sheets: [
        { name: 'A', rows: '' },
        { name: 'B', rows: sheetRow(1, ['secret']), state: 'hidden' },
      ],
    })
    expect(pages[0]).toMatchObject({ label: 'A', status: 'blank', text: '' })
    expect(pages[1]!.blocks).toMatchObject([{ hidden: true }])
  })

  it('comments, charts and text boxes name the cells they belong to', async () => {
    const parts = {
      'xl/comments1.xml': {
        xml: '<x:comments><x:authors><x:author>Li</x:author><x:author>tc=1</x:author></x:authors><x:commentList><x:comment ref="B2" authorId="0"><x:text><x:r><x:t>check this</x:t></x:r></x:text></x:comment><x:comment ref="A1" authorId="1"><x:text><x:t>[Threaded comment]</x:t></x:text></x:comment></x:commentList></x:comments>',
      },
      'xl/threadedComments/threadedComment1.xml': {
        xml: '<xtc:ThreadedComments><xtc:threadedComment ref="A1" personId="p1"><xtc:text>a thread</xtc:text></xtc:threadedComment></xtc:ThreadedComments>',
      },
      'xl/persons/person.xml': { xml: '<xtc:personList><xtc:person id="p1" displayName="Wang"/></xtc:personList>' },
      'xl/drawings/drawing1.xml': {
        xml:
          '<xdr:wsDr><xdr:twoCellAnchor><xdr:from><xdr:col>3</xdr:col><xdr:row>4</xdr:row></xdr:from><xdr:to><xdr:col>6</xdr:col><xdr:row>9</xdr:row></xdr:to><xdr:graphicFrame><a:graphic><a:graphicData><c:chart r:id="c"/></a:graphicData></a:graphic></xdr:graphicFrame></xdr:twoCellAnchor>' +
          '<xdr:oneCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:row>20</xdr:row></xdr:from><xdr:sp><xdr:txBody><a:p><a:r><a:t>a box</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:oneCellAnchor></xdr:wsDr>',
        relations: [['c', 'chart', '../charts/chart1.xml']] as const,
      },
      'xl/charts/chart1.xml': {
        xml: '<c:chartSpace><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Growth</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Sum</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>Q1</c:v></c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:formatCode>0%</c:formatCode><c:pt idx="0"><c:v>0.5</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>',
      },
    }
    const page = await oneSheet(
      sheetRow(1, ['a', 'b']) + sheetRow(2, [1, 2]),
      {
        relations: [
          ['k', 'comments', '../comments1.xml'],
          ['t', 'threadedComment', '../threadedComments/threadedComment1.xml'],
          ['d', 'drawing', '../drawings/drawing1.xml'],
        ],
      },
      { parts, relations: [['p', 'person', 'persons/person.xml']] },
    )
    expect(outline([page])).toEqual([
      'table: a\tb\n1\t2',
      'note: Wang: a thread',
      'note: Li: check this',
      'caption: Growth',
      'table: \tSum\nQ1\t50%',
      'paragraph: a box',
    ])
    expect(rangeAt(page, 'check this')).toBe('Data!B2')
    expect(rangeAt(page, 'Growth')).toBe('Data!D5:G10')
    expect(rangeAt(page, 'a box')).toBe('Data!A21')
  })
})

describe('any sheet', () => {
  it('every cell with text has its place, its text, and the anchor of its own reference', async () => {
    const seed = Number(process.env.ZHIKU_TEST_SEED ?? Date.now() % 1_000_000)
    let state = seed
    const random = (below: number): number => (state = (state * 1103515245 + 12345) % 2147483648) % below
    for (let round = 0; round < 40; round++) {
      const texts = new Map<string, string>()
      for (let index = random(60); index >= 0; index--) texts.set(`${random(50)}/${random(30)}`, `c${random(1000)} 值`)
      const byRow = Map.groupBy([...texts], ([place]) => Number(place.split('/')[0]))
      const rows = [...byRow]
        .toSorted((a, b) => a[0] - b[0])
        .map(
          ([row, list]) =>
            `<x:row r="${row + 1}">${list
              .map(([place, text]) => [Number(place.split('/')[1]), text] as const)
              .toSorted((a, b) => a[0] - b[0])
              .map(([column, text]) => `<x:c r="${columnOf(column)}${row + 1}" t="inlineStr"><x:is><x:t>${text}</x:t></x:is></x:c>`)
              .join('')}</x:row>`,
        )
      const page = await oneSheet(rows.join(''))
      expect(page.words, `seed ${seed}`).toHaveLength(texts.size)
      for (const word of page.words!) {
        const [row, column] = [word.y, word.x]
        expect(page.text.slice(word.start, word.end), `seed ${seed}`).toBe(texts.get(`${row}/${column}`))
        expect(anchorOf(page, word.start, word.end)).toMatchObject({ kind: 'cells', range: `${columnOf(column)}${row + 1}` })
      }
    }
  })
})

describe('a bad workbook', () => {
  it('ends typed, or is read as far as it goes', async () => {
    await expect(read(xlsxFile({ sheets: [] }).slice(0, 200), 'a.xlsx')).rejects.toMatchObject({ code: 'ingest.corrupt' })
    const deep = oneSheet('<x:row r="1"><x:c r="A1" t="inlineStr">' + '<x:is>'.repeat(1000))
    await expect(deep).rejects.toMatchObject({ code: 'ingest.nesting_limit' })
    const cut = await oneSheet(`${sheetRow(1, ['kept'])}<x:row r="2"><x:c r="A2"><x:v>1</x`)
    expect(cut.text).toContain('kept')
  })

  it('with cells far out or merged over everything costs no more than its text', async () => {
    const page = await oneSheet(sheetRow(1, ['first']) + '<x:row r="1048576"><x:c r="XFD1048576" t="str"><x:v>far</x:v></x:c></x:row>', {
      after: '<x:mergeCells><x:mergeCell ref="A1:XFD1048575"/></x:mergeCells>',
    })
    expect(page.text).toBe('first\nfar')
    expect(rangeAt(page, 'far')).toBe('Data!XFD1048576')
  })
})
