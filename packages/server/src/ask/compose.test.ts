import { expect, test } from 'vitest'
import { type QuotedPart, composeQuotes } from './compose.ts'

const part = (text: string, heading: string[] = [], documentName = 'a.pdf'): QuotedPart => ({ text, heading, documentName })
const textOf = (parts: QuotedPart[], language: 'zh' | 'en' = 'zh'): string =>
  composeQuotes(parts, language)
    .map((piece) => (piece.kind === 'text' ? piece.text : `[${piece.mark}]`))
    .join('')

test('quotes are grouped by heading, in order of first appearance, and marks follow the text', () => {
  const parts = [part('间隙锁锁住间隙。', ['锁', '间隙锁']), part('Records are locked', ['Locks']), part('它防止插入。', ['锁', '间隙锁'])]
  expect(textOf(parts)).toBe(
    '资料原文：\n\n**锁 › 间隙锁**\n\n间隙锁锁住间隙。[1]\n\n它防止插入。[2]\n\n**Locks**\n\nRecords are locked [3]',
  )
  expect(composeQuotes(parts, 'zh').flatMap((piece) => (piece.kind === 'mark' ? [piece.part] : []))).toEqual([0, 2, 1])
})

test('one group stands without heading; quotes without one are grouped by document', () => {
  expect(textOf([part('One.', ['A']), part('Two.', ['A'])], 'en')).toBe('From your documents:\n\nOne. [1]\n\nTwo. [2]')
  expect(textOf([part('One.'), part('Two.', [], 'b.md')], 'en')).toContain('**a.pdf**\n\nOne. [1]\n\n**b.md**\n\nTwo. [2]')
})

test('rows of a table stand under the names of their columns, also when they are the only group', () => {
  expect(textOf([part('张三\t销售部\t12,000', ['工资', '姓名\t部门\t工资'])])).toBe(
    '资料原文：\n\n**工资 › 姓名 | 部门 | 工资**\n\n张三\t销售部\t12,000 [1]',
  )
})

test('words of a document cannot pass for marks or open a code block', () => {
  expect(textOf([part('as shown [1] and [7], a[0]')], 'en')).toBe('From your documents:\n\nas shown \\[1] and [7], a[0] [1]')
  expect(textOf([part('```js\nx')], 'en')).toContain('\\```js\nx [1]')
})
