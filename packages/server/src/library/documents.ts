/** Documents as people see them: identity, listing, state. Reads of the tables `document` and `revision`. */
import type { DocumentSelection } from '@zhiku/contract/control.ts'
import type { Document, Notice, Revision } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId, RevisionId } from '@zhiku/contract/ids.ts'
import { type DocumentState, isFinal } from '@zhiku/contract/states.ts'
import { fail } from '../base/fail.ts'
import type { Sql } from '../db/db.ts'
import { positions } from '../queue/order.ts'
import { getCollection } from './collections.ts'
import { stateOf } from './state.ts'

/** The kind of job that reads a revision; its key is the revision's id. Named in the view document_facts too. */
export const INGEST_KIND = 'ingest.revision'

/** A row of the view document_facts. */
interface Facts {
  id: DocumentId
  collection_id: CollectionId
  name: string
  path: string
  parent_id: DocumentId | null
  parent_name: string | null
  children: number
  source_url: string | null
  current_revision_id: RevisionId | null
  created_at: string
  updated_at: string
  trashed_at: string | null
  revision_id: RevisionId
  revision_ord: number
  file_hash: string
  media_type: string
  size_bytes: number
  revision_created_at: string
  pages_total: number | null
  extracted_at: string | null
  cancelled_at: string | null
  error_code: string | null
  error_params: Notice['params'] | null
  revisions: number
  started: boolean
  decided: number
  text_pages: number
  blank_pages: number
  no_text_pages: number
  failed_pages: number
  waiting_pages: number
  ocr_pages: number
  unsure_pages: number
  unread: number[] | null
  failed_code: string | null
  failed_params: Notice['params'] | null
  looked_with: string | null
  chunks: number
  indexed: number
  chunked_pages: number
  searchable_pages: number
  /** it waits for reading, and is held back by a pause */
  held: boolean
  job_state: number | null
}

function toDocument(row: Facts): Document {
  const { state, notice } = stateOf({
    cancelled: row.cancelled_at !== null,
    error: row.error_code === null ? null : { code: row.error_code, params: row.error_params ?? {} },
    started: row.started,
    extracted: row.extracted_at !== null,
    waitingPages: row.waiting_pages,
    textPages: row.text_pages,
    noTextPages: row.no_text_pages,
    lookedWith: row.looked_with,
    failedPages: row.failed_pages,
    unsurePages: row.unsure_pages,
    unread: row.unread ?? [],
    failure: row.failed_code === null ? null : { code: row.failed_code, params: row.failed_params ?? {} },
    chunkedPages: row.chunked_pages,
    chunks: row.chunks,
    indexed: row.indexed,
    trashed: row.trashed_at !== null,
    current: row.current_revision_id === row.revision_id,
  })
  return {
    id: row.id,
    collectionId: row.collection_id,
    name: row.name,
    path: row.path,
    parent: row.parent_id === null ? null : { id: row.parent_id, name: row.parent_name ?? '' },
    children: row.children,
    sourceUrl: row.source_url,
    state,
    notice: notice ?? (state === 'queued' && row.held ? { code: 'queue.paused', params: {} } : null),
    position: null,
    pages: {
      total: row.pages_total,
      decided: row.decided,
      text: row.text_pages,
      blank: row.blank_pages,
      noText: row.no_text_pages,
      failed: row.failed_pages,
      waiting: row.waiting_pages,
      ocr: row.ocr_pages,
      unsure: row.unsure_pages,
      searchable: row.searchable_pages,
    },
    chunks: row.chunks,
    indexed: row.indexed,
    revision: {
      id: row.revision_id,
      ord: row.revision_ord,
      fileHash: row.file_hash,
      mediaType: row.media_type,
      sizeBytes: row.size_bytes,
      createdAt: row.revision_created_at,
    },
    currentRevisionId: row.current_revision_id,
    revisions: row.revisions,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    trashedAt: row.trashed_at,
  }
}

/** @throws document.not_found, also for one in the trash unless `trashed` is true */
export async function getDocument(db: Sql, owner: string, id: DocumentId, options: { trashed?: boolean } = {}): Promise<Document> {
  const { rows } = await db.query<Facts>('select * from document_facts where owner = $1 and id = $2 and ($3 or trashed_at is null)', [
    owner,
    id,
    options.trashed ?? false,
  ])
  if (!rows[0]) throw fail('document.not_found')
  const [document] = await inLine(db, [toDocument(rows[0])])
  return document!
}

/** Fills in how many documents are before those that wait. */
async function inLine(db: Sql, documents: Document[]): Promise<Document[]> {
  const waiting = documents.filter(({ state }) => state === 'queued').map(({ revision }) => revision.id)
  const line = await positions(db, INGEST_KIND, waiting)
  return documents.map((document) =>
    document.state === 'queued' ? { ...document, position: line.get(document.revision.id) ?? 0 } : document,
  )
}

/** Rows read at a time when the state, which is computed, is part of the filter. */
const SCAN = 500

