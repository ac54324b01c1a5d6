import { utils, write } from '@e965/xlsx'
import { describe, expect, it } from 'vitest'
import { anchorOf } from '../../library/anchors.ts'
import { checkPage, read } from '../testing/read.ts'

type BookType = 'biff8' | 'biff5' | 'biff2'

function xlsFile(type: BookType): Uint8Array {
  const sheet = utils.aoa_to_sheet([
    ['Month', 'Sales', 'Share'],
    ['January', 1234.5, 0.25],
    ['February', 2000, 0.75],
  ])
  sheet.B2!.z = '#,##0.00'
  sheet.C2!.z = '0%'
  sheet['!merges'] = [{ s: { r: 1, c: 0 }, e: { r: 2, c: 0 } }]
  const book = utils.book_new()
  utils.book_append_sheet(book, sheet, 'Figures')
  if (type !== 'biff2') utils.book_append_sheet(book, utils.aoa_to_sheet([[]]), 'Empty')
  return new Uint8Array(write(book, { type: 'buffer', bookType: type }) as Buffer)
}

describe('Excel 97-2003', () => {
  it('shows cells as they are formatted, merged ones in each of their rows, and knows their places', async () => {
    const { pages } = await read(xlsFile('biff8'), 'old.xls')
    pages.forEach(checkPage)
    expect(pages.map(({ kind, label, status, text }) => ({ kind, label, status, text }))).toEqual([
      { kind: 'cells', label: 'Figures', status: 'text', text: 'Month\tSales\tShare\nJanuary\t1,234.50\t25%\nJanuary\t2000\t0.75' },
      { kind: 'cells', label: 'Empty', status: 'blank', text: '' },
    ])
    const [page] = pages
    const at = page!.text.indexOf('25%')
    expect(anchorOf(page!, at, at + 3)).toMatchObject({ kind: 'cells', sheet: 'Figures', range: 'C2' })
    expect(anchorOf(page!, page!.text.indexOf('January'), at + 3)).toMatchObject({ range: 'A2:C3' })
    expect(page!.blocks[0]).toMatchObject({ kind: 'table', headerRows: 1 })
  })

  it('is read in older versions too', async () => {
    for (const type of ['biff5', 'biff2'] as const) {
      const { pages } = await read(xlsFile(type), 'older.xls')
      expect(pages[0]!.text, type).toContain('February')
    }
  })

  it('that is damaged is said to be', async () => {
    const bytes = xlsFile('biff8')
    await expect(read(bytes.slice(0, 600), 'a.xls')).rejects.toMatchObject({ code: 'ingest.corrupt' })
  })
})
