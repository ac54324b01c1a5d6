import { SSF } from '@e965/xlsx'
import { assert, constantFrom, double, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generalText } from './format-digits.ts'
import { cellFormat } from './format-value.ts'

const shown = (code: string | number, value: number): string => cellFormat(code).number(value)

describe('numbers', () => {
  it.each([
    ['0', 1234.5, '1235'],
    ['#,##0.00', -1234567.891, '-1,234,567.89'],
    ['#,##0.00_);[Red](#,##0.00)', -5, '(5.00)'],
    ['0.00%', 0.1234, '12.34%'],
    ['0.0,,"M"', 1_234_567, '1.2M'],
    ['[$€-407] #,##0.00', 3, '€ 3.00'],
    ['"¥"#,##0.00', 12.5, '¥12.50'],
    ['000-00-0000', 123456789, '123-45-6789'],
    ['[>=1000]0.0,"k";0', 1500, '1.5k'],
    ['# ?/?', 1.75, '1 3/4'],
    ['# ?/16', 0.5, '8/16'],
    ['0.00E+00', 12345, '1.23E+04'],
    ['##0.0E+0', 12345, '12.3E+3'],
    ['0;-0;"none"', 0, 'none'],
    [';;;', 5, ''],
    [41, 0, '-'],
    [2, 1.005, '1.01'],
  ])('%s of %f is %s', (code, value, expected) => expect(shown(code, value)).toBe(expected))

  it('without a format keep what is exact and lose the noise of binary', () => {
    expect(generalText(0.1 + 0.2)).toBe('0.3')
    expect(generalText(6_901_234_567_890)).toBe('6901234567890')
    expect(generalText(1e20)).toBe('1E+20')
  })
})

describe('dates', () => {
  it.each([
    [14, 45292, '2024-01-01'],
    [22, 45292.75, '2024-01-01 18:00'],
    ['yyyy/m/d', 45292, '2024/1/1'],
    ['yyyy"年"m"月"d"日"', 45292, '2024年1月1日'],
    ['[$-804]aaaa', 45292, '星期一'],
    ['dddd, mmmm d', 45292, 'Monday, January 1'],
    ['h:mm AM/PM', 0.75, '6:00 PM'],
    ['上午/下午h"时"', 0.75, '下午6时'],
    ['mm:ss.0', 0.000694, '01:00.0'],
    ['[h]:mm:ss', 1.5, '36:00:00'],
    ['[mm]:ss', 0.125, '180:00'],
    // The day that never was, in the 1900 system only.
    ['yyyy-mm-dd', 60, '1900-02-29'],
    ['yyyy-mm-dd', 61, '1900-03-01'],
    // Not a date: the number itself.
    ['yyyy-mm-dd', -1, '-1'],
  ])('%s of %f is %s', (code, value, expected) => expect(shown(code, value)).toBe(expected))

  it('may be counted from 1904', () => expect(cellFormat('yyyy-mm-dd', true).number(0)).toBe('1904-01-01'))
})

it('a section for text frames it', () => {
  expect(cellFormat('0;-0;0;"no. "@').text('A1')).toBe('no. A1')
  expect(cellFormat('0.00').text('as is')).toBe('as is')
})

it('agrees with the reference implementation on common formats', () => {
  const codes = constantFrom(
    '0',
    '0.00',
    '#,##0',
    '#,##0.00',
    '0%',
    '0.0%',
    '0.00E+00',
    '#,##0;(#,##0)',
    'yyyy-mm-dd',
    'd-mmm-yy',
    'h:mm',
    '[h]:mm',
    '00000',
    '0.0,',
  )
  assert(
    property(codes, double({ min: 61, max: 200_000, noNaN: true }), (code, raw) => {
      // Halves are rounded in decimals here, in binary there.
      const value = Math.round(raw * 1000 + 0.3) / 1000 + 0.0001
      expect(shown(code, value)).toBe(SSF.format(code, value))
    }),
    { numRuns: 2000 },
  )
})

it('any code gives some text and never fails', () => {
  const pieces = [
    '0',
    '#',
    '?',
    '.',
    ',',
    '%',
    'E+',
    '/',
    ';',
    '"a',
    '"',
    '[',
    ']',
    '\\',
    '_',
    '*',
    'y',
    'm',
    'd',
    'h',
    's',
    'AM/PM',
    '@',
    'General',
    '[h]',
    '[>1]',
    '\u{20000}',
    ' ',
  ]
  let state = 7
  const random = (below: number): number => (state = (state * 1103515245 + 12345) % 2147483648) % below
  for (let round = 0; round < 3000; round++) {
    const code = Array.from({ length: 1 + random(12) }, () => pieces[random(pieces.length)]).join('')
    for (const value of [0, 1.5, -3, 45292.5, 1e300, -1e-300]) expect(typeof shown(code, value), code).toBe('string')
  }
})
