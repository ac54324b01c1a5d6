import type { Document } from '@zhiku/contract/entities.ts'
import { describe, expect, test } from 'vitest'
import { canCancel, canRetry } from './actions.ts'
import { type DocumentFilter, matches, withChildren, withDocument } from './useDocuments.ts'

const document = (n: number, over: Partial<Document> = {}): Document =>
  ({
    id: `doc_${String(n).padStart(32, '0')}`,
    collectionId: 'col_a',
    name: `Report ${n}.pdf`,
    state: 'ready',
    notice: null,
    trashedAt: null,
    parent: null,
    ...over,
  }) as Document
const ALL: DocumentFilter = { collection: null, state: null, q: '' }
const ids = (list: readonly Document[]): number[] => list.map(({ id }) => Number(id.slice(4)))

describe('a list kept up to date', () => {
  const list = [document(5), document(3), document(1)]
  test('a new document takes its place, newest first', () => {
    expect(ids(withDocument(list, document(4), ALL))).toEqual([5, 4, 3, 1])
    expect(ids(withDocument(list, document(9), ALL))).toEqual([9, 5, 3, 1])
    expect(ids(withDocument(list, document(0), ALL))).toEqual([5, 3, 1, 0])
  })
  test('a changed one stays where it is, or leaves when it no longer fits', () => {
    expect(withDocument(list, document(3, { state: 'failed' }), ALL)[1]!.state).toBe('failed')
    expect(ids(withDocument(list, document(3, { state: 'failed' }), { ...ALL, state: 'ready' }))).toEqual([5, 1])
  })
  test('what is in the trash is not shown', () => {
    expect(ids(withDocument(list, document(3, { trashedAt: '2026-01-01T00:00:00Z' }), ALL))).toEqual([5, 1])
  })
  test('names are found whatever their case', () => {
    expect(matches(document(1), { ...ALL, q: 'rePORT' })).toBe(true)
    expect(matches(document(1), { ...ALL, q: 'x' })).toBe(false)
  })
})

describe('what came out of mails and archives', () => {
  const mail = document(5)
  const child = document(6, { parent: { id: mail.id, name: mail.name } })
  test('stands below them, not beside them', () => {
    expect(matches(child, ALL)).toBe(false)
    expect(ids(withDocument([mail], child, ALL))).toEqual([5])
    const lines = withChildren([mail, document(1)], new Map([[mail.id, [child]]]))
    expect(lines.map(({ document: { id }, depth }) => [Number(id.slice(4)), depth])).toEqual([
      [5, 0],
      [6, 1],
      [1, 0],
    ])
  })
  test('is found by name and by state like everything else', () => {
    expect(matches(child, { ...ALL, q: 'report 6' })).toBe(true)
    expect(matches(child, { ...ALL, state: 'ready' })).toBe(true)
  })
})

describe('ways out', () => {
  test('reading again is offered where it can help', () => {
    const failed = (code: string) => document(1, { state: 'failed', notice: { code, params: {} } })
    expect(canRetry(failed('ingest.time_limit'))).toBe(true)
    expect(canRetry(failed('ingest.corrupt'))).toBe(false)
    expect(canRetry(document(1, { state: 'cancelled' }))).toBe(true)
    expect(canRetry(document(1))).toBe(false)
    expect(canRetry(document(1, { state: 'partial', notice: { code: 'ingest.pages_unread', params: {} } }))).toBe(true)
    expect(canRetry(document(1, { state: 'needs', notice: { code: 'ingest.password_needed', params: {} } }))).toBe(false)
    expect(canRetry(document(1, { state: 'reading', notice: { code: 'ingest.time_limit', params: {} } }))).toBe(false)
  })
  test('stopping is offered while there is something to stop', () => {
    expect(canCancel(document(1, { state: 'queued' }))).toBe(true)
    expect(canCancel(document(1))).toBe(false)
  })
})
