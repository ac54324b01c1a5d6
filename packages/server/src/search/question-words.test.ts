import { describe, expect, test } from 'vitest'
import { isQuestion, withoutQuestionWords } from './question-words.ts'

const rest = (question: string): string => withoutQuestionWords(question).replace(/\s+/g, ' ').trim()

describe('question words are blanked', () => {
  test.each([
    ['什么是间隙锁?', '是间隙锁?'],
    ['索引什么时候会失效?', '索引 会失效?'],
    ['负载均衡有哪些算法', '负载均衡有 算法'],
    ['能扛多少 qps', '能扛 qps'],
    ['How many slots does a cluster have?', 'slots a cluster have?'],
    ["What's the default size?", 'the default size?'],
  ])('%s', (question, wanted) => {
    expect(rest(question)).toBe(wanted)
  })

  test.each(['许多大学', '哪吒闹海', '酒吧文化', 'do_something', 'whatever', 'who.is'])('%s is not one', (text) => {
    expect(withoutQuestionWords(text)).toBe(text)
  })

  test('offsets stay', () => {
    const question = '为什么 Redis 快?'
    expect(withoutQuestionWords(question)).toHaveLength(question.length)
    expect(withoutQuestionWords(question).indexOf('Redis')).toBe(question.indexOf('Redis'))
  })
})

describe('a line asks', () => {
  test.each([
    '这是什么？',
    '刚才讲到的两种部署有什么区别吗，使用场景有哪一些',
    'What is a lock',
    '你了解“间隙锁”吗？”',
    '3，怎么做到高可用',
  ])('%s', (line) => {
    expect(isQuestion(line)).toBe(true)
  })

  test.each(['间隙锁锁住一个区间。', '说明如何安装：', '这取决于怎么用。', 'The lock is held.', '第三步'])('%s does not', (line) => {
    expect(isQuestion(line)).toBe(false)
  })
})
