/** What the steps of a revision's job share. */
import type { RevisionId } from '@zhiku/contract/ids.ts'
import type { Tx } from '../db/db.ts'
import type { IngestTarget } from '../library/revisions.ts'
import { type Job, guard } from '../queue/queue.ts'
import type { Generation } from '../search/index.ts'
import type { IngestContext } from './context.ts'

export interface Work {
  ctx: IngestContext
  job: Job
  target: IngestTarget
  of: Generation
  /** an older revision or generation answers searches until this one takes over */
  replaces: boolean
  signal: AbortSignal
}

export const revisionOf = (job: Job): RevisionId => (job.payload as { revisionId: RevisionId }).revisionId

/**
 * A transaction that may write for this job only; rolls back when the lease was lost.
 *
 * @param progress  it is a checkpoint: attempts made before it no longer count
 */
export async function write<T>(ctx: IngestContext, job: Job, work: (tx: Tx) => Promise<T>, progress = false): Promise<T> {
  return await ctx.db.transaction(
    async (tx) => {
      if (!(await guard(tx, job, progress))) throw new Error('lease lost')
      return await work(tx)
    },
    { background: true },
  )
}
