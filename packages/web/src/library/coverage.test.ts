import { describe, expect, test } from 'vitest'
import { coverageOfCounts, coverageOfRuns, needsLook, runName, runsToLookAt } from './coverage.ts'

const counts = { total: 12, decided: 9, text: 6, blank: 1, noText: 1, failed: 1, waiting: 2, ocr: 4, unsure: 1, searchable: 6 }

describe('the parts of a document', () => {
  test('are told apart from the counts, every page once', () => {
    const parts = coverageOfCounts(counts)
    expect(Object.fromEntries(parts.map(({ kind, pages }) => [kind, pages]))).toEqual({
      text: 2,
      ocr: 3,
      unsure: 1,
      blank: 1,
      no_text: 1,
      waiting: 2,
      failed: 1,
      unread: 1,
    })
    expect(parts.reduce((sum, { pages }) => sum + pages, 0)).toBe(counts.total)
  })
  test('while the number of pages is not known, none is counted as unread', () => {
    expect(coverageOfCounts({ ...counts, total: null }).some(({ kind }) => kind === 'unread')).toBe(false)
  })
  test('are the same from the runs', () => {
    expect(
      coverageOfRuns([
        { from: 1, to: 2, kind: 'text', code: null },
        { from: 3, to: 3, kind: 'failed', code: 'ingest.corrupt' },
        { from: 4, to: 9, kind: 'text', code: null },
      ]),
    ).toEqual([
      { kind: 'text', pages: 8 },
      { kind: 'failed', pages: 1 },
    ])
  })
  test('need a look where a page is damaged, unsure or without text', () => {
    const parts = coverageOfCounts({ ...counts, noText: 0, failed: 0, unsure: 0 })
    expect(needsLook(parts)).toBe(false)
    expect(needsLook([...parts, { kind: 'unsure', pages: 1 }])).toBe(true)
  })
})

test('the pages to look at: damaged ones first, then unsure ones', () => {
  const runs = runsToLookAt([
    { from: 1, to: 2, kind: 'unsure', code: null },
    { from: 3, to: 3, kind: 'text', code: null },
    { from: 4, to: 6, kind: 'failed', code: 'ingest.corrupt' },
  ])
  expect(runs.map((run) => `${run.kind} ${runName(run)}`)).toEqual(['failed 4–6', 'unsure 1–2'])
})
