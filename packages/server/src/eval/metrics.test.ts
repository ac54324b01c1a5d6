import { describe, expect, test } from 'vitest'
import { halfOf, mrrAt, quoteAnswers, quoteContains, rankOfDocument, recallAt, shareOf, table } from './metrics.ts'

describe('ranks', () => {
  test('recall counts what is found early enough', () => {
    expect(recallAt([1, 2, 6, null], 1)).toBe(0.25)
    expect(recallAt([1, 2, 6, null], 5)).toBe(0.5)
    expect(recallAt([1, 2, 6, null], 10)).toBe(0.75)
    expect(recallAt([], 1)).toBe(0)
  })

  test('mean reciprocal rank is zero beyond k', () => {
    expect(mrrAt([1, 2, 11, null], 10)).toBe(0.375)
  })

  test('several passages of one document have one rank', () => {
    const passages = [{ document: 'a' }, { document: 'a' }, { document: 'b' }, { document: 'a' }, { document: 'c' }]
    expect(rankOfDocument(passages, 'b')).toBe(2)
    expect(rankOfDocument(passages, 'c')).toBe(3)
    expect(rankOfDocument(passages, 'd')).toBeNull()
  })
})

test('shares are rounded to four digits', () => {
  expect(shareOf([true, false, false])).toBe(0.3333)
  expect(shareOf([])).toBe(0)
})

test('marks of emphasis and code do not count in a quote', () => {
  expect(quoteContains('存入etcd。', ['存入**etcd**'])).toBe(true)
  expect(quoteContains('用 `twine` 上传', ['twine'])).toBe(true)
  expect(quoteContains('用 pip 安装', ['twine', 'wheel'])).toBe(false)
})

test('white space does not count in an answer', () => {
  expect(quoteAnswers('born in\n1867 in Warsaw', ['in 1867'])).toBe(true)
  expect(quoteAnswers('born in 1876', ['1867'])).toBe(false)
})

test('a question stays in its half', () => {
  const ids = Array.from({ length: 200 }, (_, n) => `q${n}`)
  const fit = ids.filter((id) => halfOf(id) === 'fit')
  expect(fit.length).toBeGreaterThan(60)
  expect(fit.length).toBeLessThan(140)
  expect(ids.filter((id) => halfOf(id) === 'fit')).toEqual(fit)
})

test('columns of a table line up', () => {
  expect(
    table([
      ['', 'n'],
      ['a', 10],
      ['long', 0.5],
    ]),
  ).toEqual(['           n', 'a         10', 'long  0.5000'])
})
