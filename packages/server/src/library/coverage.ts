/** What has become of every page of a revision, as runs of pages: what the coverage bar shows. */
import type { CoverageRun } from '@zhiku/contract/control.ts'
import type { RevisionId } from '@zhiku/contract/ids.ts'
import type { Sql } from '../db/db.ts'

/** The kind of a page `p`; see COVERAGE_KINDS. */
const KIND = `case when p.status <> 'text' then p.status when p.confidence is null then 'text' when p.unsure then 'unsure' else 'ocr' end`

/** @param pagesTotal  null while the reader does not know it: then the runs end with the last page that was looked at */
export async function listCoverage(db: Sql, revisionId: RevisionId, pagesTotal: number | null): Promise<CoverageRun[]> {
  // Pages of one kind whose number minus their rank is the same stand beside each other.
  const { rows } = await db.query<CoverageRun>(
    `with kinds as (select p.ord, ${KIND} as kind, case when p.status = 'failed' then p.code end as code from page p where p.revision_id = $1),
       grouped as (select *, ord - row_number() over (partition by kind, code order by ord) as run from kinds)
     select min(ord) as "from", max(ord) as "to", kind, code from grouped group by kind, code, run order by 1`,
    [revisionId],
  )
  const runs: CoverageRun[] = []
  let next = 1
  const gap = (before: number): void => {
    if (next < before) runs.push({ from: next, to: before - 1, kind: 'unread', code: null })
  }
  for (const run of rows) {
    gap(run.from)
    runs.push(run)
    next = run.to + 1
  }
  gap((pagesTotal ?? 0) + 1)
  return runs
}
