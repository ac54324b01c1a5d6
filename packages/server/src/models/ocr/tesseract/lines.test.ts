import { expect, test } from 'vitest'
import { linesOf } from './lines.ts'
import { parseTsv } from './tsv.ts'

const PAGE = { x: 0, y: 0, ux: 1, uy: 0, length: 800, height: 600 }
const row = (line: number, word: number, box: string, confidence: number, text: string): string =>
  `5\t1\t1\t1\t${line}\t${word}\t${box.replaceAll(' ', '\t')}\t${confidence}\t${text}`

test('words by line; rows that are no words, and words of white space, are left out', () => {
  const tsv = [
    '1\t1\t0\t0\t0\t0\t0\t0\t800\t600\t-1\t',
    row(1, 1, '10 20 50 18', 96.5, 'Net'),
    row(1, 2, '70 20 50 18', 91, 'total'),
    row(2, 1, '10 50 9 9', 95, ' '),
    '',
  ].join('\n')
  expect(parseTsv(tsv)).toEqual([
    [
      { text: 'Net', left: 10, top: 20, width: 50, height: 18, confidence: 0.965 },
      { text: 'total', left: 70, top: 20, width: 50, height: 18, confidence: 0.91 },
    ],
  ])
})

test('Han characters stand together, Latin words apart, far words are cells', () => {
  const tsv = [
    row(1, 1, '10 20 20 20', 90, '数'),
    row(1, 2, '32 20 20 20', 90, '据'),
    row(1, 3, '56 20 40 20', 90, 'base'),
    row(1, 4, '300 20 40 20', 80, '9.00'),
  ].join('\n')
  const lines = linesOf(parseTsv(tsv), PAGE)
  expect(lines.map((line) => line.text)).toEqual(['数据 base', '9.00'])
  expect(lines[0]!.words.map(({ start, end }) => lines[0]!.text.slice(start, end))).toEqual(['数', '据', 'base'])
  expect(lines[1]!.quad).toMatchObject({ x: 300, y: 20, length: 40, height: 20 })
  expect(lines[1]!.confidence).toBeCloseTo(0.8)
})
