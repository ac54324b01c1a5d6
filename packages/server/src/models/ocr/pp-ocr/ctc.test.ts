import { describe, expect, test } from 'vitest'
import { decodeCtc } from './ctc.ts'

const KEYS = ['', 'a', 'b', 'c', ' ']

/** Scores in which each step gives one class with 0.9, or with the given probability. */
function scoresOf(classes: readonly number[], certainty: readonly number[] = []): Float32Array {
  const scores = new Float32Array(classes.length * KEYS.length).fill(0.01)
  classes.forEach((one, step) => (scores[step * KEYS.length + one] = certainty[step] ?? 0.9))
  return scores
}

/** The text of a path by definition: repeats fall together, then blanks fall away. */
const collapse = (classes: readonly number[]): string =>
  classes
    .filter((one, n) => one !== classes[n - 1])
    .map((one) => KEYS[one])
    .join('')

describe('greedy CTC', () => {
  test('repeats fall together unless a blank parts them', () => {
    const glyphs = decodeCtc(scoresOf([1, 1, 0, 1, 2, 2, 0, 0]), 0, 8, KEYS)
    expect(glyphs.map((glyph) => glyph.text).join('')).toBe('aab')
    expect(glyphs.map((glyph) => glyph.at)).toEqual([1 / 8, 3.5 / 8, 5 / 8])
  })

  test('the surest step of a character is its confidence', () => {
    const [glyph] = decodeCtc(scoresOf([0, 3, 3, 0], [0.9, 0.4, 0.7, 0.9]), 0, 4, KEYS)
    expect(glyph!.confidence).toBeCloseTo(0.7)
  })

  test('a line of a batch is read from its own rows', () => {
    const scores = new Float32Array([...scoresOf([1, 1]), ...scoresOf([2, 0])])
    expect(decodeCtc(scores, 2 * KEYS.length, 2, KEYS).map((glyph) => glyph.text)).toEqual(['b'])
  })

  test('any path: text as defined, places rising and inside the line', () => {
    let seed = 20_261_121
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * below)
    }
    for (let n = 0; n < 300; n += 1) {
      const classes = Array.from({ length: 1 + random(20) }, () => random(KEYS.length))
      const glyphs = decodeCtc(scoresOf(classes), 0, classes.length, KEYS)
      expect(glyphs.map((glyph) => glyph.text).join('')).toBe(collapse(classes))
      const places = glyphs.map((glyph) => glyph.at)
      expect(places).toEqual(places.toSorted((a, b) => a - b))
      expect(new Set(places).size).toBe(places.length)
      expect(places.every((at) => at > 0 && at < 1)).toBe(true)
    }
  })
})
