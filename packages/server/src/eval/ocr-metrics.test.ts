import { describe, expect, test } from 'vitest'
import { comparable, compareOcr, countFound, distance, givenLines, latinWords, percentages } from './ocr-metrics.ts'

describe('what is compared', () => {
  test('widths, typographic marks and white space do not count', () => {
    expect(comparable('Ａ 1，“x” – ’y’\n')).toBe('A1,"x"-\'y\'')
  })
  test('words keep the marks inside of them', () => {
    expect(latinWords('Mail a.b@c.io, don’t pay 1,284.50 中文Ab')).toEqual(['mail', 'a.b@c.io', "don't", 'pay', '1,284.50', 'ab'])
  })
  test('rows and their cells are given out', () => {
    expect(givenLines('a\tb\nc')).toEqual(['a\tb', 'a', 'b', 'c'])
  })
})

test('distance counts inserted, left out and changed characters, also beyond the basic plane', () => {
  expect(distance('kitten', 'sitting')).toBe(3)
  expect(distance('', '𠮷野')).toBe(2)
  expect(distance('𠮷野家', '吉野家')).toBe(1)
})

test('each given item is found once', () => {
  expect(countFound(['a', 'a', 'b'], ['a', 'c'])).toBe(1)
  expect(countFound(['a', 'a', 'b'], ['b', 'a', 'a'])).toBe(3)
})

test('groups add up characters, not shares', () => {
  const long = compareOcr({ text: 'abcdefghij', lines: ['abcdefghij'] }, 'abcdefghij', false)
  const short = compareOcr({ text: 'ab', lines: ['ab'] }, 'xy', false)
  expect(percentages([long, short])).toEqual({ pages: 2, cerPercent: 16.67, exactLinesPercent: 50, wordRecallPercent: 50 })
  expect(percentages([])).toEqual({ pages: 0, cerPercent: null, exactLinesPercent: null, wordRecallPercent: null })
})
