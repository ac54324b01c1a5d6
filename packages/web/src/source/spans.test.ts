import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Span, piecesOf } from './spans.ts'

const span = (start: number, end: number, active = false): Span => ({ key: `${start}`, active, strong: active, span: [start, end] })

test('a span in the middle is one piece', () => {
  expect(piecesOf('the gap lock holds', 0, 18, [span(4, 12)]).map(({ text, mark }) => [text, mark !== null])).toEqual([
    ['the ', false],
    ['gap lock', true],
    [' holds', false],
  ])
})

test('where highlights overlap the active one shows', () => {
  const pieces = piecesOf('abcdef', 0, 6, [span(0, 4), span(2, 6, true)])
  expect(pieces.map(({ text, mark }) => [text, mark?.active])).toEqual([
    ['ab', false],
    ['cd', true],
    ['ef', true],
  ])
})

test('a span that runs over the end of a block is cut there', () => {
  expect(piecesOf('abcdef', 2, 4, [span(0, 6)])).toMatchObject([{ text: 'cd', mark: { key: '0' } }])
})

test('the pieces joined are exactly the slice, and marks cover exactly the spans', () => {
  const offset = fc.nat({ max: 40 })
  fc.assert(
    fc.property(
      fc.string({ minLength: 40, maxLength: 40 }),
      offset,
      offset,
      fc.array(fc.tuple(offset, offset, fc.boolean()), { maxLength: 5 }),
      (text, a, b, raw) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)]
        const spans = raw.map(([x, y, active]) => span(Math.min(x, y), Math.max(x, y), active))
        const pieces = piecesOf(text, start, end, spans)
        expect(pieces.map((piece) => piece.text).join('')).toBe(text.slice(start, end))
        let at = start
        for (const piece of pieces) {
          for (let i = at; i < at + piece.text.length; i++)
            expect(piece.mark !== null).toBe(spans.some(({ span: [from, to] }) => i >= from && i < to))
          at += piece.text.length
        }
      },
    ),
    { seed: 20_261_121 },
  )
})
