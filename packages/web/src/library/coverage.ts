/** What has become of a document's pages, as parts of a bar. Pure. */
import { COVERAGE_KINDS, type CoverageKind, type CoverageRun } from '@zhiku/contract/control.ts'
import type { PageCounts } from '@zhiku/contract/entities.ts'

export interface CoveragePart {
  kind: CoverageKind
  pages: number
}

/** From the counts of a document, in the order of COVERAGE_KINDS, without empty parts. */
export function coverageOfCounts(counts: PageCounts): CoveragePart[] {
  const pages: Record<CoverageKind, number> = {
    text: counts.text - counts.ocr,
    ocr: counts.ocr - counts.unsure,
    unsure: counts.unsure,
    blank: counts.blank,
    no_text: counts.noText,
    waiting: counts.waiting,
    failed: counts.failed,
    unread: counts.total === null ? 0 : counts.total - counts.decided - counts.waiting,
  }
  return COVERAGE_KINDS.map((kind) => ({ kind, pages: Math.max(0, pages[kind]) })).filter((part) => part.pages > 0)
}

export const pagesOf = (run: CoverageRun): number => run.to - run.from + 1

/** From the runs of pages: one part per kind. */
export function coverageOfRuns(runs: readonly CoverageRun[]): CoveragePart[] {
  return COVERAGE_KINDS.map((kind) => ({
    kind,
    pages: runs.filter((run) => run.kind === kind).reduce((sum, run) => sum + pagesOf(run), 0),
  })).filter((part) => part.pages > 0)
}

/** Runs that a reader should look at. */
const TO_LOOK_AT: readonly CoverageKind[] = ['failed', 'unsure', 'no_text']
export const needsLook = (parts: readonly CoveragePart[]): boolean => parts.some(({ kind }) => TO_LOOK_AT.includes(kind))
export const runsToLookAt = (runs: readonly CoverageRun[]): CoverageRun[] =>
  runs
    .filter(({ kind }) => TO_LOOK_AT.includes(kind))
    .toSorted((a, b) => TO_LOOK_AT.indexOf(a.kind) - TO_LOOK_AT.indexOf(b.kind) || a.from - b.from)

/** "3", "3-7" */
export const runName = ({ from, to }: Pick<CoverageRun, 'from' | 'to'>): string => (from === to ? String(from) : `${from}–${to}`)