/** Newest first. `total` counts what the filter finds, the state filter included. */
export async function listDocuments(
  db: Sql,
  owner: string,
  filter: {
    collection?: CollectionId | undefined
    state?: DocumentState | undefined
    q?: string | undefined
    parent?: DocumentId | 'none' | undefined
    limit: number
    before?: DocumentId | undefined
  },
): Promise<{ documents: Document[]; total: number }> {
  const where = `owner = $1 and trashed_at is null and ($2::text is null or collection_id = $2) and ($3::text is null or position(lower($3) in lower(path || '/' || name)) > 0)
    and ($4::text is null or coalesce(parent_id, 'none') = $4)`
  const params = [owner, filter.collection ?? null, filter.q ?? null, filter.parent ?? null]
  if (filter.state === undefined) {
    const { rows: counted } = await db.query<{ n: number }>(`select count(*)::int as n from document where ${where}`, params)
    const { rows } = await db.query<Facts>(
      `select * from document_facts where ${where} and ($5::text is null or id < $5) order by id desc limit $6`,
      [...params, filter.before ?? null, filter.limit],
    )
    return { documents: await inLine(db, rows.map(toDocument)), total: counted[0]!.n }
  }
  const documents: Document[] = []
  let total = 0
  for await (const document of everyDocument(db, where, params)) {
    if (document.state !== filter.state) continue
    total += 1
    if ((filter.before === undefined || document.id < filter.before) && documents.length < filter.limit) documents.push(document)
  }
  return { documents: await inLine(db, documents), total }
}

/**
 * Ids of those documents of a selection (all of the owner's when it names none) that are in one of the states, oldest first.
 * @throws collection.not_found
 */
export async function selectDocuments(
  db: Sql,
  owner: string,
  selection: DocumentSelection,
  states: readonly DocumentState[],
): Promise<DocumentId[]> {
  if (selection.collection !== undefined) await getCollection(db, owner, selection.collection)
  const where = `owner = $1 and trashed_at is null and ($2::text is null or collection_id = $2) and ($3::text[] is null or id = any($3))`
  const found: DocumentId[] = []
  for await (const document of everyDocument(db, where, [owner, selection.collection ?? null, selection.ids ?? null]))
    if (states.includes(document.state)) found.push(document.id)
  return found.toReversed()
}

async function* everyDocument(db: Sql, where: string, params: readonly unknown[]): AsyncGenerator<Document> {
  let before: string | null = null
  for (;;) {
    const next: readonly unknown[] = [...params, before, SCAN]
    const { rows } = await db.query<Facts>(
      `select * from document_facts where ${where} and ($${params.length + 1}::text is null or id < $${params.length + 1}) order by id desc limit $${params.length + 2}`,
      next,
    )
    for (const row of rows) yield toDocument(row)
    if (rows.length < SCAN) return
    before = rows.at(-1)!.id
  }
}

export async function countByState(db: Sql, owner: string): Promise<Partial<Record<DocumentState, number>>> {
  const counts: Partial<Record<DocumentState, number>> = {}
  for await (const { state } of everyDocument(db, 'owner = $1 and trashed_at is null', [owner])) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

/** Documents in scope that are not at their right end yet, so an answer may miss something. */
export async function countUnfinished(
  db: Sql,
  scope: { owner: string; collections: readonly string[]; documents: readonly string[] },
): Promise<number> {
  const { rows } = await db.query<Facts>(
    `select * from document_facts f where owner = $1 and trashed_at is null and (cardinality($2::text[]) = 0 or collection_id = any($2)) and (cardinality($3::text[]) = 0 or id = any($3))
       and exists (select 1 from job j where j.kind = 'ingest.revision' and j.key = f.revision_id and j.state in (0, 1))`,
    [scope.owner, scope.collections, scope.documents],
  )
  return rows.filter((row) => !isFinal(toDocument(row).state)).length
}

export async function listRevisions(db: Sql, documentId: DocumentId): Promise<Revision[]> {
  const { rows } = await db.query<Revision>(
    `select id, ord, file_hash as "fileHash", media_type as "mediaType", size_bytes as "sizeBytes", created_at as "createdAt" from revision where document_id = $1 order by ord desc`,
    [documentId],
  )
  return rows
}

/** A revision with its document, for whoever may read it. @throws revision.not_found */
export async function getRevision(
  db: Sql,
  owner: string,
  id: RevisionId,
): Promise<{ revision: Revision; document: { id: DocumentId; name: string }; pagesTotal: number | null }> {
  const { rows } = await db.query<Revision & { document_id: DocumentId; name: string; pages_total: number | null }>(
    `select r.id, r.ord, r.file_hash as "fileHash", r.media_type as "mediaType", r.size_bytes as "sizeBytes", r.created_at as "createdAt", r.pages_total, d.id as document_id, d.name
     from revision r join document d on d.id = r.document_id where d.owner = $1 and r.id = $2 and d.trashed_at is null`,
    [owner, id],
  )
  const row = rows[0]
  if (!row) throw fail('revision.not_found')
  const { document_id: documentId, name, pages_total: pagesTotal, ...revision } = row
  return { revision, document: { id: documentId, name }, pagesTotal }
}
