import { ApiError } from '@zhiku/contract/client.ts'
import { expect, test } from 'vitest'
import { errorText, noticeText } from './notice.ts'

test('a code of the error table is said in the reader’s language, with its params', () => {
  expect(noticeText({ code: 'ingest.page_limit', params: { pages: 9000, limit: 5000 } }, 'zh')).toContain('9000')
  expect(noticeText({ code: 'ingest.page_limit', params: { pages: 9000, limit: 5000 } }, 'en')).toMatch(/9000.*5000/)
})
test('what only a browser can meet has words too', () => {
  expect(errorText(new ApiError('network', 0, {}, '', 'Failed to fetch'), 'en')).toMatch(/cannot be reached/)
  expect(errorText(new ApiError('http', 502, {}, '', ''), 'zh')).toContain('502')
})
