import { describe, expect, it } from 'vitest'
import { anchorOf } from '../../library/anchors.ts'
import { checkPage, outline, read } from '../testing/read.ts'
import { delimiterOf, records } from './csv/records.ts'
import type { ExtractedPage } from './types.ts'

async function pagesOf(text: string | Uint8Array, name = 'test.csv'): Promise<ExtractedPage[]> {
  const { pages } = await read(typeof text === 'string' ? Buffer.from(text) : text, name)
  pages.forEach(checkPage)
  return pages
}
const recordsOf = (text: string, pieces = 1): string[][] => {
  const size = Math.ceil(text.length / pieces)
  return [
    ...records(
      Array.from({ length: pieces }, (_, index) => text.slice(index * size, (index + 1) * size)),
      ',',
    ),
  ]
}

describe('records', () => {
  it('know quotes, doubled quotes, breaks inside of quotes and all line ends', () => {
    expect(recordsOf('a,"b, ""c""",d\r\n"two\nlines",,\re\n')).toEqual([['a', 'b, "c"', 'd'], ['two\nlines', '', ''], ['e']])
    expect(recordsOf('a,b"c,d\n')).toEqual([['a', 'b"c', 'd']])
    expect(recordsOf('"a" b,c')).toEqual([['a b', 'c']])
  })

  it('a quote that never ends takes no more than its own place', () => {
    const rest = Array.from({ length: 20_000 }, (_, index) => `row ${index},x`)
    const all = recordsOf(['"open,1', ...rest].join('\n'))
    expect(all.length).toBe(20_001)
    expect(all[0]).toEqual(['"open', '1'])
  })

  it('are the same however the text is cut into pieces', () => {
    const text = 'a,"b\r\nc",d\r\n\r\n"e ""f"" g",h\r\ni,j,k\n'
    const whole = recordsOf(text)
    for (let pieces = 2; pieces <= text.length; pieces++) expect(recordsOf(text, pieces), String(pieces)).toEqual(whole)
  })
})

it('the delimiter is the one that parts all lines alike', () => {
  expect(delimiterOf('a;b;c\n1,5;2,5;3\n4,1;5,2;6\n', null)).toBe(';')
  expect(delimiterOf('a|b|c\n1|2|3\n', null)).toBe('|')
  expect(delimiterOf('a\tb, c\n1\t2, 3\n', '\t')).toBe('\t')
  expect(delimiterOf('one column\nof text, with a comma\n', null)).toBe(',')
})

describe('a delimited file', () => {
  it('is a sheet: header, places, rows of any length, empty lines', async () => {
    const [page] = await pagesOf('Name,Amount\nAnn,"1,200"\nBob,7,extra\n\nlast,1\n')
    expect(outline([page!])).toEqual(['table: Name\tAmount\nAnn\t1,200\nBob\t7\textra', 'table: last\t1'])
    expect(page).toMatchObject({ kind: 'cells', label: null, blocks: [{ headerRows: 1, columns: ['Name', 'Amount'] }, { headerRows: 0 }] })
    const start = page!.text.indexOf('1,200')
    expect(anchorOf(page!, start, start + 5)).toMatchObject({ kind: 'cells', range: 'B2' })
    const last = page!.text.indexOf('last')
    expect(anchorOf(page!, last, last + 4)).toMatchObject({ range: 'A5' })
  })

  it('is read in the charset it is in, and by the delimiter it names', async () => {
    const gbk = Uint8Array.from([
      0xd0, 0xd5, 0xc3, 0xfb, 0x2c, 0xb5, 0xd8, 0xd6, 0xb7, 0x0a, 0xd5, 0xc5, 0xc8, 0xfd, 0x2c, 0xb1, 0xb1, 0xbe, 0xa9, 0x0a,
    ])
    expect((await pagesOf(gbk))[0]!.text).toBe('姓名\t地址\n张三\t北京')
    const sjis = Uint8Array.from([0x96, 0xbc, 0x91, 0x4f, 0x2c, 0x93, 0x8c, 0x8b, 0x9e, 0x0a])
    expect((await pagesOf(sjis))[0]!.text).toBe('名前\t東京')
    expect((await pagesOf('sep=;\na,x;b\n'))[0]!.text).toBe('a,x\tb')
    expect((await pagesOf('a\tb,c\n', 'test.tsv'))[0]!.text).toBe('a\tb,c')
    expect((await pagesOf(Buffer.from('\uFEFF名,值\n甲,1\n', 'utf16le')))[0]!.text).toBe('名\t值\n甲\t1')
  })

  it('of many megabytes is read in pieces, with the charset of the part that is not ASCII', async () => {
    const ascii = 'id,text\n' + Array.from({ length: 150_000 }, (_, index) => `${index},plain words to fill the line`).join('\n') + '\n'
    const tail = Uint8Array.from([0xd6, 0xd0, 0xb9, 0xfa, 0x2c, 0xb1, 0xb1, 0xbe, 0xa9, 0x0a])
    const pages = await pagesOf(Buffer.concat([Buffer.from(ascii), tail]))
    const last = pages.at(-1)!
    expect(last.text.endsWith('中国\t北京')).toBe(true)
    expect(last.blocks[0]).toMatchObject({ columns: ['id', 'text'] })
    const at = last.text.indexOf('北京')
    expect(anchorOf(last, at, at + 2)).toMatchObject({ range: 'B150002' })
  })
})
