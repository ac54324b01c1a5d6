/** Deleting: to the trash and back, and for good. Each is one transaction over everything that belongs to the document. */
import type { Document } from '@zhiku/contract/entities.ts'
import type { DocumentId } from '@zhiku/contract/ids.ts'
import { LIMITS } from '../base/limits.ts'
import type { Tx } from '../db/db.ts'
import { getDocument, listRevisions } from '../library/documents.ts'
import { deleteDocumentRows, setTrashed } from '../library/revisions.ts'
import { complete, enqueue, withdraw } from '../queue/queue.ts'
import type { Handler } from '../queue/worker.ts'
import { unindexDocument } from '../search/index.ts'
import { interruptSteps } from './steps.ts'
import { INGEST_JOB, type IngestContext, PURGE_JOB, ingestJob, publishChange } from './context.ts'

/** Deleting must work when the disk is full. */
const MAKES_SPACE = { frees: true }

/** @throws document.not_found */
export async function moveToTrash(ctx: IngestContext, owner: string, documentId: DocumentId): Promise<{ undoUntil: string }> {
  const document = await getDocument(ctx.db, owner, documentId)
  await ctx.db.transaction(async (tx) => {
    await setTrashed(tx, owner, documentId, true)
    await unindexDocument(tx, documentId)
    await stopJobs(ctx, tx, documentId)
    await enqueue(
      tx,
      { kind: PURGE_JOB, key: documentId, payload: { documentId, owner }, owner, delaySeconds: LIMITS.undoSeconds },
      () => undefined,
    )
    await publishChange(ctx, tx, { owner, documentId, collectionId: document.collectionId }, 'document.removed')
  }, MAKES_SPACE)
  return { undoUntil: new Date(Date.now() + LIMITS.undoSeconds * 1000).toISOString() }
}

/** @throws document.not_found when it has gone for good meanwhile, document.name_taken */
export async function restore(ctx: IngestContext, owner: string, documentId: DocumentId): Promise<Document> {
  return await ctx.db.transaction(async (tx) => {
    const document = await getDocument(tx, owner, documentId, { trashed: true })
    await setTrashed(tx, owner, documentId, false)
    await withdraw(tx, PURGE_JOB, documentId)
    // The job finds what is missing: pages not read yet, chunks not in the index.
    if (document.state !== 'cancelled' && document.state !== 'failed') {
      await enqueue(
        tx,
        { ...ingestJob({ owner, collectionId: document.collectionId, revisionId: document.revision.id }), priority: 1 },
        () => ctx.jobs.wake(INGEST_JOB),
      )
    }
    await publishChange(ctx, tx, { owner, documentId, collectionId: document.collectionId })
    return await getDocument(tx, owner, documentId)
  })
}

/** Deletes for good: rows, chunks, index, what chats keep of it, and the bytes when nothing else uses them. @throws document.not_found */
export async function purge(ctx: IngestContext, owner: string, documentId: DocumentId): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const document = await getDocument(tx, owner, documentId, { trashed: true })
    await stopJobs(ctx, tx, documentId)
    await withdraw(tx, PURGE_JOB, documentId)
    await ctx.forget(tx, documentId)
    for (const hash of await deleteDocumentRows(tx, documentId)) await ctx.files.release(tx, hash)
    await publishChange(ctx, tx, { owner, documentId, collectionId: document.collectionId }, 'document.removed')
  }, MAKES_SPACE)
}

async function stopJobs(ctx: IngestContext, tx: Tx, documentId: DocumentId): Promise<void> {
  for (const { id } of await listRevisions(tx, documentId)) {
    await withdraw(tx, INGEST_JOB, id)
    await interruptSteps(tx, id, 'ingest.interrupted')
    tx.afterCommit(() => ctx.jobs.abort(INGEST_JOB, id))
  }
}

/** Empties the trash when the undo time is over. */
export function purgeHandler(ctx: IngestContext): Handler {
  return {
    kind: PURGE_JOB,
    slots: 1,
    async run(job) {
      const { documentId, owner } = job.payload as { documentId: DocumentId; owner: string }
      const trashed = await getDocument(ctx.db, owner, documentId, { trashed: true }).then(
        (document) => document.trashedAt !== null,
        () => false,
      )
      // `purge` withdraws the job with everything else; without a document in the trash there is nothing left to do.
      if (trashed) await purge(ctx, owner, documentId)
      else await ctx.db.transaction((tx) => complete(tx, job))
    },
    async exhausted() {
      // Stays in the trash, visible to the doctor; the next start tries again.
    },
  }
}
