import { describe, expect, it } from 'vitest'
import { checkPage, outline, read } from '../testing/read.ts'
import { decodeText } from './charset.ts'
import { cutIntoPages } from './pages.ts'

const CHINESE = '数据库的锁分为悲观锁和乐观锁，它们解决的是并发写入的问题。'
/** The same sentence in GBK, from the decoder's own table: every two-byte code is tried once. */
function encode(text: string, charset: 'gb18030' | 'big5' | 'shift_jis' | 'euc-kr' | 'euc-jp'): Uint8Array {
  const decoder = new TextDecoder(charset)
  const codes = new Map<string, [number, number]>()
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail))
      if (character.length === 1 && character !== '\uFFFD' && !codes.has(character)) codes.set(character, [lead, trail])
    }
  }
  return Uint8Array.from(
    Array.from(text).flatMap((character) => (character < '\u0080' ? [character.charCodeAt(0)] : codes.get(character)!)),
  )
}

describe('charset', () => {
  it('of East Asian texts is found, also of short ones', () => {
    for (const length of [4, 6, 12, CHINESE.length])
      expect(decodeText(encode(CHINESE.slice(0, length), 'gb18030'))).toMatchObject({ text: CHINESE.slice(0, length) })
    for (const [charset, text] of [
      ['big5', '政府資訊科技總監辦公室和平等機會委員會合辦無障礙網頁嘉許計劃'],
      ['shift_jis', 'コンピューターは、本質的には数字しか扱うことができません。'],
      ['euc-jp', '英語は他の多くのヨーロッパ言語が持っている名詞の格変化を失ったため、文中の格関係が'],
      ['euc-kr', '기본적으로 컴퓨터는 숫자만 처리합니다. 글자나 다른 문자에도 숫자를 지정'],
    ] as const)
      expect(decodeText(encode(text, charset))).toEqual({ text, charset })
  })

  it('of short Chinese texts is not taken for Korean, and the other way round', () => {
    // All of these use the first half of the common characters alone, as Korean does.
    for (const text of ['东北电气', '报告期末', '持股情况', '人民币', '不可打开', '法人股东', '表决权恢复'])
      expect(decodeText(encode(text, 'gb18030'))).toEqual({ text, charset: 'gb18030' })
    for (const text of ['대한민국', '안녕하세요', '회의 자료', '기본적으로'])
      expect(decodeText(encode(text, 'euc-kr'))).toEqual({ text, charset: 'euc-kr' })
  })

  it('of Unicode forms is found, with and without a mark', () => {
    const text = 'Ein Satz über Äpfel, and 中文 too.'
    const utf16le = Buffer.from(text, 'utf16le')
    const utf16be = Buffer.from(text, 'utf16le').swap16()
    const utf32 = Buffer.concat(
      Array.from(text).map((character) => {
        const four = Buffer.alloc(4)
        four.writeUInt32LE(character.codePointAt(0)!)
        return four
      }),
    )
    for (const bytes of [
      Buffer.from(text),
      Buffer.from(`\uFEFF${text}`),
      utf16le,
      utf16be,
      Buffer.concat([Buffer.from([0xff, 0xfe]), utf16le]),
      utf32,
    ])
      expect(decodeText(bytes).text).toBe(text)
  })

  it('of ISO-2022-JP is found though its bytes are ASCII', () => {
    expect(decodeText(Buffer.from('\x1b$B4A;z\x1b(B', 'latin1'))).toEqual({ text: '漢字', charset: 'iso-2022-jp' })
  })

  it('of seven-bit Chinese and Korean is found by its shifts', () => {
    const low = (text: string, charset: 'gb18030' | 'euc-kr'): string =>
      Buffer.from(encode(text, charset).map((byte) => byte & 0x7f)).toString('latin1')
    const decoded = (latin1: string) => decodeText(Buffer.from(latin1, 'latin1'))
    const cn = `\x1b$)A\x0e${low('锁分为两种', 'gb18030')}\x0f ok\n\x0e${low('后一行', 'gb18030')}\n plain`
    expect(decoded(cn)).toEqual({ text: '锁分为两种 ok\n后一行\n plain', charset: 'iso-2022-cn' })
    expect(decoded(`\x1b$)C\x0e${low('한글', 'euc-kr')}\x0f.`)).toEqual({ text: '한글.', charset: 'iso-2022-kr' })
    expect(decoded(`a ~~ ~{${low('悲观锁和', 'gb18030')}~} b`)).toEqual({ text: 'a ~ 悲观锁和 b', charset: 'hz-gb-2312' })
    expect(decoded('f = ~{x} and ~{ab~} in ~/bin').charset).toBe('utf-8')
  })

  it('forgives a few bad bytes in UTF-8', () => {
    expect(decodeText(Buffer.concat([Buffer.from(CHINESE), Buffer.from([0xff]), Buffer.from('完')])).text).toBe(`${CHINESE} 完`)
  })

  it('refuses what is no text', () => {
    const noise = Uint8Array.from({ length: 4000 }, (_, index) => (index * 7919 + (index >> 3) * 31) & 0xff)
    expect(() => decodeText(noise)).toThrow(expect.objectContaining({ code: 'ingest.unsupported_binary' }) as Error)
    expect(() => decodeText(new Uint8Array(100))).toThrow(expect.objectContaining({ code: 'ingest.unsupported_binary' }) as Error)
  })
})

