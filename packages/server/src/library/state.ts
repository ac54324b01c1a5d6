/**
 * The state of a document, computed from facts (rows) and nothing else. Pure.
 * Order of precedence as in docs/architecture.md: cancelled, needs, failed, queued, reading, indexing, empty, partial, ready.
 */
import type { Notice } from '@zhiku/contract/entities.ts'
import type { DocumentState } from '@zhiku/contract/states.ts'

export interface StateFacts {
  cancelled: boolean
  /** the reader ended with this error; null while it runs or after it finished */
  error: Notice | null
  /** an attempt is under way */
  started: boolean
  /** every page is decided */
  extracted: boolean
  /** pages that OCR has still to read */
  waitingPages: number
  textPages: number
  /** drawn, and OCR found no text */
  noTextPages: number
  /** engines that looked at them */
  lookedWith: string | null
  failedPages: number
  /** of `textPages`: read by OCR, below the confidence bar */
  unsurePages: number
  /** pages that failed or are unsure, in order */
  unread: readonly number[]
  /** why the first of the failed pages could not be read */
  failure: Notice | null
  /** text pages that have chunks */
  chunkedPages: number
  chunks: number
  /** chunks in the keyword index */
  indexed: number
  trashed: boolean
  /** search answers from this revision */
  current: boolean
}

/** Errors that name something a person or a later version must bring. */
const NEEDS = new Set(['ingest.password_needed', 'ingest.encrypted'])
/** A format without a reader: one code for each way out. */
const UNSUPPORTED = 'ingest.unsupported_'
/** Errors that say: there is nothing to read here. */
const EMPTY = new Set(['ingest.empty_file', 'ingest.no_text'])

const notice = (code: string, params: Notice['params'] = {}): Notice => ({ code, params })

/** "1-3, 7, 9-11", at most `most` ranges */
export function pageRanges(pages: readonly number[], most = 8): string {
  const ranges: string[] = []
  for (let at = 0; at < pages.length;) {
    let end = at
    while (end + 1 < pages.length && pages[end + 1] === pages[end]! + 1) end += 1
    ranges.push(at === end ? `${pages[at]}` : `${pages[at]}-${pages[end]}`)
    at = end + 1
  }
  return ranges.length > most ? `${ranges.slice(0, most).join(', ')} …` : ranges.join(', ')
}

export function stateOf(facts: StateFacts): { state: DocumentState; notice: Notice | null } {
  const { error } = facts
  if (facts.cancelled) return { state: 'cancelled', notice: null }
  if (error && (NEEDS.has(error.code) || error.code.startsWith(UNSUPPORTED))) return { state: 'needs', notice: error }
  if (error && !EMPTY.has(error.code) && facts.indexed === 0) return { state: 'failed', notice: error }
  if (error && EMPTY.has(error.code)) return { state: 'empty', notice: error }
  if (error) return { state: 'partial', notice: error }
  if (!facts.extracted || facts.waitingPages > 0) return { state: facts.started ? 'reading' : 'queued', notice: null }
  if (facts.textPages === 0) return withoutText(facts)
  // In the trash nothing is searchable on purpose; the state is the one it will have when taken back.
  const searchable = facts.current && facts.indexed >= facts.chunks
  if (facts.chunkedPages < facts.textPages || (!searchable && !facts.trashed)) return { state: 'indexing', notice: null }
  if (facts.unread.length > 0) {
    const code = facts.failedPages > 0 ? 'ingest.pages_unread' : 'ingest.pages_unsure'
    return { state: 'partial', notice: notice(code, { count: facts.unread.length, pages: pageRanges(facts.unread) }) }
  }
  return { state: 'ready', notice: null }
}

/** All pages decided, none has text. */
function withoutText(facts: StateFacts): { state: DocumentState; notice: Notice } {
  if (facts.failedPages > 0)
    return { state: 'failed', notice: facts.failure ?? notice('ingest.corrupt', { detail: `page ${facts.unread[0]}` }) }
  if (facts.noTextPages === 0) return { state: 'empty', notice: notice('ingest.no_text') }
  return { state: 'empty', notice: notice('ingest.ocr_no_text', { pages: facts.noTextPages, engines: facts.lookedWith ?? '' }) }
}
