import type { Citation } from '@zhiku/contract/entities.ts'
import { mount } from '@vue/test-utils'
import { nextTick } from 'vue'
import { expect, test } from 'vitest'
import { createAppI18n } from '../app/i18n.ts'
import AnswerText from './AnswerText.vue'

const citation = (mark: number): Citation => ({
  id: `cit_${String(mark).padStart(32, '0')}`,
  mark,
  document: { id: 'doc_1', name: 'Report.pdf' },
  revisionId: 'rev_1',
  revisionOrd: 1,
  newestRevisionOrd: 1,
  page: 12,
  heading: [],
  quote: 'Growth was 4 %.',
  anchor: { v: 1, kind: 'page', page: 12, boxes: [[0, 0, 10, 10]], quote: [0, 15] },
  removed: false,
})
const show = (props: Partial<InstanceType<typeof AnswerText>['$props']>) =>
  mount(AnswerText, {
    props: { text: '', citations: [], active: null, growing: false, verbatim: false, ...props },
    global: { plugins: [createAppI18n()] },
    attachTo: document.body,
  })

test('marks become buttons that name document and place, and open their citation', async () => {
  const wrapper = show({ text: 'Growth.[1] Unknown [7].', citations: [citation(1)] })
  const chip = wrapper.get('[data-testid=cite-chip]')
  expect(chip.element.tagName).toBe('BUTTON')
  expect(chip.attributes('data-mark')).toBe('1')
  expect(chip.attributes('aria-label')).toMatch(/1.*Report\.pdf.*12/)
  expect(wrapper.text()).toContain('[7]')
  await chip.trigger('click')
  expect((wrapper.emitted('open')![0]![0] as Citation).mark).toBe(1)
})

test('a removed source is said to be removed', () => {
  const wrapper = show({ text: 'Growth.[1]', citations: [{ ...citation(1), removed: true, anchor: null, quote: '' }] })
  expect(wrapper.get('[data-testid=cite-chip]').classes()).toContain('cite-chip-removed')
})

test('more than three marks in a row fold, and unfold when asked', async () => {
  const wrapper = show({ text: 'Growth.[1][2][3][4]', citations: [1, 2, 3, 4].map(citation) })
  expect(wrapper.findAll('[data-testid=cite-chip]')).toHaveLength(2)
  await wrapper.get('.cite-group > button:last-child').trigger('click')
  expect(wrapper.findAll('[data-testid=cite-chip]')).toHaveLength(4)
})

test('while the text grows its finished blocks keep their elements', async () => {
  const wrapper = show({ text: 'First.[1]\n\nSecond', citations: [citation(1)], growing: true })
  const first = wrapper.element.querySelector('p')!
  const chip = wrapper.get('[data-testid=cite-chip]').element
  await wrapper.setProps({ text: 'First.[1]\n\nSecond goes on[' })
  await nextTick()
  expect(wrapper.element.querySelector('p')).toBe(first)
  expect(wrapper.get('[data-testid=cite-chip]').element).toBe(chip)
  expect(wrapper.text()).toMatch(/Second goes on$/)
})

test('links open elsewhere and tell the other side nothing', () => {
  const link = show({ text: '[handbook](https://example.org)' }).get('a')
  expect(link.attributes('target')).toBe('_blank')
  expect(link.attributes('rel')).toBe('noopener noreferrer nofollow')
})
