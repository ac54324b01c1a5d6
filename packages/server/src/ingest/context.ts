/** What the writing side works with. */
import { createHash } from 'node:crypto'
import type { ChunkSettings } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId } from '@zhiku/contract/ids.ts'
import type { Log } from '../base/log.ts'
import type { Db, Tx } from '../db/db.ts'
import type { Files } from '../files/files.ts'
import { INGEST_KIND } from '../library/documents.ts'
import type { Outbox } from '../queue/outbox.ts'
import { TOKENIZER_VERSION } from '../search/tokens.ts'
import { CHUNKER_VERSION } from './chunk/chunk.ts'

export const INGEST_JOB = INGEST_KIND
export const PURGE_JOB = 'ingest.purge'
export const LIBRARY_TOPIC = 'library'

export interface IngestContext {
  db: Db
  log: Log
  files: Files
  outbox: Outbox
  jobs: {
    /** tells the worker of a kind that there is something to do */
    wake(kind: string): void
    /** stops a running job at once; its withdrawal is in the database already */
    abort(kind: string, key: string): void
  }
  /** Erases what chats keep of a document, in the transaction that deletes it. */
  forget(tx: Tx, documentId: DocumentId): Promise<void>
}

/** The job that reads a revision; it can be paused with its collection. */
export const ingestJob = (of: {
  owner: string
  collectionId: CollectionId
  revisionId: string
}): { kind: string; key: string; payload: object; owner: string; scope: string } => ({
  kind: INGEST_JOB,
  key: of.revisionId,
  payload: { revisionId: of.revisionId },
  owner: of.owner,
  scope: of.collectionId,
})

/** Name of a generation of chunks: everything that decides what they look like. */
export function generationOf(chunking: ChunkSettings): string {
  const settings = createHash('sha256')
    .update(JSON.stringify([chunking.sizeTokens, chunking.overlapTokens, chunking.separators]))
    .digest('hex')
    .slice(0, 12)
  return `${CHUNKER_VERSION} ${TOKENIZER_VERSION} ${settings}`
}

export async function publishChange(
  ctx: Pick<IngestContext, 'outbox'>,
  tx: Tx,
  of: { owner: string; documentId: string; collectionId: string },
  kind: 'document.changed' | 'document.removed' = 'document.changed',
): Promise<void> {
  await ctx.outbox.publish(tx, {
    topic: LIBRARY_TOPIC,
    owner: of.owner,
    data: { kind, documentId: of.documentId, collectionId: of.collectionId },
  })
}