describe('plain text', () => {
  it('is parted at blank lines, lines stay lines', async () => {
    const { pages } = await read(Buffer.from('first\r\n  line\r\n \r\n\r\nsecond\t\n'), 'a.txt')
    pages.forEach(checkPage)
    expect(outline(pages)).toEqual(['paragraph: first\n  line', 'paragraph: second'])
  })

  it('has headings only where a line can be nothing else', async () => {
    const { pages } = await read(Buffer.from('第一章 总则\n\n为了规范管理，制定本办法。\n\nChapter 2\n\n第一，要快。'), 'a.txt')
    expect(outline(pages)).toEqual([
      'heading 2: 第一章 总则',
      'paragraph: 为了规范管理，制定本办法。',
      'heading 2: Chapter 2',
      'paragraph: 第一，要快。',
    ])
  })

  it('of nothing but NUL and white space is empty', async () => {
    expect((await read(Buffer.from('\0\0 \r\n\0'), 'a.txt')).pages).toEqual([])
  })

  it('loses characters that nobody sees and no database takes', async () => {
    const { pages } = await read(Buffer.from(`a\u200bb\u202ec\u{E0041}d\u0001e ${'word '.repeat(40)}`), 'a.txt')
    expect(pages[0]!.text).toMatch(/^abcde word/)
  })
})

describe('pages of a text document', () => {
  const paragraphs = (count: number, chars: number) =>
    Array.from({ length: count }, (_, index) => ({ kind: 'paragraph' as const, text: String(index % 10).repeat(chars) }))

  it('end at block borders, near the wished length', () => {
    const pages = cutIntoPages(paragraphs(50, 100), 'x', 1000)
    pages.forEach(checkPage)
    expect(pages.length).toBeGreaterThan(3)
    for (const page of pages.slice(0, -1)) expect(page.text.length).toBeGreaterThan(600)
    for (const page of pages) expect(page.text.length).toBeLessThanOrEqual(1250)
    expect(pages.flatMap((page) => page.blocks.map((block) => block.end - block.start))).toEqual(Array.from({ length: 50 }, () => 100))
  })

  it('begin with a heading where one comes in time, and never end with one', () => {
    const heading = { kind: 'heading' as const, level: 1, text: 'Heading' }
    const early = cutIntoPages([...paragraphs(7, 100), heading, ...paragraphs(7, 100)], 'x', 1000)
    expect(early[1]!.blocks[0]!.kind).toBe('heading')
    const late = cutIntoPages([...paragraphs(5, 100), heading, { kind: 'paragraph', text: 'y'.repeat(800) }], 'x', 1000)
    expect(late.map((page) => page.blocks.map((block) => block.kind))).toEqual([
      Array.from({ length: 5 }, () => 'paragraph'),
      ['heading', 'paragraph'],
    ])
    late.forEach(checkPage)
  })

  it('cut a block that is longer than a page, tables between rows', () => {
    const long = cutIntoPages([{ kind: 'paragraph', text: 'A sentence. '.repeat(400).trim() }], 'x', 1000)
    long.forEach(checkPage)
    expect(long.every((page) => page.text.length <= 1250 && page.text.trimEnd().endsWith('.'))).toBe(true)
    const rows = Array.from(
      { length: 200 },
      (_, index) =>
        [
          [index * 20, index * 20 + 9],
          [index * 20 + 10, index * 20 + 19],
        ] as [number, number][],
    )
    const table = cutIntoPages([{ kind: 'table', text: 'aaaaaaaaa\tbbbbbbbbb\n'.repeat(200).trim(), rows, headerRows: 1 }], 'x', 1000)
    table.forEach(checkPage)
    expect(table.reduce((sum, page) => sum + page.blocks[0]!.rows!.length, 0)).toBe(200)
    expect(table.map((page) => page.blocks[0]!.headerRows)).toEqual([1, ...table.slice(1).map(() => 0)])
  })
})
