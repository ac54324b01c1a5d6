import { expect, test } from 'vitest'
import { searchTextOf } from './follow-up.ts'

test.each([
  ['什么是死锁？', '什么是死锁？'],
  ['它有什么缺点？', '什么是间隙锁？\n它有什么缺点？'],
  ['那死锁呢', '什么是间隙锁？\n那死锁呢'],
  ['Why?', '什么是间隙锁？\nWhy?'],
  ['Does it block inserts?', '什么是间隙锁？\nDoes it block inserts?'],
  [
    'Which component of the storage engine is the one that it hands expired undo pages to?',
    'Which component of the storage engine is the one that it hands expired undo pages to?',
  ],
])('%s', (question, text) => {
  expect(searchTextOf(question, ['什么是 B+ 树？', '什么是间隙锁？'])).toBe(text)
  expect(searchTextOf(question, [])).toBe(question)
})

test('a chain of follow-ups leads back to the question that it began with, but not without end', () => {
  expect(searchTextOf('为什么这样？', ['什么是间隙锁？', '它有什么缺点？'])).toBe('什么是间隙锁？\n它有什么缺点？\n为什么这样？')
  expect(searchTextOf('它呢？', ['a', '它 1', '它 2', '它 3'])).toBe('它 2\n它 3\n它呢？')
})

test('on demand the question before is taken along', () => {
  expect(searchTextOf('有何缺点？', ['什么是间隙锁？'], true)).toBe('什么是间隙锁？\n有何缺点？')
})
