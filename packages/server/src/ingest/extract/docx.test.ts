import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { isAppError } from '../../base/fail.ts'
import { cell, docxFile, type DocxParts, paragraph, row, run, table } from '../testing/docx-file.ts'
import { checkPage, outline, read } from '../testing/read.ts'

async function outlineOf(parts: DocxParts): Promise<string[]> {
  const { pages } = await read(docxFile(parts), 'test.docx')
  pages.forEach(checkPage)
  return outline(pages)
}

const level = (at: number, format: string, text: string, more = ''): string =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/>${more}<w:lvlText w:val="${text}"/></w:lvl>`
const NUMBERING =
  `<w:abstractNum w:abstractNumId="0">${level(0, 'decimal', '%1.')}${level(1, 'lowerLetter', '%2)')}</w:abstractNum>` +
  `<w:abstractNum w:abstractNumId="1">${level(0, 'chineseCounting', '第%1章', '<w:pStyle w:val="Heading1"/>')}${level(1, 'decimal', '%1.%2', '<w:isLgl/><w:pStyle w:val="Heading2"/>')}</w:abstractNum>` +
  `<w:abstractNum w:abstractNumId="2">${level(0, 'bullet', '\uF0B7')}</w:abstractNum>` +
  '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>' +
  '<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>'
const STYLES =
  '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>' +
  '<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="2"/></w:numPr><w:outlineLvl w:val="1"/></w:pPr></w:style>' +
  '<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="My own heading"/><w:basedOn w:val="Plain"/></w:style>' +
  '<w:style w:type="paragraph" w:styleId="Plain"><w:name w:val="标题 3"/></w:style>'
const numbered = (value: string, num: number, at = 0): string =>
  paragraph(value, `<w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${num}"/></w:numPr>`)
const styled = (value: string, style: string): string => paragraph(value, `<w:pStyle w:val="${style}"/>`)

describe('paragraphs of a Word file', () => {
  it('are read with tabs, breaks, links and fields, in both editions of the format', async () => {
    const body =
      paragraph(`${run('one')}<w:r><w:tab/></w:r>${run('two')}<w:r><w:br/></w:r>${run('three')}`) +
      paragraph(`${run('see ')}<w:hyperlink r:id="x">${run('the page')}</w:hyperlink>`) +
      paragraph(
        `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${run('7')}<w:r><w:fldChar w:fldCharType="end"/></w:r>`,
      )
    const expected = ['paragraph: one\ttwo\nthree', 'paragraph: see the page', 'paragraph: 7']
    expect(await outlineOf({ body })).toEqual(expected)
    expect(await outlineOf({ body, strict: true })).toEqual(expected)
  })

  it('keep inserted text and leave out deleted and hidden text', async () => {
    const body = paragraph(
      `${run('kept')}<w:ins>${run(' inserted')}</w:ins><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>${run(' secret', '<w:vanish/>')}`,
    )
    const { pages } = await read(docxFile({ body }), 'a.docx')
    expect(outline(pages)).toEqual(['paragraph: kept inserted'])
    expect(pages[0]!.dropped.invisible).toBe(6)
  })

  it('keep a formula as a line of text', async () => {
    const fraction =
      '<m:oMath><m:r><m:t>x=</m:t></m:r><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>'
    expect(await outlineOf({ body: paragraph(`${run('where')}${fraction}${run('holds')}`) })).toEqual(['paragraph: where x=(a+b)/2 holds'])
  })
})

describe('headings and lists', () => {
  it('carry the numbers the document shows', async () => {
    const body =
      styled('总则', 'Heading1') +
      styled('目的', 'Heading2') +
      styled('范围', 'Heading2') +
      styled('附则', 'Heading1') +
      styled('解释', 'Heading2') +
      numbered('wash', 1) +
      numbered('peel', 1, 1) +
      numbered('core', 1, 1) +
      numbered('', 1) +
      numbered('cook', 1) +
      numbered('serve', 4) +
      numbered('eat', 4) +
      numbered('note', 3)
    expect(await outlineOf({ body, parts: { styles: STYLES, numbering: NUMBERING } })).toEqual([
      'heading 1: 第一章 总则',
      'heading 2: 1.1 目的',
      'heading 2: 1.2 范围',
      'heading 1: 第二章 附则',
      'heading 2: 2.1 解释',
      'list-item 0: 1. wash',
      'list-item 1: a) peel',
      'list-item 1: b) core',
      // The empty paragraph was number 2.
      'list-item 0: 3. cook',
      'list-item 0: 7. serve',
      'list-item 0: 8. eat',
      'list-item 0: • note',
    ])
  })

  it('are found by inherited and translated style names', async () => {
    expect(await outlineOf({ body: styled('小结', 'Own'), parts: { styles: STYLES } })).toEqual(['heading 3: 小结'])
  })
})

