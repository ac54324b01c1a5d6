/**
 * Deleting: to the trash and back, and for good. Each is one transaction over everything that belongs to the document.
 * What came out of it (attachments, files of an archive) goes with it: out of sight in the same transaction, out of the
 * index and off the disk in one transaction each.
 */
import type { Document } from '@zhiku/contract/entities.ts'
import type { DocumentId } from '@zhiku/contract/ids.ts'
import { isAppError } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import type { Sql, Tx } from '../db/db.ts'
import { getDocument, listRevisions } from '../library/documents.ts'
import { deleteDocumentRows, setTrashed, setTreeTrashed } from '../library/revisions.ts'
import { hasVanished, listDescendants, listReadable } from '../library/tree.ts'
import { complete, enqueue, withdraw } from '../queue/queue.ts'
import type { Handler } from '../queue/worker.ts'
import { unindexDocument } from '../search/index.ts'
import { INGEST_JOB, type IngestContext, PURGE_JOB, ingestJob, publishChange } from './context.ts'
import { stopReading } from './stop.ts'

/** Deleting must work when the disk is full. */
const MAKES_SPACE = { frees: true }

/** @throws document.not_found */
export async function moveToTrash(ctx: IngestContext, owner: string, documentId: DocumentId): Promise<{ undoUntil: string }> {
  const document = await getDocument(ctx.db, owner, documentId)
  let inside: DocumentId[] = []
  await ctx.db.transaction(async (tx) => {
    await setTrashed(tx, owner, documentId, true)
    await unindexDocument(tx, documentId)
    await stopJobs(ctx, tx, documentId)
    await enqueue(
      tx,
      { kind: PURGE_JOB, key: documentId, payload: { documentId, owner }, owner, delaySeconds: LIMITS.undoSeconds },
      () => undefined,
    )
    inside = await setTreeTrashed(tx, documentId, true)
    for (const child of inside) {
      await stopJobs(ctx, tx, child)
      await publishChange(ctx, tx, { owner, documentId: child, collectionId: document.collectionId }, 'document.removed')
    }
    await publishChange(ctx, tx, { owner, documentId, collectionId: document.collectionId }, 'document.removed')
  }, MAKES_SPACE)
  // Searches leave documents in the trash out by themselves; the index may follow.
  for (const child of inside) {
    await ctx.db.transaction(async (tx) => {
      if (await isTrashed(tx, owner, child)) await unindexDocument(tx, child)
    }, MAKES_SPACE)
  }
  return { undoUntil: new Date(Date.now() + LIMITS.undoSeconds * 1000).toISOString() }
}

/** @throws document.not_found when it has gone for good meanwhile, document.name_taken */
export async function restore(ctx: IngestContext, owner: string, documentId: DocumentId): Promise<Document> {
  return await ctx.db.transaction(async (tx) => {
    const document = await getDocument(tx, owner, documentId, { trashed: true })
    const inside = await setTreeTrashed(tx, documentId, false)
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
    for (const child of await listReadable(tx, inside)) {
      await enqueue(tx, ingestJob({ owner, collectionId: document.collectionId, revisionId: child.revisionId }), () =>
        ctx.jobs.wake(INGEST_JOB),
      )
    }
    for (const child of inside) await publishChange(ctx, tx, { owner, documentId: child, collectionId: document.collectionId })
    await publishChange(ctx, tx, { owner, documentId, collectionId: document.collectionId })
    return await getDocument(tx, owner, documentId)
  })
}

/**
 * Deletes for good: rows, chunks, index, what chats keep of it, and the bytes when nothing else uses them.
 * A document without others inside it goes in one transaction. A container is hidden first, with the job that empties
 * the trash, so that a crash in the middle leaves nothing half deleted for ever. @throws document.not_found
 */
export async function purge(ctx: IngestContext, owner: string, documentId: DocumentId): Promise<void> {
  if (await purgeOne(ctx, owner, documentId)) return
  if (!(await isTrashed(ctx.db, owner, documentId))) await moveToTrash(ctx, owner, documentId)
  // A container that was being read could bring a child in between; then there is another round.
  for (let more = true; more;) {
    for (const child of await listDescendants(ctx.db, documentId)) {
      await purgeOne(ctx, child.owner, child.id).catch((error: unknown) => {
        // Someone else was quicker.
        if (!isAppError(error, 'document.not_found')) throw error
      })
    }
    more = !(await purgeOne(ctx, owner, documentId))
  }
}

/** @returns whether it is gone: not while there is something inside it */
async function purgeOne(ctx: IngestContext, owner: string, documentId: DocumentId): Promise<boolean> {
  return await ctx.db.transaction(async (tx) => {
    if ((await listDescendants(tx, documentId)).length > 0) return false
    const document = await getDocument(tx, owner, documentId, { trashed: true })
    await stopJobs(ctx, tx, documentId)
    await withdraw(tx, PURGE_JOB, documentId)
    await ctx.forget(tx, documentId)
    for (const hash of await deleteDocumentRows(tx, documentId)) await ctx.files.release(tx, hash)
    await publishChange(ctx, tx, { owner, documentId, collectionId: document.collectionId }, 'document.removed')
    return true
  }, MAKES_SPACE)
}

const isTrashed = async (db: Sql, owner: string, documentId: DocumentId): Promise<boolean> =>
  await getDocument(db, owner, documentId, { trashed: true }).then(
    (document) => document.trashedAt !== null,
    () => false,
  )

async function stopJobs(ctx: IngestContext, tx: Tx, documentId: DocumentId): Promise<void> {
  for (const { id } of await listRevisions(tx, documentId)) await stopReading(ctx, tx, id, 'ingest.interrupted')
}

/** Empties the trash when the undo time is over, and removes what a container no longer holds. */
export function purgeHandler(ctx: IngestContext): Handler {
  return {
    kind: PURGE_JOB,
    slots: 1,
    async run(job) {
      const { documentId, owner } = job.payload as { documentId: DocumentId; owner: string }
      // `purge` withdraws the job with everything else; a document that was taken back stays.
      if ((await isTrashed(ctx.db, owner, documentId)) || (await hasVanished(ctx.db, documentId))) await purge(ctx, owner, documentId)
      else await ctx.db.transaction((tx) => complete(tx, job))
    },
    async exhausted() {
      // Stays in the trash, visible to the doctor; the next start tries again.
    },
  }
}
