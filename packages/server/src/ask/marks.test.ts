import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AnswerPart, createMarkParser } from './marks.ts'

/** Runs the parser over the pieces; adjacent text is joined, so results of different cuts compare. */
function parse(pieces: readonly string[], sources = 5): AnswerPart[] {
  const parser = createMarkParser(sources)
  const parts = [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]
  return parts.reduce<AnswerPart[]>((joined, part) => {
    const last = joined.at(-1)
    if (part.kind === 'text' && last?.kind === 'text') joined.splice(-1, 1, { kind: 'text', text: last.text + part.text })
    else joined.push(part)
    return joined
  }, [])
}
const shown = (text: string, sources = 5): string =>
  parse([text], sources)
    .map((part) => (part.kind === 'text' ? part.text : `[${part.mark}]`))
    .join('')
const cited = (text: string, sources = 5): number[] => parse([text], sources).flatMap((part) => (part.kind === 'mark' ? [part.source] : []))

describe('marks', () => {
  test.each([
    ['a[1]', [1]],
    ['a[1,2]', [1, 2]],
    ['a[1, 2]', [1, 2]],
    ['a[1，2]', [1, 2]],
    ['a[1、2；3]', [1, 2, 3]],
    ['a[1][2]', [1, 2]],
    ['a【1】', [1]],
    ['a【2†L10-L20】', [2]],
    ['a［1］', [1]],
    ['a[１]', [1]],
    ['a[1-3]', [1, 2, 3]],
    ['a[1–3, 5]', [1, 2, 3, 5]],
    ['a[^1]', [1]],
    ['a[S1]', [1]],
    ['a[S1, S2]', [1, 2]],
    ['a[来源1]', [1]],
    ['a[来源 1、来源 2]', [1, 2]],
    ['a[Source 3]', [3]],
    ['a[[4]]', [4]],
    ['a[1,1]', [1]],
  ])('%s', (text, sources) => {
    expect(cited(text)).toEqual(sources)
    expect(shown(text)).toBe(`a${sources.map((_, index) => `[${index + 1}]`).join('')}`)
  })

  test.each([
    '财税[2016]36号',
    'list[0]',
    '[1-100]',
    '[3-1]',
    '[x]',
    '[ ]',
    '[]',
    '[1',
    '[1,',
    '[hello 1]',
    String.raw`\[1]`,
    '[1a]',
    'a]b',
  ])('no mark: %s', (text) => {
    expect(cited(text)).toEqual([])
    expect(shown(text)).toBe(text)
  })

  test('numbers are counted by first use and stay the same after', () => {
    expect(shown('A[4]. B[2][4]. C[2].')).toBe('A[1]. B[2][1]. C[2].')
    expect(parse(['A[4][4]'])).toEqual([
      { kind: 'text', text: 'A' },
      { kind: 'mark', source: 4, mark: 1, first: true },
      { kind: 'mark', source: 4, mark: 1, first: false },
    ])
  })

  test('an unknown number is removed with the blank before it and never becomes another', () => {
    expect(shown('A [7]. B[7][2] [99].', 3)).toBe('A. B[1].')
    expect(shown('A[2,7]', 3)).toBe('A[1]')
    expect(shown('- [7] item', 3)).toBe('- item')
    expect(cited('A[1]', 0)).toEqual([])
  })

  test('code keeps its brackets', () => {
    for (const code of [
      '`array[1]`',
      '``a ` b[1]``',
      '```js\nx[1]\n```\n',
      '~~~\nx[1]\n``` [2]\n~~~',
      '- ```\n  x[1]\n  ```\n',
      '```\nopen to the end [1]',
    ]) {
      expect(shown(code)).toBe(code)
      expect(cited(code)).toEqual([])
    }
  })

  test('what only looks like code does not hide a mark', () => {
    expect(cited('a ` b[1]\nc ` d[2]')).toEqual([1, 2])
    expect(cited(String.raw`\`a[1]\``)).toEqual([1])
    expect(cited('```not a fence``` [1]')).toEqual([1])
    expect(cited('```\ncode\n```\n[2]')).toEqual([2])
    expect(cited(`\`${'x'.repeat(2000)}[1]\``)).toEqual([1])
  })

  test('reasoning is not shown', () => {
    expect(shown('<think>hm [1]</think>\n\nYes[2].')).toBe('Yes[1].')
    expect(shown('<Thinking>x</Thinking>```\na[1]\n```')).toBe('```\na[1]\n```')
    expect(shown('x</think>y')).toBe('xy')
    expect(shown('<think>never closed [1]')).toBe('')
    expect(shown('a < b <thin')).toBe('a < b <thin')
    expect(shown('`<think>` is a tag[1]')).toBe('`<think>` is a tag[1]')
  })

  test('a mark never becomes a Markdown link', () => {
    expect(shown('a[1](http://x.invalid)')).toBe('a[1] (http://x.invalid)')
    expect(shown('[1]: http://x.invalid')).toBe('[1] : http://x.invalid')
    expect(shown('as in [1]: this')).toBe('as in [1]: this')
  })

  test('control characters and lone surrogates do not come through', () => {
    expect(shown('a\u0000b\r\nc\u001b[1]')).toBe('ab\nc[1]')
    expect(parse(['😀'.slice(0, 1), '😀'.slice(1)])).toEqual([{ kind: 'text', text: '😀' }])
    expect(parse(['a\ud83d'])).toEqual([{ kind: 'text', text: 'a\ufffd' }])
  })

  test('words do not wait for the end of the answer', () => {
    const parser = createMarkParser(2)
    expect(parser.push('Gap locks [see')).toEqual([{ kind: 'text', text: 'Gap locks [see' }])
    expect(parser.push(' below] are')).toEqual([{ kind: 'text', text: ' below] are' }])
    expect(parser.push(' [')).toEqual([])
    expect(parser.push('2')).toEqual([])
    expect(parser.push(']')).toEqual([
      { kind: 'text', text: ' ' },
      { kind: 'mark', source: 2, mark: 1, first: true },
    ])
  })
})

