import type { Place } from '@zhiku/contract/page.ts'
import { describe, expect, test } from 'vitest'
import { cellAt, cellName, columnEdges, edgeRange, isFigure, isInside, lineOfRow, sheetOf } from './sheet.ts'

const text = 'Region\tSales\nNorth\t1,200\nSouth\t900\nTotal\t2,100'
const at = (word: string, column: number, row: number, w = 1, h = 1): Place => {
  const start = text.indexOf(word)
  return [start, start + word.length, column, row, w, h]
}
const places: Place[] = [
  at('Region', 0, 0),
  at('Sales', 1, 0),
  at('North', 0, 1, 1, 2),
  at('1,200', 1, 1),
  at('Total', 0, 4999),
  at('2,100', 1, 4999),
]
const sheet = sheetOf(text, places, [{ kind: 'table', start: 0, end: text.length, headerRows: 1 }])

describe('a sheet made from its places', () => {
  test('every cell stands where the file has it, with its text', () => {
    expect(cellAt(sheet, 1, 1)?.text).toBe('1,200')
    expect(cellAt(sheet, 4999, 0)?.text).toBe('Total')
    expect(cellAt(sheet, 3, 0)).toBeNull()
    expect([sheet.columns, sheet.rows]).toEqual([2, 5000])
    expect(sheet.headerRows).toEqual([0])
  })
  test('a merged cell covers all its places', () => {
    expect(cellAt(sheet, 2, 0)?.text).toBe('North')
    expect(cellName(cellAt(sheet, 2, 0)!)).toBe('A2:A3')
  })
  test('comments stand at their cell, charts over the cells they cover, and neither takes the place of a cell', () => {
    const all = 'a\tb\nLi: why\nQ1\t5\nQ2\t6'
    const spots: Place[] = [
      [0, 1, 0, 0, 1, 1],
      [2, 3, 1, 0, 1, 1],
      [4, 11, 1, 0, 1, 1],
      [12, 21, 3, 2, 2, 4],
    ]
    const pairs = (from: number): [number, number][] => [
      [from, from + 2],
      [from + 3, from + 4],
    ]
    const made = sheetOf(all, spots, [
      {
        kind: 'table',
        start: 0,
        end: 3,
        rows: [
          [
            [0, 1],
            [2, 3],
          ],
        ],
      },
      { kind: 'note', start: 4, end: 11 },
      { kind: 'table', start: 12, end: 21, rows: [pairs(12), pairs(17)] },
    ])
    expect(made.cells.get(0)).toMatchObject([
      { text: 'a', remarks: [] },
      { text: 'b', remarks: ['Li: why'] },
    ])
    expect(cellAt(made, 5, 4)).toMatchObject({ text: 'Q1\t5\nQ2\t6', column: 3, row: 2, columns: 2, rows: 4 })
  })
  test('a long run of empty rows is one line', () => {
    expect(sheet.lines).toEqual([
      { row: 0, folded: 0 },
      { row: 1, folded: 0 },
      { row: 2, folded: 0 },
      { row: 3, folded: 4996 },
      { row: 4999, folded: 0 },
    ])
    expect([0, 2, 3, 4000, 4999].map((row) => lineOfRow(sheet.lines, row))).toEqual([0, 2, 3, 3, 4])
  })
  test('a short run of empty rows is shown as it is', () => {
    const { lines } = sheetOf(text, [at('Region', 0, 0), at('Total', 0, 4)])
    expect(lines.map(({ row, folded }) => [row, folded])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
    ])
  })
  test('a sheet without cells has one empty line', () => {
    expect(sheetOf('', []).lines).toEqual([{ row: 0, folded: 0 }])
  })
  test('columns are as wide as their text, within bounds', () => {
    const [narrow, wide, most] = sheetOf(`1${'中'.repeat(10)}${'x'.repeat(500)}`, [
      [0, 1, 0, 0, 1, 1],
      [1, 11, 1, 0, 1, 1],
      [11, 511, 2, 0, 1, 1],
    ]).widths as [number, number, number]
    expect(narrow).toBeLessThan(wide)
    expect(wide).toBeLessThan(most)
    expect(most).toBe(320)
  })
})

test('the columns in view', () => {
  const edges = columnEdges([100, 50, 50])
  expect(edges).toEqual([0, 100, 150, 200])
  expect(edgeRange(edges, 0, 100)).toEqual([0, 0])
  expect(edgeRange(edges, 99, 151)).toEqual([0, 2])
  expect(edgeRange(edges, 150, 9999)).toEqual([2, 2])
})

test('a cell is inside a range when any part of it is', () => {
  const range = { left: 1, top: 1, right: 2, bottom: 3 }
  expect(isInside({ column: 0, row: 0, columns: 2, rows: 2 }, range)).toBe(true)
  expect(isInside({ column: 0, row: 0, columns: 1, rows: 9 }, range)).toBe(false)
})

test('figures are told from words', () => {
  for (const figure of ['1,200', '-3.5', '¥ 1 200.00', '12 %', '(300)', '45%', '−7']) expect(isFigure(figure), figure).toBe(true)
  for (const word of ['', 'Q1', 'A-12', '2024-03-05', '12 kg', '-']) expect(isFigure(word), word).toBe(false)
})