describe('tables', () => {
  it('keep cells, header rows and merged cells in their columns', async () => {
    const body = table([
      row([cell('Name'), cell('2023'), cell('2024')], '<w:tblHeader/>'),
      row([cell('Sales', '<w:vMerge w:val="restart"/>'), cell('both', '<w:gridSpan w:val="2"/>')]),
      row([cell('', '<w:vMerge/>'), cell('1'), cell('2')]),
    ])
    const { pages } = await read(docxFile({ body }), 'a.docx')
    const block = pages[0]!.blocks[0]!
    expect(block).toMatchObject({ kind: 'table', headerRows: 1 })
    expect(block.rows!.map((cells) => cells.map(([start, end]) => pages[0]!.text.slice(start, end)))).toEqual([
      ['Name', '2023', '2024'],
      ['Sales', 'both', ''],
      // The merged cell holds for this row too.
      ['Sales', '1', '2'],
    ])
  })

  it('of one cell are frames around text, tables in cells part of the cell', async () => {
    const body =
      table([row([cell(paragraph('in a frame') + paragraph('second line'))])]) +
      table([row([cell('a'), cell(table([row([cell('b'), cell('c')])]))])])
    expect(await outlineOf({ body })).toEqual(['paragraph: in a frame', 'paragraph: second line', 'table: a\tb c'])
  })
})

describe('what hangs on the text', () => {
  it('notes and comments follow their paragraph, headers and footers come once at the end', async () => {
    const note = (id: number, value: string): string => `<w:footnote w:id="${id}">${paragraph(value)}</w:footnote>`
    const parts = {
      footnotes: `<w:footnote w:id="-1" w:type="separator">${paragraph('----')}</w:footnote>${note(1, 'the note')}`,
      comments: `<w:comment w:id="5">${paragraph('a remark')}</w:comment>`,
      header1: paragraph('Company report'),
      header2: paragraph('Company report'),
      footer1: paragraph('12'),
    }
    const body =
      paragraph(`${run('text')}<w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:commentReference w:id="5"/></w:r>`) + paragraph('more')
    expect(await outlineOf({ body, parts })).toEqual([
      'paragraph: text',
      'note: the note',
      'note: a remark',
      'paragraph: more',
      'note: Company report',
    ])
  })

  it('text boxes are read once, whichever of the two drawings the file offers', async () => {
    const box = `<w:txbxContent>${paragraph('in the box')}</w:txbxContent>`
    const drawing = `<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>${box}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>${box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>`
    expect(await outlineOf({ body: paragraph(`${run('around')}<w:r>${drawing}</w:r>`) })).toEqual([
      'paragraph: around',
      'paragraph: in the box',
    ])
  })
})

describe('a bad Word file', () => {
  const entry = (content: Uint8Array): Uint8Array => zipSync({ 'word/document.xml': content }, { level: 1 })

  it('ends typed: no ZIP, no main part, no body', async () => {
    await expect(read(Buffer.from('plain text'), 'a.docx')).rejects.toMatchObject({ code: 'ingest.corrupt' })
    await expect(read(zipSync({ 'other.xml': new Uint8Array(3) }), 'a.docx')).rejects.toMatchObject({ code: 'ingest.corrupt' })
    await expect(read(entry(Buffer.from('<nothing/>')), 'a.docx')).rejects.toMatchObject({ code: 'ingest.corrupt' })
  })

  it('is not unpacked when it is a bomb, whatever size it claims', async () => {
    const bomb = entry(new Uint8Array(70 * 2 ** 20))
    await expect(read(bomb, 'a.docx')).rejects.toMatchObject({ code: 'ingest.unpacked_limit' })
    await expect(read(entry(new Uint8Array(8 * 2 ** 20)), 'a.docx')).rejects.toMatchObject({
      code: 'ingest.unpacked_limit',
      params: { limit: '1:200' },
    })
    const lying = Buffer.from(bomb)
    // Sizes in the central directory, 24 bytes after its signature.
    lying.writeUInt32LE(1000, lying.indexOf(Buffer.from('PK\x01\x02', 'latin1')) + 24)
    const code = await read(lying, 'a.docx').then(
      () => 'read',
      (error: unknown) => (isAppError(error) ? error.code : String(error)),
    )
    expect(['ingest.corrupt', 'ingest.unpacked_limit', 'ingest.unknown_charset']).toContain(code)
  })

  it('is refused when it nests too deeply, and opens nothing for an entity', async () => {
    await expect(read(docxFile({ body: '<w:sdt>'.repeat(20_000) }), 'a.docx')).rejects.toMatchObject({ code: 'ingest.nesting_limit' })
    const external = `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>a &x; b</w:t></w:r></w:p></w:body></w:document>`
    const { pages } = await read(entry(Buffer.from(external)), 'a.docx')
    expect(pages[0]!.text).toBe('a  b')
  })
})
