import type { Citation } from '@zhiku/contract/entities.ts'
import { expect, test } from 'vitest'
import { createAppI18n } from '../app/i18n.ts'
import { language } from '../ui/language.ts'
import { answerAsText } from './copy.ts'

test('the copy lists its sources with document, place and words', () => {
  language.value = 'en'
  const { t } = createAppI18n().global
  const citation = {
    mark: 2,
    document: { id: 'd', name: 'Report.pdf' },
    page: 12,
    heading: [],
    quote: 'Growth\n was 4 %.',
    anchor: { kind: 'page' },
    removed: false,
  } as unknown as Citation
  const removed = { mark: 1, removed: true, document: { id: 'd', name: 'x' } } as unknown as Citation
  expect(answerAsText('Growth.[2][1]\n', [citation, removed], t)).toBe(
    'Growth.[2][1]\n\nSources:\n[1] Source removed\n[2] Report.pdf · Page 12: “Growth was 4 %.”',
  )
  expect(answerAsText('Nothing.', [], t)).toBe('Nothing.')
})
