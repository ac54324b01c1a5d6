import { describe, expect, it } from 'vitest'
import { type DocFile, docFile, ENDS_ROW, IN_TABLE, listLevel, listOf, OUTLINE_3 } from '../testing/doc-file.ts'
import { compoundFile } from '../testing/compound-file.ts'
import { checkPage, outline, read } from '../testing/read.ts'

async function pagesOf(file: DocFile) {
  const { pages } = await read(docFile(file), 'old.doc')
  pages.forEach(checkPage)
  return pages
}
const outlineOf = async (file: DocFile): Promise<string[]> => outline(await pagesOf(file))

describe('Word 97-2003', () => {
  it('has headings by the number of their style, by its outline level, and by their own', async () => {
    const paragraphs = [
      { text: '数据库的锁', style: 1 },
      { text: '悲观锁假定冲突。\v第二行' },
      { text: 'Own style', style: 10 },
      { text: 'Own level', properties: [OUTLINE_3] },
    ]
    expect(await outlineOf({ paragraphs })).toEqual([
      'heading 1: 数据库的锁',
      'paragraph: 悲观锁假定冲突。\n第二行',
      'heading 2: Own style',
      'heading 3: Own level',
    ])
  })

  it('keeps tables by their cell and row marks, and lists with their depth', async () => {
    const cell = (text: string) => ({ text: `${text}\u0007`, properties: [IN_TABLE] })
    const row = { text: '\u0007', properties: [IN_TABLE, ENDS_ROW] }
    const paragraphs = [
      { text: 'before' },
      cell('a'),
      { text: 'two', properties: [IN_TABLE] },
      cell('lines'),
      row,
      cell(''),
      cell('d'),
      row,
      { text: 'item', properties: [listOf(1), listLevel(1)] },
    ]
    expect(await outlineOf({ paragraphs })).toEqual(['paragraph: before', 'table: a\ttwo lines\n\td', 'list-item 1: item'])
  })

  it('numbers lists and headings as Word does', async () => {
    const lists = [
      [
        { format: 39, template: '第\0条' },
        { format: 0, template: '\0.\u0001)', start: 3 },
      ],
      [{ format: 23, template: '\uf0b7' }],
    ]
    const item = (text: string, level = 0, list = 1) => ({ text, properties: [listOf(list), listLevel(level)] })
    const heading = { text: 'Heading', style: 2, properties: [listOf(1), listLevel(0)] }
    const paragraphs = [item('one'), item('deeper', 1), item('more', 1), item('two'), item('again', 1), item('dot', 0, 2), heading]
    expect(await outlineOf({ paragraphs, lists })).toEqual([
      'list-item 0: 第一条 one',
      'list-item 1: 一.3) deeper',
      'list-item 1: 一.4) more',
      'list-item 0: 第二条 two',
      'list-item 1: 二.3) again',
      'list-item 0: • dot',
      'heading 2: 第三条 Heading',
    ])
  })

  it('shows the result of a field, not its code, and no marks of pictures or notes', async () => {
    const text = 'see \u0013 HYPERLINK "http://x.y" \u0014the \u0013 PAGE \u00147\u0015 page\u0015 \u0001\u0002now'
    expect(await outlineOf({ paragraphs: [{ text }] })).toEqual(['paragraph: see the 7 page now'])
  })

  it('leaves out what is hidden, and counts it; what is deleted is gone', async () => {
    const paragraphs = [{ text: 'seen unseen seen' }]
    const hidden = await pagesOf({ paragraphs, marked: { from: 5, to: 12, code: 0x083c } })
    expect(outline(hidden)).toEqual(['paragraph: seen seen'])
    expect(hidden[0]!.dropped.invisible).toBe(7)
    const deleted = await pagesOf({ paragraphs, marked: { from: 5, to: 12, code: 0x0800 } })
    expect([outline(deleted), deleted[0]!.dropped.invisible]).toEqual([['paragraph: seen seen'], 0])
  })

  it('gives notes and headers once, after the body, and reads narrow characters', async () => {
    const file = { paragraphs: [{ text: 'caf\u00e9' }], footnotes: 'a note', header: 'Company', narrow: true }
    expect(await outlineOf(file)).toEqual(['paragraph: café', 'note: a note', 'note: Company'])
  })

  it('says what is wrong: a password, an older Word, damage', async () => {
    const encrypted = docFile({ paragraphs: [{ text: 'x' }], encrypted: true })
    await expect(read(encrypted, 'a.doc')).rejects.toMatchObject({ code: 'ingest.password_needed' })
    const old = compoundFile({ WordDocument: Buffer.concat([Buffer.from([0xdc, 0xa5]), Buffer.alloc(5000)]) })
    await expect(read(old, 'a.doc')).rejects.toMatchObject({ code: 'ingest.unsupported_document' })
    await expect(read(compoundFile({ WordDocument: Buffer.alloc(10) }), 'a.doc')).rejects.toMatchObject({ code: 'ingest.corrupt' })
    await expect(read(Buffer.from('just a text'), 'a.doc')).rejects.toMatchObject({ code: 'ingest.corrupt' })
  })
})
