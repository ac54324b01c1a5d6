import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../base/limits.ts'
import { bestQuote, lastSentence } from './quote.ts'

const quoted = (passage: string, ...claims: string[]): string => {
  const { start, end } = bestQuote(passage, claims)
  return passage.slice(start, end)
}

const LOCKS = '记录锁锁住单条索引记录。间隙锁锁住索引记录之间的间隙，防止其他事务插入。临键锁是两者的组合。死锁由检测线程处理。'

describe('the words that a sentence rests on', () => {
  test('the sentence of the passage that it is about', () => {
    expect(quoted(LOCKS, '间隙锁会防止插入')).toBe('间隙锁锁住索引记录之间的间隙，防止其他事务插入。')
    expect(quoted(LOCKS, '间隙鎖會防止插入')).toBe('间隙锁锁住索引记录之间的间隙，防止其他事务插入。')
    expect(
      quoted('Records can be locked. Gap locks prevent inserts between rows. Deadlocks are detected.', 'A gap lock prevents an insert.'),
    ).toBe('Gap locks prevent inserts between rows.')
  })

  test('neighbours that match as well are quoted along', () => {
    const passage = 'Intro here. The port is 7700. The host is 127.0.0.1. Nothing more to say.'
    expect(quoted(passage, 'The port is 7700 and the host is 127.0.0.1')).toBe('The port is 7700. The host is 127.0.0.1.')
  })

  test('without overlap the next claim decides, and without any the beginning is quoted', () => {
    expect(quoted(LOCKS, 'something unrelated', '死锁怎么处理')).toBe('死锁由检测线程处理。')
    expect(quoted('First one. Second one.', '完全无关')).toBe('First one. Second one.')
    expect(quoted('First one. Second one.')).toBe('First one. Second one.')
    expect(quoted('', 'x')).toBe('')
    expect(quoted(' \n ', 'x')).toBe('')
  })

  test('a sentence too long to quote is quoted where it matches', () => {
    const passage = `${'前面的内容，'.repeat(100)}间隙锁防止插入，${'后面的内容，'.repeat(100)}`
    const quote = quoted(passage, '间隙锁防止插入')
    expect(quote.length).toBeLessThanOrEqual(LIMITS.quoteChars)
    expect(quote).toContain('间隙锁防止插入')
  })

  test('any quote is a short piece of the passage, without cut characters', () => {
    const words = fc.array(
      fc.constantFrom('间隙锁', '插入', 'gap', ' ', '。', '. ', '\n', '😀', 'x'.repeat(120), '锁'.repeat(150), '7700', '，'),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(words, words, (passage, claim) => {
        const text = passage.join('')
        const { start, end } = bestQuote(text, [claim.join('')])
        const quote = text.slice(start, end)
        expect(start).toBeLessThanOrEqual(end)
        expect(quote.length).toBeLessThanOrEqual(LIMITS.quoteChars)
        expect(quote.isWellFormed()).toBe(true)
        expect(quote.trim()).toBe(quote)
        if (text.trim() !== '') expect(quote).not.toBe('')
      }),
      { numRuns: 500 },
    )
  })
})

test('what a mark stands for is the sentence before it', () => {
  expect(lastSentence('First.[1] Gap locks block inserts')).toBe('Gap locks block inserts')
  expect(lastSentence('First.[1] Gap locks block inserts.')).toBe('Gap locks block inserts.')
  expect(lastSentence('先说一句。间隙锁防止插入[1][2]')).toBe('间隙锁防止插入')
  expect(lastSentence('- one\n- **two**')).toBe('- **two**')
  expect(lastSentence('')).toBe('')
})
