/**
 * Pausing: what is paused is kept as rows, so it stays paused over a restart. A paused job is not handed out; one that
 * runs stops at its next checkpoint (`yieldIfPaused`) and goes back to the queue without using up an attempt.
 */
import type { Queue } from '@zhiku/contract/control.ts'
import type { Db, Sql, Tx } from '../db/db.ts'
import type { Job } from './queue.ts'
import { HELD } from './order.ts'

/** Everything that has a scope. */
const EVERYTHING = ''

/** Thrown by a handler at a checkpoint; the worker puts the job back as it was. */
export class JobPaused extends Error {
  constructor() {
    super('the job was paused')
    this.name = 'JobPaused'
  }
}

/** @param scope  a collection, or null for everything */
export async function pause(tx: Tx, owner: string, scope: string | null): Promise<void> {
  await tx.query('insert into queue_pause (owner, scope) values ($1, $2) on conflict do nothing', [owner, scope ?? EVERYTHING])
}

/**
 * Resuming everything lifts the pauses of single collections too: afterwards nothing is held back.
 *
 * @param scope  a collection, or null for everything
 */
export async function resume(tx: Tx, owner: string, scope: string | null, wake: () => void): Promise<void> {
  await tx.query('delete from queue_pause where owner = $1 and ($2::text is null or scope = $2)', [owner, scope])
  tx.afterCommit(wake)
}

/** A thing that could be paused is gone. */
export async function forgetScope(tx: Sql, owner: string, scope: string): Promise<void> {
  await tx.query('delete from queue_pause where owner = $1 and scope = $2', [owner, scope])
}

/** To be called at a checkpoint, after its commit. @throws JobPaused */
export async function yieldIfPaused(db: Db, job: Job): Promise<void> {
  const { rows } = await db.query(`select 1 from job j where j.id = $1 and ${HELD}`, [job.id], { background: true })
  if (rows.length > 0) throw new JobPaused()
}

/** What is put off on purpose (emptying the trash) does not count as waiting. */
export async function describeQueue(db: Sql, owner: string): Promise<Queue> {
  const { rows } = await db.query<{ waiting: number; running: number; held: number; scopes: string[] }>(
    `select count(*) filter (where j.state = 0 and (j.scope is not null or j.run_at <= now()))::int as waiting, count(*) filter (where j.state = 1)::int as running,
       count(*) filter (where j.state = 0 and ${HELD})::int as held,
       array(select scope from queue_pause where owner = $1 order by paused_at) as scopes
     from job j where j.owner = $1 and j.state in (0, 1)`,
    [owner],
  )
  const { waiting, running, held, scopes } = rows[0]!
  return {
    waiting,
    running,
    held,
    paused: scopes.includes(EVERYTHING),
    pausedCollections: scopes.filter((scope) => scope !== EVERYTHING) as Queue['pausedCollections'],
  }
}
