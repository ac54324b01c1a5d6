import { describe, expect, test } from 'vitest'
import type { Glyph } from './ctc.ts'
import { type SpacedLine, cellsOf, gapsOf, otsu, spaceLimit, withSpaces } from './spaces.ts'

const SIGN = 10

/** A line drawn with signs of ten columns; `gaps[n]` columns without ink follow sign n, and `_` in the text is a space by the model. */
function drawn(text: string, gaps: readonly number[], stretch = 1): SpacedLine {
  const columns: number[] = []
  const centres: { text: string; x: number }[] = []
  let n = 0
  for (const char of text) {
    if (char === '_') {
      centres.push({ text: ' ', x: columns.length - 1 })
      continue
    }
    centres.push({ text: char, x: columns.length + (SIGN * stretch) / 2 })
    columns.push(...Array<number>(SIGN * stretch).fill(1), ...Array<number>((gaps[n] ?? 2) * stretch).fill(0))
    n += 1
  }
  const glyphs = centres.map((one): Glyph => ({ text: one.text, at: one.x / columns.length, confidence: 0.9 }))
  return { glyphs, columns: Uint8Array.from(columns), stretch }
}

const read = (glyphs: readonly Glyph[]): string => glyphs.map((glyph) => glyph.text).join('')

describe('spaces that the model dropped', () => {
  test('come back where the gap is as wide as the page has them', () => {
    const taught = drawn('ab_cd_ef_gh_ij_kl_mn_op', [2, 12, 2, 12, 2, 12, 2, 12, 2, 12, 2, 12, 2, 12, 2])
    const line = drawn('todayis', [2, 2, 2, 2, 12, 2, 2])
    const limit = spaceLimit(gapsOf([taught, line]))
    expect(limit).toBeGreaterThan(2)
    expect(limit).toBeLessThan(12)
    expect(read(withSpaces(line, limit))).toBe('today is')
  })

  test('do not tear a spaced font apart', () => {
    const taught = drawn('ab_cd_ef_gh_ij_kl_mn_op', [11, 26, 11, 26, 11, 26, 11, 26, 11, 26, 11, 26, 11, 26, 11])
    const line = drawn('wide', [11, 11, 11, 11])
    expect(read(withSpaces(line, spaceLimit(gapsOf([taught, line]))))).toBe('wide')
  })

  test('without any space by the model, two clear classes of gaps tell', () => {
    const line = drawn('oneortwo', [1, 2, 14, 1, 13, 2, 1])
    expect(read(withSpaces(line, spaceLimit(gapsOf([line]))))).toBe('one or two')
    expect(spaceLimit(gapsOf([drawn('word', [2, 2, 2])]))).toBe(15)
  })

  test('none before a comma, after a bracket, or between Han characters', () => {
    expect(read(withSpaces(drawn('a,b', [20, 20]), 10))).toBe('a, b')
    expect(read(withSpaces(drawn('(a', [20]), 10))).toBe('(a')
    expect(read(withSpaces(drawn('中文', [20]), 10))).toBe('中文')
  })

  test('a stretched line is measured in natural width', () => {
    const line = drawn('ab', [9], 2)
    expect(read(withSpaces(line, 10))).toBe('ab')
    expect(read(withSpaces(line, 8))).toBe('a b')
  })
})

test('cells that were found as one line are parted at wide gaps, wider ones among Han characters', () => {
  expect(cellsOf(drawn('ab12', [2, 60, 2])).map(read)).toEqual(['ab', '12'])
  expect(cellsOf(drawn('中文', [60])).map(read)).toEqual(['中文'])
  expect(cellsOf(drawn('中文', [95])).map(read)).toEqual(['中', '文'])
})

test('two classes are told apart at the border of least variance', () => {
  expect(otsu([1, 1, 2, 9, 10, 10])).toEqual([expect.closeTo(4 / 3), expect.closeTo(29 / 3), 5.5])
  expect(otsu([3, 3])).toEqual([0, 0, 0])
})
