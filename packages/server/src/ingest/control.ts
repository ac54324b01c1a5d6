/** What a person does to the reading of a document: stop it, try again, chunk it otherwise. */
import type { Document } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId } from '@zhiku/contract/ids.ts'
import type { Tx } from '../db/db.ts'
import { getDocument } from '../library/documents.ts'
import { deletePages } from '../library/pages.ts'
import { clearOutcome, listRechunkable, setCancelled, setPipeline } from '../library/revisions.ts'
import { enqueue, withdraw } from '../queue/queue.ts'
import { deleteRevisionChunks } from '../search/index.ts'
import { INGEST_JOB, type IngestContext, generationOf, publishChange } from './context.ts'

/** Stops reading; what was read stays searchable. Does nothing to a document that is at its end. @throws document.not_found */
export async function cancel(ctx: IngestContext, owner: string, documentId: DocumentId): Promise<Document> {
  return await ctx.db.transaction(async (tx) => {
    const document = await getDocument(tx, owner, documentId)
    if (!['queued', 'reading', 'indexing'].includes(document.state)) return document
    await setCancelled(tx, document.revision.id, true)
    await withdraw(tx, INGEST_JOB, document.revision.id)
    tx.afterCommit(() => ctx.jobs.abort(INGEST_JOB, document.revision.id))
    await publishChange(ctx, tx, { ...document, owner, documentId })
    return await getDocument(tx, owner, documentId)
  })
}

/**
 * Reads the newest revision again. A stopped one goes on where it was; a failed or partial one is read anew, its pages
 * replaced. A document that is ready or still being read stays as it is. @throws document.not_found
 */
export async function retry(ctx: IngestContext, owner: string, documentId: DocumentId): Promise<Document> {
  return await ctx.db.transaction(async (tx) => {
    const document = await getDocument(tx, owner, documentId)
    if (['ready', 'queued', 'reading', 'indexing'].includes(document.state)) return document
    if (document.state !== 'cancelled') {
      await deleteRevisionChunks(tx, document.revision.id)
      await deletePages(tx, document.revision.id)
    }
    await clearOutcome(tx, document.revision.id)
    await enqueue(
      tx,
      { kind: INGEST_JOB, key: document.revision.id, payload: { revisionId: document.revision.id }, owner, priority: 1 },
      () => ctx.jobs.wake(INGEST_JOB),
    )
    await publishChange(ctx, tx, { ...document, owner, documentId })
    return await getDocument(tx, owner, documentId)
  })
}

/**
 * Queues every document whose chunks are of another generation than its collection now asks for: after a change of
 * chunking (one collection), or at the start after an upgrade of chunker or tokenizer (null: all).
 */
export async function requeueOutdated(ctx: IngestContext, tx: Tx, collectionId: CollectionId | null): Promise<number> {
  let queued = 0
  for (const revision of await listRechunkable(tx, collectionId)) {
    const generation = generationOf(revision.chunking)
    if (revision.pipeline === generation) continue
    await setPipeline(tx, revision.revisionId, generation)
    await enqueue(
      tx,
      { kind: INGEST_JOB, key: revision.revisionId, payload: { revisionId: revision.revisionId }, owner: revision.owner, priority: -1 },
      () => ctx.jobs.wake(INGEST_JOB),
    )
    queued += 1
  }
  return queued
}
