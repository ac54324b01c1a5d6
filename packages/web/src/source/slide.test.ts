import type { Block, Place } from '@zhiku/contract/page.ts'
import { describe, expect, test } from 'vitest'
import { fontFor, slideOf } from './slide.ts'

const text = 'Title\nFirst point\nSecond point\nSay hello first'
const block = (kind: Block['kind'], words: string): Block => ({ kind, start: text.indexOf(words), end: text.indexOf(words) + words.length })
const blocks = [
  block('heading', 'Title'),
  block('list-item', 'First point'),
  block('list-item', 'Second point'),
  block('note', 'Say hello first'),
]
const place = (from: string, to: string, x: number, y: number, w: number, h: number): Place => [
  text.indexOf(from),
  text.indexOf(to) + to.length,
  x,
  y,
  w,
  h,
]
const page = { text, blocks, width: 960, height: 540 }

describe('a slide', () => {
  test('draws each text where it stands; notes stand below', () => {
    const slide = slideOf(page, [place('Title', 'Title', 40, 20, 880, 80), place('First', 'Second point', 40, 120, 400, 300)])
    expect(slide.items.map(({ box }) => box)).toEqual([
      [40, 20, 880, 80],
      [40, 120, 400, 300],
    ])
    expect(slide.items[1]!.blocks.map(({ start }) => text.slice(start, start + 5))).toEqual(['First', 'Secon'])
    expect(slide.items[0]!.heading).toBe(true)
    expect(slide.notes.map(({ kind }) => kind)).toEqual(['note'])
  })
  test('takes the box of a block from all its places', () => {
    const slide = slideOf(page, [place('First', 'First', 40, 120, 60, 20), place('point', 'First point', 110, 122, 70, 20)])
    expect(slide.items[0]!.box).toEqual([40, 120, 140, 22])
  })
  test('without places shows its text only', () => {
    const slide = slideOf({ ...page, width: null, height: null }, [])
    expect(slide.items).toEqual([])
    expect(slide.notes).toHaveLength(4)
    expect([slide.width, slide.height]).toEqual([960, 540])
  })
})

test('letters are as large as their box allows', () => {
  expect(fontFor('Title', 880, 80)).toBe(44)
  const small = fontFor('字'.repeat(200), 400, 100)
  expect(small).toBeLessThan(15)
  expect(small).toBeGreaterThan(8)
  expect(fontFor('字'.repeat(10_000), 100, 20)).toBe(6)
})
