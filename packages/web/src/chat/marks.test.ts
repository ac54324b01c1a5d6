import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitTail } from './marks.ts'

describe('splitTail', () => {
  test.each([
    ['the growth.', 'the ', 'growth.'],
    ['the growth. ', 'the ', 'growth.'],
    ['一主两从扩容', '一主两从扩', '容'],
    ['扩容。', '扩容', '。'],
    ['使用 InnoDB', '使用 ', 'InnoDB'],
    ['使用InnoDB', '使用', 'InnoDB'],
    ['', '', ''],
    ['   ', '', ''],
  ])('%j keeps its last word or character with the chip', (text, head, tail) => {
    expect(splitTail(text)).toEqual({ head, tail })
  })

  test('a word too long for a narrow line gives only its last character', () => {
    expect(splitTail('see https://example.org/a/very/long/address').tail).toBe('s')
  })

  test('a character made of several code points is not cut', () => {
    expect(splitTail('好👩‍👩‍👧').tail).toBe('👩‍👩‍👧')
  })

  test('head and tail joined are the text without the spaces at its end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { head, tail } = splitTail(text)
        expect(head + tail).toBe(text.trimEnd() === '' ? '' : text.trimEnd())
      }),
      { seed: 20_261_121 },
    )
  })
})
