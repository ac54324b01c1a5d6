import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SignFilter } from './sign-filter.ts'

function filtered(pieces: readonly string[]): { text: string; found: boolean } {
  const filter = new SignFilter('NOT_HERE')
  const text = pieces.map((piece) => filter.push(piece)).join('') + filter.end()
  return { text, found: filter.found }
}

test('the sign goes, what only begins like it stays', () => {
  expect(filtered(['a NOT_HERE b'])).toEqual({ text: 'a  b', found: true })
  expect(filtered(['a NOT_', 'HE', 'RE'])).toEqual({ text: 'a ', found: true })
  expect(filtered(['a NOT_HER'])).toEqual({ text: 'a NOT_HER', found: false })
})

test('any cut gives the same', () => {
  const pieces = fc.array(fc.constantFrom('NOT_HERE', 'NOT_', 'HERE', 'N', 'x', ' ', 'NOT'), { maxLength: 12 })
  fc.assert(
    fc.property(pieces, (parts) => {
      expect(filtered(parts)).toEqual(filtered([parts.join('')]))
      expect(filtered(parts.join('').split(''))).toEqual(filtered([parts.join('')]))
    }),
  )
})
