import { describe, expect, it } from 'vitest'
import { checkPage, outline, read } from '../testing/read.ts'

async function pagesOf(rtf: string | Uint8Array) {
  const { pages } = await read(typeof rtf === 'string' ? Buffer.from(rtf, 'latin1') : rtf, 'a.rtf')
  pages.forEach(checkPage)
  return pages
}
const outlineOf = async (content: string): Promise<string[]> => outline(await pagesOf(`{\\rtf1\\ansi ${content}}`))

describe('characters of RTF', () => {
  it('are those of the code page of their font, else of the document', async () => {
    const fonts =
      "{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset134 \\'cb\\'ce\\'cc\\'e5;}{\\f2\\fcharset128 MS;}{\\f3\\fcharset204 Times;}}"
    const text = "caf\\'e9 {\\f1 \\'ca\\'fd\\'be\\'dd\\'bf\\'e2} {\\f2 \\'83\\'65\\'83X\\'83g} {\\f3 \\'cf\\'f0}"
    expect(await outlineOf(`${fonts}${text}`)).toEqual(['paragraph: café 数据库 テスト Пр'])
    expect(await outlineOf("\\ansicpg936 \\'cb\\'f8\\f0 \\'cb\\'f8")).toEqual(['paragraph: 锁锁'])
  })

  it('of Unicode come with substitutes, which are skipped', async () => {
    expect(await outlineOf("\\u38145?\\u-25926\\'3f{\\uc2\\u24754\\'b1\\'af}\\uc0\\u35266 x")).toEqual(['paragraph: 锁骺悲观x'])
    expect(await outlineOf('\\u55357?\\u56832? \\u55357? lone')).toEqual(['paragraph: 😀 \uFFFD lone'])
  })

  it('that programs write as UTF-8 though they must not are read as such', async () => {
    expect(outline(await pagesOf(Buffer.from('{\\rtf1\\ansi 数据库\\par}')))).toEqual(['paragraph: 数据库'])
  })

  it('have names for some', async () => {
    expect(await outlineOf('a\\tab b\\line c\\~d\\_e\\-f \\ldblquote x\\rdblquote\\emdash\\{\\}\\\\')).toEqual([
      'paragraph: a\tb\nc d-ef “x”—{}\\',
    ])
  })
})

describe('RTF', () => {
  it('has headings by outline level and by style, and lists with their marks', async () => {
    const styles = '{\\stylesheet{\\s0 Normal;}{\\s1\\outlinelevel0 Any name;}{\\s2 heading 2;}}'
    const text =
      '\\pard\\s1 One\\par\\pard\\s2 Two\\par\\pard\\outlinelevel2 Three\\par\\pard text\\par' +
      '\\pard{\\listtext\\pard 1.\\tab}\\ls1 first\\par{\\listtext\\pard \\u61623?\\tab}\\ls1\\ilvl1 dot\\par\\pard {\\pntext a)\\tab}{\\*\\pn\\pnlvlblt}old\\par' +
      '\\pard \\bullet \\tab typed\\par'
    expect(await outlineOf(styles + text)).toEqual([
      'heading 1: One',
      'heading 2: Two',
      'heading 3: Three',
      'paragraph: text',
      'list-item 0: 1. first',
      'list-item 1: • dot',
      'list-item 0: a) old',
      'list-item 0: • typed',
    ])
  })

  it('has tables with header rows', async () => {
    const row = (cells: string, header = ''): string => `\\trowd${header}\\cellx1000\\cellx2000\\pard\\intbl ${cells}\\row`
    const [page] = await pagesOf(
      `{\\rtf1 before\\par${row('a\\cell b\\cell', '\\trhdr')}${row('1\\par 2\\cell {3}\\cell')}\\pard after\\par}`,
    )
    expect(outline([page!])).toEqual(['paragraph: before', 'table: a\tb\n1 2\t3', 'paragraph: after'])
    expect(page!.blocks[1]).toMatchObject({ headerRows: 1 })
  })

  it('leaves out settings, pictures, codes of fields and hidden text; notes and headers follow', async () => {
    const content =
      '{\\info{\\title no}}{\\*\\generator none;}{\\header Company\\par}{\\footer \\chpgn 7\\par}' +
      'A{\\field{\\*\\fldinst HYPERLINK "x"}{\\fldrslt link}}{\\pict\\pngblip 89504e47}{\\*\\shppict{\\pict 00}}{\\*\\unknown gone}' +
      '{\\v hidden}{\\footnote\\pard\\plain \\chftn  a note}{\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv 1}}{\\shptxt boxed}}} end\\par'
    const pages = await pagesOf(`{\\rtf1\\ansi ${content}}`)
    expect(outline(pages)).toEqual(['paragraph: Alinkboxed end', 'note: a note', 'note: Company'])
    expect(pages[0]!.dropped.invisible).toBe(6)
  })

  it('skips raw bytes, and survives groups that do not match', async () => {
    const raw = Buffer.concat([Buffer.from('{\\rtf1 a{\\pict\\bin5 '), Buffer.from('}{\\\\}'), Buffer.from('}b\\par')])
    expect(outline(await pagesOf(raw))).toEqual(['paragraph: ab'])
    expect(await outlineOf('one}two')).toEqual(['paragraph: one'])
    await expect(pagesOf(`{\\rtf1 ${'{'.repeat(5000)}x`)).rejects.toMatchObject({ code: 'ingest.nesting_limit' })
    await expect(read(Buffer.from('no rtf'), 'a.rtf')).rejects.toMatchObject({ code: 'ingest.corrupt' })
  })
})
