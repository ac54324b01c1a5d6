import type { Place } from '@zhiku/contract/page.ts'
import { expect, test } from 'vitest'
import { ocrLines } from './lines.ts'

//             0123456789012345678901234567890
const words: Place[] = [
  [0, 3, 10, 10, 30, 12],
  [4, 9, 45, 11, 50, 12],
  // far to the right on the same height: another column
  [10, 14, 400, 10, 40, 12],
  [15, 20, 10, 30, 60, 12],
]

test('words of one line are one box, columns and new lines are others', () => {
  const lines = ocrLines(words, [])
  expect(lines.map(({ start, end }) => [start, end])).toEqual([
    [0, 9],
    [10, 14],
    [15, 20],
  ])
  expect(lines[0]!.box).toEqual([10, 10, 85, 13])
})

test('a line is doubtful when any part of it is', () => {
  expect(ocrLines(words, [[6, 8]]).map(({ doubtful }) => doubtful)).toEqual([true, false, false])
  // a span that only touches the border says nothing of the line
  expect(ocrLines(words, [[9, 10]]).some(({ doubtful }) => doubtful)).toBe(false)
})

test('a page without places has no lines', () => {
  expect(ocrLines([], [[0, 4]])).toEqual([])
})