describe('any cut of the same text gives the same result', () => {
  const signs =
    '[1] [2 ] [ [[1]] , 【3】 ［ ［2］ [^1] [S1] [来源1] [1-3] [9] [0] [2016] ` `` ``` ~~~ - 1. > \\ ( : < † 1 th <think> </think> word 间隙锁 。 😀'
  const blanks = ['\n', '\n\n', ' ', '\t', '- ', '1. ', '\ud83d', '\ude00', '\u0000', 'x'.repeat(300)]
  const pieces = fc.constantFrom(...signs.split(' '), ...blanks)
  const text = fc.array(pieces, { maxLength: 40 }).map((list) => list.join(''))

  test('random cuts', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 12 }), (whole, cuts) => {
        const at = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].toSorted((a, b) => a - b)
        const split = [...at, whole.length].map((end, index) => whole.slice(at[index - 1] ?? 0, end))
        expect(parse(split)).toEqual(parse([whole]))
      }),
      { numRuns: 3000 },
    )
  })

  test('one character at a time', () => {
    fc.assert(
      fc.property(text, (whole) => {
        // By UTF-16 unit, so that pairs are cut too.
        expect(parse(whole.split(''))).toEqual(parse([whole]))
      }),
      { numRuns: 1500 },
    )
  })

  test('what comes out is the text without marks, and marks are counted from 1 without gaps', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 3 }), (whole, sources) => {
        const marks = parse([whole], sources).flatMap((part) => (part.kind === 'mark' ? [part] : []))
        expect(marks.every((part) => part.source >= 1 && part.source <= sources)).toBe(true)
        expect(marks.filter((part) => part.first).map((part) => part.mark)).toEqual(
          [...new Set(marks.map((part) => part.source))].map((_, i) => i + 1),
        )
      }),
      { numRuns: 1000 },
    )
  })
})
