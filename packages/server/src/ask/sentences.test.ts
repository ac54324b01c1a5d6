import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitSpans, sentenceSpans } from './sentences.ts'

const sentences = (text: string): string[] => sentenceSpans(text).map(({ start, end }) => text.slice(start, end))

describe('Chinese', () => {
  test('marks end a sentence, with the quotes that close after them', () => {
    expect(sentences('他说：“走吧！”我们走了。天黑了？是的；回家')).toEqual(['他说：“走吧！”', '我们走了。', '天黑了？', '是的；', '回家'])
  })

  test('a decimal point ends nothing', () => {
    expect(sentences('圆周率约为3.14。版本是2.0.1。')).toEqual(['圆周率约为3.14。', '版本是2.0.1。'])
  })
})

describe('English', () => {
  test('abbreviations, initials and numbers end nothing', () => {
    const text = 'Dr. J. Smith, e.g. in Fig. 3, paid $3.50 to Acme Inc. for it. Then he left. See U.S. law.'
    expect(sentences(text)).toEqual(['Dr. J. Smith, e.g. in Fig. 3, paid $3.50 to Acme Inc. for it.', 'Then he left.', 'See U.S. law.'])
  })

  test('questions and exclamations', () => {
    expect(sentences('Really? "Yes!" he said. Fine.')).toEqual(['Really?', '"Yes!"', 'he said.', 'Fine.'])
  })

  test('names with dots stay whole', () => {
    expect(sentences('Use node.js or .NET here. Call a.b.c first.')).toEqual(['Use node.js or .NET here.', 'Call a.b.c first.'])
  })
})

describe('lines', () => {
  test('list items, their numbers included, are units', () => {
    expect(sentences('1. First thing\n2. Second thing. With more.\n- third')).toEqual([
      '1. First thing',
      '2. Second thing.',
      'With more.',
      '- third',
    ])
  })

  test('a table row is one unit, whatever marks are in its cells', () => {
    expect(sentences('Name\tWhat. It is\nlock\tWaits. Always.')).toEqual(['Name\tWhat. It is', 'lock\tWaits. Always.'])
  })

  test('prose wrapped at a fixed width goes on in the next line', () => {
    const text = 'The lock is held until the transaction that took\nit ends. Then others may go on.'
    expect(sentences(text)).toEqual(['The lock is held until the transaction that took\nit ends.', 'Then others may go on.'])
  })

  test('short lines and indented code are not joined', () => {
    expect(sentences('get the lock\nrun it\n    if done:\n        return')).toEqual(['get the lock', 'run it', 'if done:', 'return'])
  })
})

describe('fitSpans', () => {
  const cut = (text: string, max: number): string[] =>
    fitSpans(text, [{ start: 0, end: text.length }], max).map(({ start, end }) => text.slice(start, end))

  test('cuts after a clause, else at a space, never inside a word', () => {
    expect(cut('甲乙丙丁戊己庚，辛壬癸子丑寅卯辰巳', 12)).toEqual(['甲乙丙丁戊己庚，', '辛壬癸子丑寅卯辰巳'])
    expect(cut('one two three four five', 10)).toEqual(['one two', 'three four', 'five'])
  })

  test('cuts Chinese without marks between words', () => {
    const pieces = cut('我们在奥林匹克公园看比赛', 7)
    expect(pieces.every((piece) => piece.length <= 7)).toBe(true)
    expect(pieces.some((piece) => piece.includes('奥林匹克'))).toBe(true)
  })
})

test('property: sentences are in order, apart, trimmed, and hold every visible character; pieces fit', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('。', '. ', '\n', '\t', 'Dr. ', '间隙锁', 'word ', '3.14', '𠮷', '”', '？', 'A'.repeat(50)),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 5, max: 60 }), (pieces, max) => {
      const text = pieces.join('')
      for (const spans of [sentenceSpans(text), fitSpans(text, sentenceSpans(text), max)]) {
        let last = 0
        let kept = ''
        for (const { start, end } of spans) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          expect(text.slice(start, end)).toBe(text.slice(start, end).trim())
          kept += text.slice(start, end)
          last = end
        }
        expect(kept.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
      }
      for (const { start, end } of fitSpans(text, sentenceSpans(text), max)) {
        expect(end - start).toBeLessThanOrEqual(max)
        // Never between the halves of a pair.
        expect(/^[\udc00-\udfff]/.test(text.slice(start)) && start > 0 && /[\ud800-\udbff]$/.test(text.slice(0, start))).toBe(false)
      }
    }),
  )
})
