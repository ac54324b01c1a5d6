/**
 * Durable jobs. Owner of the table `job`; knows no job by name.
 *
 *   ready(0) --lease--> running(1) --complete--> done(2)
 *      ^                   |  \--fail, attempts used up or not retryable--> given up(3)
 *      '---lease expired---'
 *
 * Enqueued in the transaction that makes the work necessary; `(kind, key)` is unique among unfinished jobs, so
 * enqueueing twice is one job. Every lease raises `fence`; results are written only in a transaction that first proves
 * the fence (`Lease.guard`), so a worker that lost its lease cannot write.
 */
import type { Db, Sql, Tx } from '../db/db.ts'
import { LIMITS } from '../base/limits.ts'
import type { Notice } from '@zhiku/contract/entities.ts'

export interface NewJob {
  kind: string
  key: string
  payload: object
  owner?: string
  /** larger runs earlier */
  priority?: number
  /** not before this many seconds from now */
  delaySeconds?: number
}

export interface Job {
  id: number
  kind: string
  key: string
  owner: string
  attempt: number
  fence: number
  payload: unknown
}

/** Puts a job into the queue; if an unfinished one with the same kind and key exists, nothing happens. */
export async function enqueue(tx: Tx, job: NewJob, wake: () => void): Promise<void> {
  await tx.query(
    `insert into job (kind, key, payload, owner, priority, run_at) values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
     on conflict (kind, key) where state in (0, 1) do nothing`,
    [job.kind, job.key, JSON.stringify(job.payload), job.owner ?? 'local', job.priority ?? 0, job.delaySeconds ?? 0],
  )
  tx.afterCommit(wake)
}

/**
 * Leases the next job of a kind. Among equal priorities the owner with the fewest running jobs comes first, so one
 * person's thousand files do not hold up another's one.
 */
export async function lease(db: Sql, kind: string): Promise<Job | null> {
  const { rows } = await db.query<Job>(
    `update job set state = 1, attempt = attempt + 1, fence = fence + 1, lease_until = now() + make_interval(secs => $2)
     where id = (
       select j.id from job j where j.state = 0 and j.kind = $1 and j.run_at <= now()
       order by j.priority desc, (select count(*) from job r where r.state = 1 and r.kind = j.kind and r.owner = j.owner), j.run_at, j.id
       for update skip locked limit 1)
     returning id, kind, key, owner, attempt, fence, payload`,
    [kind, LIMITS.leaseSeconds],
  )
  return rows[0] ?? null
}

/** True when the lease is still held; prolongs it. To be called first in every transaction that writes a job's results. */
export async function guard(tx: Sql, job: Job): Promise<boolean> {
  const { count } = await tx.query(
    'update job set lease_until = now() + make_interval(secs => $3) where id = $1 and fence = $2 and state = 1',
    [job.id, job.fence, LIMITS.leaseSeconds],
  )
  return count === 1
}

/** Ends a job inside the transaction that wrote its results. False when the lease was lost: then roll back. */
export async function complete(tx: Sql, job: Job): Promise<boolean> {
  const { count } = await tx.query(
    'update job set state = 2, lease_until = null, finished_at = now() where id = $1 and fence = $2 and state = 1',
    [job.id, job.fence],
  )
  return count === 1
}

/** Gives up on a job, with the reason. False when the lease was lost. */
export async function giveUp(tx: Sql, job: Job, notice: Notice): Promise<boolean> {
  const { count } = await tx.query(
    'update job set state = 3, lease_until = null, finished_at = now(), error = $3 where id = $1 and fence = $2 and state = 1',
    [job.id, job.fence, JSON.stringify(notice)],
  )
  return count === 1
}

/** Puts a running job back, to run again after a pause that doubles with every attempt. */
export async function putBack(db: Sql, job: Job, notice: Notice): Promise<boolean> {
  const pauseSeconds = Math.min(60, 2 ** job.attempt)
  const { count } = await db.query(
    'update job set state = 0, lease_until = null, run_at = now() + make_interval(secs => $3), error = $4 where id = $1 and fence = $2 and state = 1',
    [job.id, job.fence, pauseSeconds, JSON.stringify(notice)],
  )
  return count === 1
}

/** Withdraws unfinished jobs of a key: a running worker's next `guard` fails. */
export async function withdraw(tx: Sql, kind: string, key: string): Promise<void> {
  await tx.query('delete from job where kind = $1 and key = $2 and state in (0, 1)', [kind, key])
}

/** Returns expired leases to the queue. On the embedded engine all leases of the process before are expired at the start. */
export async function returnExpired(db: Sql, all: boolean): Promise<number> {
  const { count } = await db.query(
    `update job set state = 0, lease_until = null, fence = fence + 1 where state = 1 and ($1 or lease_until < now())`,
    [all],
  )
  return count
}

export async function counts(db: Sql): Promise<{ waiting: number; running: number }> {
  const { rows } = await db.query<{ waiting: number; running: number }>(
    `select count(*) filter (where state = 0)::int as waiting, count(*) filter (where state = 1)::int as running from job`,
  )
  return rows[0]!
}

/** Finished jobs are kept a day for the curious, then removed. */
export async function prune(db: Db): Promise<void> {
  await db.query(`delete from job where state in (2, 3) and finished_at < now() - interval '1 day'`)
  await db.query(`delete from outbox where created_at < now() - interval '1 day'`)
}
