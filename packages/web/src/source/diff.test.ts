import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffCounts, foldSame, wordDiff } from './diff.ts'

const join = (pieces: ReturnType<typeof wordDiff>, ...kinds: string[]): string =>
  pieces
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ text }) => text)
    .join('')

describe('the difference of two readings', () => {
  test('is shown word by word', () => {
    expect(wordDiff('The notice perlod is 45 days.', 'The notice period is 45 days.')).toEqual([
      { kind: 'same', text: 'The notice ' },
      { kind: 'removed', text: 'perlod' },
      { kind: 'added', text: 'period' },
      { kind: 'same', text: ' is 45 days.' },
    ])
  })
  test('Han characters are compared one by one', () => {
    expect(wordDiff('保修期三十个月', '保修期二十个月')).toEqual([
      { kind: 'same', text: '保修期' },
      { kind: 'removed', text: '三' },
      { kind: 'added', text: '二' },
      { kind: 'same', text: '十个月' },
    ])
  })
  test('another line break is no difference', () => {
    expect(wordDiff('one\ntwo', 'one two')).toEqual([{ kind: 'same', text: 'one two' }])
  })
  test('counts words, not white space', () => {
    expect(diffCounts(wordDiff('a b c', 'a x y z c'))).toEqual({ removed: 1, added: 3 })
    expect(diffCounts(wordDiff('same', 'same'))).toEqual({ removed: 0, added: 0 })
  })
  test('gives back both texts, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a', 'bc', ' ', '保', '修', '。', '12')).map((list) => list.join(''))
    fc.assert(
      fc.property(text, text, (before, after) => {
        const pieces = wordDiff(before, after)
        expect(join(pieces, 'same', 'added')).toBe(after)
        // common white space is shown as the second text has it
        expect(join(pieces, 'same', 'removed').replaceAll(/\s+/g, ' ')).toBe(before.replaceAll(/\s+/g, ' '))
      }),
      { seed: 20_261_121 },
    )
  })
  test('pages that have nothing in common are shown as two', () => {
    const before = Array.from({ length: 3000 }, (_, n) => `b${n}`).join(' ')
    const after = Array.from({ length: 3000 }, (_, n) => `a${n}`).join(',')
    expect(wordDiff(before, after).map(({ kind }) => kind)).toEqual(['removed', 'added'])
  })
})

test('what is the same is cut short, but not beside a difference', () => {
  const pieces = wordDiff(`${'a '.repeat(50)}x${' b'.repeat(50)} y`, `${'a '.repeat(50)}z${' b'.repeat(50)} y`)
  expect(foldSame(pieces, 4).map(({ text }) => text)).toEqual(['…a a ', 'x', 'z', ' b b…'])
  expect(foldSame([{ kind: 'same', text: 'abc' }], 4)).toEqual([{ kind: 'same', text: '…' }])
})
