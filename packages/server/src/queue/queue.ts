/**
 * Durable jobs. Owner of the tables `job`, `queue_turn` and `queue_pause`; knows no job by name.
 *
 *   ready(0) --lease--> running(1) --complete--> done(2)
 *      ^                   |  \--fail, attempts used up or not retryable--> given up(3)
 *      '--lease expired, put back, paused
 *
 * Enqueued in the transaction that makes the work necessary; `(kind, key)` is unique among unfinished jobs, so
 * enqueueing twice is one job. Every lease raises `fence`; results are written only in a transaction that first proves
 * the fence (`guard`), so a worker that lost its lease cannot write.
 *
 * An attempt counts when a job is leased, so that work which takes the whole process down is counted too; a checkpoint
 * (`guard` with `progress`) starts the count again: what gets further is not given up.
 */
import type { Db, Sql, Tx } from '../db/db.ts'
import { LIMITS } from '../base/limits.ts'
import type { Notice } from '@zhiku/contract/entities.ts'
import { BY_TURN, HELD, TURN_OF_OWNER } from './order.ts'

export interface NewJob {
  kind: string
  key: string
  payload: object
  owner?: string
  /** what it can be paused by (a collection); a job without one is never paused */
  scope?: string
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
    `insert into job (kind, key, payload, owner, scope, priority, run_at) values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
     on conflict (kind, key) where state in (0, 1) do nothing`,
    [job.kind, job.key, JSON.stringify(job.payload), job.owner ?? 'local', job.scope ?? null, job.priority ?? 0, job.delaySeconds ?? 0],
  )
  tx.afterCommit(wake)
}

/** Leases the next job of a kind, in the order of order.ts; what is paused is not handed out. */
export async function lease(db: Sql, kind: string): Promise<Job | null> {
  const { rows } = await db.query<Job>(
    `with next as (
       select j.id, j.owner from job j ${TURN_OF_OWNER}
       where j.state = 0 and j.kind = $1 and j.run_at <= now() and not ${HELD}
       order by j.priority desc, ${BY_TURN}, j.run_at, j.id limit 1 for update of j skip locked),
     turn as (
       insert into queue_turn (kind, owner, at) select $1, owner, clock_timestamp() from next
       on conflict (kind, owner) do update set at = excluded.at)
     update job set state = 1, attempt = attempt + 1, fence = fence + 1, lease_until = now() + make_interval(secs => $2)
     from next where job.id = next.id
     returning job.id, kind, key, job.owner, attempt, fence, payload`,
    [kind, LIMITS.leaseSeconds],
  )
  return rows[0] ?? null
}

/**
 * True when the lease is still held; prolongs it. To be called first in every transaction that writes a job's results.
 * A lease that ran out is lost, also when nobody has taken the job yet.
 *
 * @param progress  the transaction is a checkpoint: the attempts made so far no longer count
 */
export async function guard(tx: Sql, job: Job, progress = false): Promise<boolean> {
  const { count } = await tx.query(
    `update job set lease_until = now() + make_interval(secs => $3), attempt = case when $4 then 1 else attempt end
     where id = $1 and fence = $2 and state = 1 and lease_until > now()`,
    [job.id, job.fence, LIMITS.leaseSeconds, progress],
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

/** Puts a running job back as if it had not been leased: it was stopped from outside, which is no attempt of its own. */
export async function unlease(db: Sql, job: Job): Promise<boolean> {
  const { count } = await db.query(
    'update job set state = 0, lease_until = null, attempt = greatest(attempt - 1, 0) where id = $1 and fence = $2 and state = 1',
    [job.id, job.fence],
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

/** Finished jobs are kept a day for the curious, then removed. */
export async function prune(db: Db): Promise<void> {
  await db.query(`delete from job where state in (2, 3) and finished_at < now() - interval '1 day'`)
  await db.query(`delete from outbox where created_at < now() - interval '1 day'`)
}
