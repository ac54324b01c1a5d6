import type { Place } from '@zhiku/contract/page.ts'
import { expect, test } from 'vitest'
import { ocrLines } from './lines.ts'

const SIZE = { width: 600, height: 800 }
const page = (doubts: [number, number][] = [], rotation = 0) => ({ ...SIZE, rotation, doubts })
//             0123456789012345678901234567890
const words: Place[] = [
  [0, 3, 10, 10, 30, 12],
  [4, 9, 45, 11, 50, 12],
  // far to the right on the same height: another column
  [10, 14, 400, 10, 40, 12],
  [15, 20, 10, 30, 60, 12],
]

test('words of one line are one box, columns and new lines are others', () => {
  const { lines, turned } = ocrLines(page(), words)
  expect(lines.map(({ start, end }) => [start, end])).toEqual([
    [0, 9],
    [10, 14],
    [15, 20],
  ])
  expect(lines[0]!.box).toEqual([10, 10, 85, 13])
  expect(turned).toBe(false)
})

test('a line is doubtful when any part of it is', () => {
  expect(ocrLines(page([[6, 8]]), words).lines.map(({ doubtful }) => doubtful)).toEqual([true, false, false])
  // a span that only touches the border says nothing of the line
  expect(ocrLines(page([[9, 10]]), words).lines.some(({ doubtful }) => doubtful)).toBe(false)
})

test('a page without places has no lines', () => {
  expect(ocrLines(page([[0, 4]]), []).lines).toEqual([])
})

test('in a picture that lies upside down the words join in the direction in which they are read', () => {
  const upsideDown = words.map(([start, end, x, y, w, h]): Place => [start, end, SIZE.width - x - w, SIZE.height - y - h, w, h])
  const { lines, turned } = ocrLines(page([], 180), upsideDown)
  expect(turned).toBe(true)
  expect(lines.map(({ start, end }) => [start, end])).toEqual([
    [0, 9],
    [10, 14],
    [15, 20],
  ])
  expect(lines[0]!.box).toEqual([SIZE.width - 95, SIZE.height - 23, 85, 13])
})

test('a page that is only shown turned keeps its lines', () => {
  const { lines, turned } = ocrLines(page([], 90), words)
  expect(turned).toBe(false)
  expect(lines).toHaveLength(3)
})
