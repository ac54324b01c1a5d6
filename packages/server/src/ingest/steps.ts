/** Timeline of a revision: what ran, when, how it ended. Owner of the table `step`. */
import type { Notice, TimelineEntry } from '@zhiku/contract/entities.ts'
import type { RevisionId } from '@zhiku/contract/ids.ts'
import type { Sql } from '../db/db.ts'

export type StepName = TimelineEntry['step']

/** Closes what is open in the timeline: whoever was at it has been stopped, and why. */
export async function interruptSteps(
  db: Sql,
  revisionId: RevisionId,
  code: 'ingest.interrupted' | 'ingest.cancelled' | 'ingest.paused' | 'ingest.superseded',
): Promise<void> {
  await db.query(
    `update step set finished_at = now(), error_code = $2, error_params = '{}' where revision_id = $1 and finished_at is null`,
    [revisionId, code],
  )
}

/** One row per step and attempt; attempts count up over retries by hand as well. An attempt that never ended was interrupted. */
export async function beginStep(db: Sql, revisionId: RevisionId, name: StepName, version: string): Promise<number> {
  await db.query(
    `update step set finished_at = now(), error_code = 'ingest.interrupted', error_params = '{}' where revision_id = $1 and name = $2 and finished_at is null`,
    [revisionId, name],
  )
  const { rows } = await db.query<{ attempt: number }>(
    `insert into step (revision_id, name, attempt, version)
     select $1, $2, (select coalesce(max(attempt), 0) + 1 from step where revision_id = $1 and name = $2), $3
     where exists (select 1 from revision where id = $1) returning attempt`,
    [revisionId, name, version],
  )
  return rows[0]?.attempt ?? 0
}

export async function endStep(
  db: Sql,
  revisionId: RevisionId,
  name: StepName,
  attempt: number,
  detail: TimelineEntry['detail'],
  notice: Notice | null = null,
): Promise<void> {
  await db.query(
    `update step set finished_at = now(), detail = $4, error_code = $5, error_params = $6 where revision_id = $1 and name = $2 and attempt = $3`,
    [revisionId, name, attempt, JSON.stringify(detail), notice?.code ?? null, notice ? JSON.stringify(notice.params) : null],
  )
}

export async function listSteps(db: Sql, revisionId: RevisionId): Promise<TimelineEntry[]> {
  const { rows } = await db.query<Omit<TimelineEntry, 'notice'> & { error_code: string | null; error_params: Notice['params'] | null }>(
    `select name as step, version, started_at as "startedAt", finished_at as "finishedAt", attempt, detail, error_code, error_params from step where revision_id = $1 order by started_at, name, attempt`,
    [revisionId],
  )
  return rows.map(({ error_code: code, error_params: params, ...row }) => ({
    ...row,
    notice: code === null ? null : { code, params: params ?? {} },
  }))
}
