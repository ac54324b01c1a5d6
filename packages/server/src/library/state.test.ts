import { describe, expect, it } from 'vitest'
import { type StateFacts, pageRanges, stateOf } from './state.ts'

const ready: StateFacts = {
  cancelled: false,
  error: null,
  started: true,
  extracted: true,
  waitingPages: 0,
  textPages: 3,
  noTextPages: 0,
  lookedWith: null,
  failedPages: 0,
  unsurePages: 0,
  unread: [],
  failure: null,
  chunkedPages: 3,
  chunks: 7,
  indexed: 7,
  current: true,
  trashed: false,
}
const state = (change: Partial<StateFacts>): string => {
  const { state: name, notice } = stateOf({ ...ready, ...change })
  return notice ? `${name} ${notice.code}` : name
}

describe('state of a document', () => {
  it('is ready only when every page is decided and every chunk is in the index', () => {
    expect(state({})).toBe('ready')
    expect(state({ indexed: 6 })).toBe('indexing')
    expect(state({ chunkedPages: 2 })).toBe('indexing')
    expect(state({ current: false })).toBe('indexing')
    expect(state({ extracted: false })).toBe('reading')
    expect(state({ started: false })).toBe('ready')
    expect(state({ started: false, extracted: false })).toBe('queued')
  })

  it('is never ready with nothing inside', () => {
    expect(state({ textPages: 0, chunkedPages: 0, chunks: 0, indexed: 0 })).toBe('empty ingest.no_text')
    const nothing = { textPages: 0, chunkedPages: 0, chunks: 0, indexed: 0 }
    const failure = { code: 'ingest.page_time_limit', params: { seconds: 120 } }
    expect(state({ ...nothing, failedPages: 1, unread: [1], failure })).toBe('failed ingest.page_time_limit')
    expect(state({ ...nothing, failedPages: 1, unread: [1] })).toBe('failed ingest.corrupt')
    expect(stateOf({ ...ready, ...nothing, noTextPages: 2, lookedWith: 'PP-OCRv4' })).toEqual({
      state: 'empty',
      notice: { code: 'ingest.ocr_no_text', params: { pages: 2, engines: 'PP-OCRv4' } },
    })
    expect(state({ error: { code: 'ingest.empty_file', params: {} }, extracted: false, textPages: 0, indexed: 0 })).toBe(
      'empty ingest.empty_file',
    )
  })

  it('is being read while a page waits for OCR, whatever else is there', () => {
    expect(state({ waitingPages: 1 })).toBe('reading')
    expect(state({ waitingPages: 1, extracted: false, textPages: 0, chunks: 0, indexed: 0 })).toBe('reading')
    expect(state({ waitingPages: 1, started: false })).toBe('queued')
  })

  it('is partial when some pages could not be read, and names them', () => {
    const { state: name, notice } = stateOf({ ...ready, failedPages: 3, unread: [2, 3, 9] })
    expect(name).toBe('partial')
    expect(notice).toEqual({ code: 'ingest.pages_unread', params: { count: 3, pages: '2-3, 9' } })
    expect(state({ unsurePages: 1, unread: [2] })).toBe('partial ingest.pages_unsure')
    expect(state({ unsurePages: 1, failedPages: 1, unread: [2, 4] })).toBe('partial ingest.pages_unread')
    expect(state({ error: { code: 'ingest.time_limit', params: { seconds: 300 } }, extracted: false })).toBe('partial ingest.time_limit')
  })

  it('is failed when the reader gave up with nothing searchable', () => {
    expect(
      state({ error: { code: 'ingest.corrupt', params: { detail: '' } }, extracted: false, textPages: 0, chunks: 0, indexed: 0 }),
    ).toBe('failed ingest.corrupt')
  })

  it('puts what a person did or must do first', () => {
    expect(state({ cancelled: true, error: { code: 'ingest.corrupt', params: {} } })).toBe('cancelled')
    expect(state({ error: { code: 'ingest.password_needed', params: {} }, indexed: 0 })).toBe('needs ingest.password_needed')
  })

  it('keeps its state in the trash, where nothing is searchable', () => {
    expect(state({ trashed: true, indexed: 0 })).toBe('ready')
  })
})

describe('page ranges', () => {
  it('fold neighbours and cut long lists', () => {
    expect(pageRanges([1, 2, 3, 7, 9, 10])).toBe('1-3, 7, 9-10')
    expect(pageRanges([1, 3, 5], 2)).toBe('1, 3 …')
    expect(pageRanges([])).toBe('')
  })
})
