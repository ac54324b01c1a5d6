/** Ends the reading of a revision, in the transaction that makes it pointless: its job can write nothing afterwards. */
import type { RevisionId } from '@zhiku/contract/ids.ts'
import type { Tx } from '../db/db.ts'
import { withdraw } from '../queue/queue.ts'
import { INGEST_JOB, type IngestContext } from './context.ts'
import { interruptSteps } from './steps.ts'

export async function stopReading(
  ctx: IngestContext,
  tx: Tx,
  revisionId: RevisionId,
  reason: Parameters<typeof interruptSteps>[2],
): Promise<void> {
  await withdraw(tx, INGEST_JOB, revisionId)
  await interruptSteps(tx, revisionId, reason)
  tx.afterCommit(() => ctx.jobs.abort(INGEST_JOB, revisionId))
}
