/** The first step: bytes become a revision and a job, or are recognised. */
import type { Document } from '@zhiku/contract/entities.ts'
import type { CollectionId } from '@zhiku/contract/ids.ts'
import type { Tx } from '../db/db.ts'
import type { PutFile } from '../files/files.ts'
import { getDocument, listRevisions } from '../library/documents.ts'
import { checkName, checkPath } from '../library/names.ts'
import { type AddedRevision, type ParentRevision, addRevision, clearOutcome } from '../library/revisions.ts'
import { enqueue } from '../queue/queue.ts'
import { INGEST_JOB, type IngestContext, ingestJob, publishChange } from './context.ts'
import { beginStep, endStep } from './steps.ts'
import { stopReading } from './stop.ts'

export interface ReceivedFile {
  owner: string
  collectionId: CollectionId
  path: string
  name: string
  file: PutFile
  /** the mail or archive it came out of */
  parent?: ParentRevision
  /** where it was fetched from */
  sourceUrl?: string
}

/**
 * Accepts a stored file: when this resolves, document, revision and job are durable.
 * The file's hold is settled in every case.
 *
 * @throws upload.name_invalid
 */
export async function receive(ctx: IngestContext, input: ReceivedFile): Promise<{ document: Document; known: boolean }> {
  try {
    const checked = { ...input, name: checkName(input.name), path: checkPath(input.path) }
    const added = await ctx.db.transaction((tx) => accept(ctx, tx, checked))
    return { document: await getDocument(ctx.db, input.owner, added.documentId), known: added.known }
  } finally {
    await input.file.settle()
  }
}

/** The rows of a received file, in the caller's transaction. Name and path are checked. */
export async function accept(ctx: IngestContext, tx: Tx, { file, ...input }: ReceivedFile): Promise<AddedRevision> {
  const revision = await addRevision(tx, {
    ...input,
    hash: file.hash,
    sizeBytes: file.sizeBytes,
    mediaType: 'application/octet-stream',
  })
  const job = ingestJob({ ...input, revisionId: revision.revisionId })
  if (revision.known) {
    // Adding a file again that failed or was stopped means: try again.
    const { state } = await getDocument(tx, input.owner, revision.documentId)
    if (state === 'failed' || state === 'cancelled') {
      await clearOutcome(tx, revision.revisionId)
      await enqueue(tx, job, () => ctx.jobs.wake(INGEST_JOB))
      await publishChange(ctx, tx, { ...input, documentId: revision.documentId })
    }
    return revision
  }
  await ctx.files.retain(tx, file)
  // One that is still being read would go on beside this one and, at its end, take over from it.
  for (const { id } of await listRevisions(tx, revision.documentId))
    if (id !== revision.revisionId) await stopReading(ctx, tx, id, 'ingest.superseded')
  const attempt = await beginStep(tx, revision.revisionId, 'receive', '1')
  await endStep(tx, revision.revisionId, 'receive', attempt, { bytes: file.sizeBytes })
  await enqueue(tx, job, () => ctx.jobs.wake(INGEST_JOB))
  await publishChange(ctx, tx, { ...input, documentId: revision.documentId })
  return revision
}
