import { expect, test } from 'vitest'
import { textLanguage } from './language.ts'

test.each([
  ['什么是间隙锁？', 'zh-CN'],
  ['使用 MySQL 的 InnoDB 引擎', 'zh-CN'],
  ['A long English sentence that only names 锁 once among its words', 'en'],
  ['What is a gap lock?', 'en'],
  ['ギャップロックとは', 'ja'],
  ['', 'en'],
])('%j is set as %s', (text, language) => {
  expect(textLanguage(text)).toBe(language)
})
