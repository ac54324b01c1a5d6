import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boxesOfSpan, packWords, unpackWords, type WordBox } from './words.ts'

const word = fc.record({
  start: fc.nat(100_000),
  end: fc.nat(100_000),
  x: fc.integer({ min: -50_000, max: 500_000 }).map((n) => n / 100),
  y: fc.integer({ min: -50_000, max: 500_000 }).map((n) => n / 100),
  w: fc.nat(50_000).map((n) => n / 100),
  h: fc.nat(50_000).map((n) => n / 100),
})

describe('word boxes', () => {
  it('come back from packing as they were', () => {
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(unpackWords(packWords(words))).toEqual(words)
      }),
    )
  })

  it('can be read from a view that does not start at 0 of its buffer', () => {
    const words: WordBox[] = [{ start: 0, end: 3, x: 1, y: 2, w: 3, h: 4 }]
    const packed = packWords(words)
    const padded = new Uint8Array(7 + packed.length)
    padded.set(packed, 7)
    expect(unpackWords(padded.subarray(7))).toEqual(words)
  })

  const line = (y: number, x: number, start: number): WordBox => ({ start, end: start + 4, x, y, w: 20, h: 10 })

  it('merge to one box per line, in text order', () => {
    const words = [line(100, 50, 0), line(100, 75, 5), line(115, 50, 10), line(115, 75, 15)]
    expect(boxesOfSpan(words, 5, 14)).toEqual([
      [75, 100, 20, 10],
      [50, 115, 20, 10],
    ])
    expect(boxesOfSpan(words, 0, 19)).toEqual([
      [50, 100, 45, 10],
      [50, 115, 45, 10],
    ])
  })

  it('stay apart across columns of one line', () => {
    expect(boxesOfSpan([line(100, 50, 0), line(100, 300, 5)], 0, 9)).toHaveLength(2)
  })

  it('are none for a span without words', () => {
    expect(boxesOfSpan([line(100, 50, 0)], 4, 9)).toEqual([])
  })
})
