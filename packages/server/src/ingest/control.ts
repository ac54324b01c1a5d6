/** What a person does to the reading of documents: stop it, try again, hold everything back, chunk otherwise. */
import type { BulkResult, DocumentSelection, Queue } from '@zhiku/contract/control.ts'
import type { Document } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId } from '@zhiku/contract/ids.ts'
import type { DocumentState } from '@zhiku/contract/states.ts'
import type { Tx } from '../db/db.ts'
import { getCollection } from '../library/collections.ts'
import { getDocument, selectDocuments } from '../library/documents.ts'
import { deletePages } from '../library/pages.ts'
import { waitAgain } from '../library/readings.ts'
import { clearOutcome, listRechunkable, setCancelled, setPipeline } from '../library/revisions.ts'
import { describeQueue, pause, resume } from '../queue/pause.ts'
import { enqueue } from '../queue/queue.ts'
import { deleteRevisionChunks } from '../search/index.ts'
import { INGEST_JOB, type IngestContext, generationOf, ingestJob, publishChange } from './context.ts'
import { stopReading } from './stop.ts'

const UNDER_WAY: readonly DocumentState[] = ['queued', 'reading', 'indexing']

/** Stops reading; what was read stays searchable. Does nothing to a document that is at its end. @throws document.not_found */
export async function cancel(ctx: IngestContext, owner: string, documentId: DocumentId): Promise<Document> {
  return await ctx.db.transaction(async (tx) => {
    const document = await getDocument(tx, owner, documentId)
    if (!UNDER_WAY.includes(document.state)) return document
    const { id: revisionId } = document.revision
    await setCancelled(tx, revisionId, true)
    await stopReading(ctx, tx, revisionId, 'ingest.cancelled')
    await publishChange(ctx, tx, { ...document, owner, documentId })
    return await getDocument(tx, owner, documentId)
  })
}

/**
 * Reads the newest revision again. A stopped one goes on where it was; of one that is partial for some pages only these
 * are read again; any other is read anew, its pages replaced. A document that is ready or still being read stays as it is.
 * @throws document.not_found
 */
export async function retry(ctx: IngestContext, owner: string, documentId: DocumentId): Promise<Document> {
  return await ctx.db.transaction(async (tx) => {
    const document = await getDocument(tx, owner, documentId)
    if (document.state === 'ready' || UNDER_WAY.includes(document.state)) return document
    const { id: revisionId } = document.revision
    const goesOn = document.state === 'cancelled' || (document.state === 'partial' && (await readsPagesAgain(tx, document)))
    if (!goesOn) {
      await deleteRevisionChunks(tx, revisionId)
      await deletePages(tx, revisionId)
    }
    await clearOutcome(tx, revisionId)
    await enqueue(tx, { ...ingestJob({ owner, collectionId: document.collectionId, revisionId }), priority: 1 }, () =>
      ctx.jobs.wake(INGEST_JOB),
    )
    await publishChange(ctx, tx, { ...document, owner, documentId })
    return await getDocument(tx, owner, documentId)
  })
}

/** Nothing but pages that OCR may read again keeps it from being ready. */
async function readsPagesAgain(tx: Tx, { notice, revision }: Document): Promise<boolean> {
  const onlyPages = notice?.code === 'ingest.pages_unread' || notice?.code === 'ingest.pages_unsure'
  return onlyPages && (await waitAgain(tx, revision.id)) > 0
}

/**
 * One transaction each, so that a thousand documents do not hold up everybody else, and what was done stays done.
 * A document that is deleted meanwhile is left out.
 */
async function each(
  ids: readonly DocumentId[],
  act: (id: DocumentId) => Promise<Document>,
  isChanged: (document: Document) => boolean,
): Promise<BulkResult> {
  const documents: DocumentId[] = []
  for (const id of ids) {
    const document = await act(id).catch((error: unknown) => {
      if ((error as { code?: unknown }).code === 'document.not_found') return null
      throw error
    })
    if (document && isChanged(document)) documents.push(id)
  }
  return { changed: documents.length, documents }
}

/** Stops reading all of a selection that wait or are being read. @throws collection.not_found */
export async function cancelMany(ctx: IngestContext, owner: string, selection: DocumentSelection): Promise<BulkResult> {
  const ids = await selectDocuments(ctx.db, owner, selection, UNDER_WAY)
  return await each(
    ids,
    (id) => cancel(ctx, owner, id),
    (document) => document.state === 'cancelled',
  )
}

/** Reads all of a selection again that are in one of the states. @throws collection.not_found */
export async function retryMany(
  ctx: IngestContext,
  owner: string,
  selection: DocumentSelection & { states: readonly DocumentState[] },
): Promise<BulkResult> {
  const ids = await selectDocuments(ctx.db, owner, selection, selection.states)
  return await each(
    ids,
    (id) => retry(ctx, owner, id),
    (document) => UNDER_WAY.includes(document.state),
  )
}

/** Pauses reading, of everything or of one collection; it stays paused over a restart. @throws collection.not_found */
export async function pauseReading(ctx: IngestContext, owner: string, collectionId: CollectionId | null): Promise<Queue> {
  return await ctx.db.transaction(async (tx) => {
    if (collectionId !== null) await getCollection(tx, owner, collectionId)
    await pause(tx, owner, collectionId)
    return await describeQueue(tx, owner)
  })
}

/** @throws collection.not_found */
export async function resumeReading(ctx: IngestContext, owner: string, collectionId: CollectionId | null): Promise<Queue> {
  return await ctx.db.transaction(async (tx) => {
    if (collectionId !== null) await getCollection(tx, owner, collectionId)
    await resume(tx, owner, collectionId, () => ctx.jobs.wake(INGEST_JOB))
    return await describeQueue(tx, owner)
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
    await enqueue(tx, { ...ingestJob(revision), priority: -1 }, () => ctx.jobs.wake(INGEST_JOB))
    queued += 1
  }
  return queued
}
