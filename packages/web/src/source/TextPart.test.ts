import type { Page } from '@zhiku/contract/page.ts'
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import TextPart from './TextPart.vue'

const text = 'Locks\nA gap lock.\nfirst\nsecond\nlock\tuse\nx = 1'
const part: Page = {
  page: 1,
  kind: 'text',
  version: 1,
  label: null,
  status: 'text',
  code: null,
  codeParams: {},
  width: null,
  height: null,
  rotation: 0,
  text,
  blocks: [
    { kind: 'heading', level: 1, start: 0, end: 5 },
    { kind: 'paragraph', start: 6, end: 17 },
    { kind: 'list-item', level: 0, marker: '1.', start: 18, end: 23 },
    { kind: 'list-item', level: 1, marker: 'a)', start: 24, end: 30 },
    {
      kind: 'table',
      start: 31,
      end: 39,
      headerRows: 1,
      rows: [
        [
          [31, 35],
          [36, 39],
        ],
      ],
    },
    { kind: 'code', start: 40, end: 45 },
  ],
  engine: 'test',
  confidence: null,
  unsure: false,
  doubts: [],
  dropped: { outside: 0, invisible: 0 },
}
const show = (spans: [number, number][]) =>
  mount(TextPart, { props: { part, spans: spans.map((span, n) => ({ key: String(n), active: n === 0, strong: n === 0, span })) } })

test('every block is set as what it is', () => {
  const view = show([])
  expect(view.get('h3').text()).toBe('Locks')
  expect(view.get('[role=list]').findAll('[role=listitem]')).toHaveLength(2)
  expect(view.get('[role=list]').text()).toContain('a)')
  expect(view.findAll('th').map((cell) => cell.text())).toEqual(['lock', 'use'])
  expect(view.get('pre').text()).toBe('x = 1')
})

test('a cited span is marked in each block that it touches, in exactly its words', () => {
  const marks = show([[8, 20]]).findAll('[data-testid=cite-mark]')
  expect(marks.map((mark) => mark.text())).toEqual(['gap lock.', 'fi'])
  expect(marks[0]!.classes()).toContain('cite-mark-strong')
})

test('a page without blocks is shown as its text', () => {
  const view = mount(TextPart, { props: { part: { ...part, blocks: [] }, spans: [] } })
  expect(view.get('p').element.textContent).toBe(text)
})
