import { describe, expect, test } from 'vitest'
import type { Quad } from '../picture/quad.ts'
import { type ReadLine, arrange } from './arrange.ts'

const PAGE = { rotation: 0, width: 1000, height: 1400, border: 0 } as const
const ANGLE = (1.5 * Math.PI) / 180

/** A line of 20 pixels; with an angle, as on a page that was scanned at a slant. */
function line(text: string, x: number, y: number, length: number, angle = 0, height = 20): ReadLine {
  const [ux, uy] = [Math.cos(angle), Math.sin(angle)]
  const quad: Quad = { x: x * ux - y * uy, y: x * uy + y * ux, ux, uy, length, height }
  return { quad, text, confidence: 0.9, doubtful: false, words: [{ start: 0, end: text.length, from: 0, to: 1 }] }
}

/** Lines as an engine gives them: in no order. */
const shuffled = (lines: readonly ReadLine[]): ReadLine[] =>
  lines.toSorted((a, b) => a.text.split('').toReversed().join('').localeCompare(b.text.split('').toReversed().join('')))

const texts = (lines: readonly ReadLine[]): string[] =>
  arrange(shuffled(lines), PAGE).flatMap((block) => block.lines.map((one) => one.text))

const column = (name: string, x: number, count: number, angle = 0): ReadLine[] =>
  Array.from({ length: count }, (_, n) => line(`${name}${n}`, x, 200 + n * 32, n % 5 === 4 ? 180 : 380, angle))

describe('reading order', () => {
  test.each([0, ANGLE, -ANGLE])('columns one after the other, under a heading over both, above a line below both (angle %d)', (angle) => {
    const lines = [
      line('heading', 60, 120, 860, angle),
      ...column('left', 60, 12, angle),
      ...column('right', 540, 10, angle),
      line('foot', 60, 640, 800, angle),
    ]
    const order = ['heading', ...column('left', 60, 12).map((one) => one.text), ...column('right', 540, 10).map((one) => one.text), 'foot']
    expect(texts(lines)).toEqual(order)
  })

  test.each([0, ANGLE])('a table row by row, cells parted by a tab (angle %d)', (angle) => {
    const rows = Array.from({ length: 6 }, (_, n) => [
      line(`item${n}`, 60, 200 + n * 34, 90 + 10 * n, angle),
      line(`count${n}`, 400, 200 + n * 34, 40, angle),
      line(`price${n}`, 700, 200 + n * 34, 60, angle),
    ])
    expect(texts(rows.flat())).toEqual(rows.map((row) => row.map((cell) => cell.text).join('\t')))
    expect(arrange(rows.flat(), PAGE).map((block) => block.kind)).toEqual(['table'])
  })

  test('three columns', () => {
    const lines = [0, 320, 640].flatMap((x, at) => Array.from({ length: 8 }, (_, n) => line(`${'abc'[at]}${n}`, x + 20, 100 + n * 30, 270)))
    expect(texts(lines)).toEqual(lines.map((one) => one.text))
  })

  test('a page number under two columns is read last, a speck in the gutter parts nothing', () => {
    const lines = [...column('left', 60, 8), ...column('right', 540, 8)]
    expect(texts([...lines, line('17', 480, 600, 30)]).at(-1)).toBe('17')
    const read = texts([...lines, { ...line('.', 485, 240, 10), doubtful: true }])
    expect(read.indexOf('right0')).toBeGreaterThan(read.indexOf('left7'))
  })
})

describe('lines', () => {
  test('pieces of one line are joined, Han without a space', () => {
    const joined = (a: string, b: string, gap: number): string[] => texts([line(a, 100, 100, 200), line(b, 300 + gap, 102, 200)])
    expect(joined('数据', '仓库', 4)).toEqual(['数据仓库'])
    expect(joined('data', 'base', 0)).toEqual(['data base'])
    expect(joined('data', 'base', 30)).toEqual(['data\tbase'])
  })

  test('words keep their places in joined lines', () => {
    const [block] = arrange([line('total', 100, 100, 100), line('9.00', 600, 100, 80)], PAGE)
    const [row] = block!.lines
    expect(row!.words.map(({ start, end }) => row!.text.slice(start, end))).toEqual(['total', '9.00'])
    expect(row!.words.map(({ box }) => box)).toEqual([
      [100, 100, 100, 20],
      [600, 100, 80, 20],
    ])
    expect(row!.box).toEqual([100, 100, 580, 20])
  })

  test('a gap and another size begin a block; few large lines are a heading', () => {
    const lines = [
      line('Title', 100, 60, 300, 0, 40),
      ...[0, 1, 2].map((n) => line(`one${n}`, 100, 140 + n * 28, 600)),
      ...[0, 1].map((n) => line(`two${n}`, 100, 270 + n * 28, 600)),
    ]
    expect(arrange(lines, PAGE).map((block) => [block.kind, block.lines.length])).toEqual([
      ['heading', 1],
      ['paragraph', 3],
      ['paragraph', 2],
    ])
  })

  test('boxes are on the picture as given: without the border, turned back', () => {
    const [block] = arrange([line('x', 120, 45, 60)], { rotation: 90, width: 440, height: 240, border: 20 })
    // Upright 440 x 240 was given as 240 x 440; with the border taken off, 200 x 400.
    expect(block!.lines[0]!.box).toEqual([25, 240, 20, 60])
  })
})
