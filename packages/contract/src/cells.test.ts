import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnName, parseRange, rangeName } from './cells.ts'

test('columns are named as a spreadsheet names them', () => {
  expect([0, 25, 26, 51, 52, 701, 702, 16_383].map(columnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA', 'XFD'])
})

test('a range is written and read back the same', () => {
  const column = fc.nat({ max: 16_383 })
  const row = fc.nat({ max: 1_048_575 })
  fc.assert(
    fc.property(column, row, column, row, (a, b, c, d) => {
      const range = { left: Math.min(a, c), top: Math.min(b, d), right: Math.max(a, c), bottom: Math.max(b, d) }
      expect(parseRange(rangeName(range))).toEqual(range)
    }),
    { seed: 20_261_121 },
  )
})

test('one cell is a range, whatever is no range is none', () => {
  expect(parseRange('B2')).toEqual({ left: 1, top: 1, right: 1, bottom: 1 })
  for (const name of ['', 'B', '2', 'b2', 'B0', 'B2:', 'B2:C', 'Sheet1!B2', 'ABCD1']) expect(parseRange(name), name).toBeNull()
})
