/**
 * Writing side of documents and revisions. Owner of the tables `document` and `revision`.
 * Everything here runs in a transaction of the caller, who enqueues jobs and publishes events in the same one.
 */
import type { ChunkSettings, Notice } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId, RevisionId } from '@zhiku/contract/ids.ts'
import { fail } from '../base/fail.ts'
import { newId } from '../base/ids.ts'
import type { Sql, Tx } from '../db/db.ts'

export interface NewRevision {
  owner: string
  collectionId: CollectionId
  /** checked by names.ts */
  path: string
  name: string
  hash: string
  sizeBytes: number
  mediaType: string
  /** the mail or archive it came out of */
  parent?: ParentRevision
  /** where it was fetched from */
  sourceUrl?: string
}

export interface ParentRevision {
  documentId: DocumentId
  revisionId: RevisionId
  /** the upload at the top of it all */
  rootId: DocumentId
  /** of the child: 1 in an upload, 2 in a container in an upload */
  depth: number
}

export interface AddedRevision {
  documentId: DocumentId
  revisionId: RevisionId
  /** the same bytes were there already: nothing was added */
  known: boolean
}

/**
 * A file becomes a revision: of the document with that name, or of a new one.
 * The same bytes in the same collection are recognised, whatever their name; then nothing is added. What came out of a
 * container is recognised at its place in there, what was fetched by its address.
 * The transaction holds a lock on the collection, so the same file sent twice at once is still one.
 */
export async function addRevision(tx: Tx, input: NewRevision): Promise<AddedRevision> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`collection ${input.collectionId}`])
  const existing = await findPlace(tx, input)
  const same = await findSameBytes(tx, input, existing)
  if (same) {
    await keepOrigin(tx, same.documentId, input)
    return { ...same, known: true }
  }
  const documentId = existing ?? newId('document')
  if (!existing) {
    const name = input.sourceUrl === undefined ? input.name : await freeName(tx, input)
    await tx.query(
      'insert into document (id, owner, collection_id, path, name, parent_id, root_id, depth) values ($1, $2, $3, $4, $5, $6, $7, $8)',
      [
        documentId,
        input.owner,
        input.collectionId,
        input.path,
        name,
        input.parent?.documentId ?? null,
        input.parent?.rootId ?? null,
        input.parent?.depth ?? 0,
      ],
    )
  }
  await keepOrigin(tx, documentId, input)
  const revisionId = newId('revision')
  await tx.query(
    `insert into revision (id, document_id, ord, file_hash, media_type, size_bytes, pipeline)
     values ($1, $2, (select coalesce(max(ord), 0) + 1 from revision where document_id = $2), $3, $4, $5, '')`,
    [revisionId, documentId, input.hash, input.mediaType, input.sizeBytes],
  )
  await touch(tx, documentId)
  return { documentId, revisionId, known: false }
}

/** The document that a new revision would belong to: that of the address, else that of the name. */
async function findPlace(tx: Tx, input: NewRevision): Promise<DocumentId | null> {
  const { rows } = await tx.query<{ id: DocumentId }>(
    input.sourceUrl === undefined
      ? `select id from document where collection_id = $1 and trashed_at is null and path = $2 and name = $3 and parent_id is not distinct from $4`
      : `select id from document where collection_id = $1 and trashed_at is null and source_url = $2 order by id limit 1`,
    input.sourceUrl === undefined
      ? [input.collectionId, input.path, input.name, input.parent?.documentId ?? null]
      : [input.collectionId, input.sourceUrl],
  )
  return rows[0]?.id ?? null
}

/** A document whose newest revision has these bytes already and may stand for the new one. */
async function findSameBytes(
  tx: Tx,
  input: NewRevision,
  existing: DocumentId | null,
): Promise<{ documentId: DocumentId; revisionId: RevisionId } | null> {
  // A child, or a page that was fetched before, is itself and no other document that happens to look the same.
  const only = input.parent !== undefined || (input.sourceUrl !== undefined && existing !== null)
  if (only && existing === null) return null
  const { rows } = await tx.query<{ documentId: DocumentId; revisionId: RevisionId }>(
    `select r.document_id as "documentId", r.id as "revisionId" from revision r join document d on d.id = r.document_id
     where r.file_hash = $1 and d.collection_id = $2 and d.trashed_at is null and r.ord = (select max(ord) from revision x where x.document_id = d.id)
       and case when $5 then d.id = $6 else d.parent_id is null end
     order by (d.path = $3 and d.name = $4) desc, d.id limit 1`,
    [input.hash, input.collectionId, input.path, input.name, only, existing],
  )
  return rows[0] ?? null
}

/** Notes where the bytes were seen last: in which revision of the container, at which address. */
async function keepOrigin(tx: Tx, documentId: DocumentId, input: NewRevision): Promise<void> {
  if (input.parent) await tx.query('update document set parent_revision_id = $2 where id = $1', [documentId, input.parent.revisionId])
  if (input.sourceUrl !== undefined)
    await tx.query('update document set source_url = $2 where id = $1 and source_url is null', [documentId, input.sourceUrl])
}

/** Two pages may have one title: "Title.html", "Title (2).html". */
async function freeName(tx: Tx, input: NewRevision): Promise<string> {
  const [, stem, extension] = /^(.*?)(\.[^.]*)?$/s.exec(input.name)!
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? input.name : `${stem} (${count})${extension ?? ''}`
    const { rows } = await tx.query(
      'select 1 from document where collection_id = $1 and path = $2 and name = $3 and parent_id is null and trashed_at is null',
      [input.collectionId, input.path, name],
    )
    if (rows.length === 0) return name
  }
}

async function touch(tx: Sql, documentId: DocumentId): Promise<void> {
  await tx.query('update document set updated_at = now() where id = $1', [documentId])
}

/** What the ingest job needs to know of a revision. */
export interface IngestTarget {
  documentId: DocumentId
  collectionId: CollectionId
  revisionId: RevisionId
  owner: string
  path: string
  name: string
  /** how many containers it is in, and the upload at the top; null for an upload itself */
  depth: number
  rootId: DocumentId | null
  fileHash: string
  sizeBytes: number
  chunking: ChunkSettings
  pagesTotal: number | null
  extracted: boolean
  pipeline: string
  cancelled: boolean
  trashed: boolean
}

/** null when the revision is gone */
export async function findIngestTarget(db: Sql, revisionId: RevisionId): Promise<IngestTarget | null> {
  const { rows } = await db.query<IngestTarget>(
    `select d.id as "documentId", d.collection_id as "collectionId", r.id as "revisionId", d.owner, d.path, d.name, d.depth, d.root_id as "rootId", r.file_hash as "fileHash", r.size_bytes as "sizeBytes", c.chunking,
       r.pages_total as "pagesTotal", r.extracted_at is not null as extracted, r.pipeline, r.cancelled_at is not null as cancelled, d.trashed_at is not null as trashed
     from revision r join document d on d.id = r.document_id join collection c on c.id = d.collection_id where r.id = $1`,
    [revisionId],
  )
  return rows[0] ?? null
}

/** Says which generation of chunks the revision is to have. */
export async function setPipeline(tx: Sql, revisionId: RevisionId, pipeline: string): Promise<void> {
  await tx.query('update revision set pipeline = $2 where id = $1 and pipeline <> $2', [revisionId, pipeline])
}

export async function setOpened(tx: Tx, revisionId: RevisionId, opened: { pagesTotal: number | null; mediaType: string }): Promise<void> {
  await tx.query('update revision set pages_total = coalesce($2, pages_total), media_type = $3 where id = $1', [
    revisionId,
    opened.pagesTotal,
    opened.mediaType,
  ])
}

/** All pages are decided. */
export async function setExtracted(tx: Tx, revisionId: RevisionId, pagesTotal: number): Promise<void> {
  await tx.query('update revision set extracted_at = now(), pages_total = $2, error_code = null, error_params = null where id = $1', [
    revisionId,
    pagesTotal,
  ])
}

/** The reader ended with an error; pages read until then stay. */
export async function setError(tx: Tx, revisionId: RevisionId, notice: Notice): Promise<void> {
  await tx.query('update revision set error_code = $2, error_params = $3 where id = $1', [
    revisionId,
    notice.code,
    JSON.stringify(notice.params),
  ])
}

/** Search answers from this revision from now on; `onlyFirst` leaves an older one in place. */
export async function setCurrent(tx: Tx, documentId: DocumentId, revisionId: RevisionId, onlyFirst: boolean): Promise<void> {
  await tx.query(
    'update document set current_revision_id = $2, updated_at = now() where id = $1 and current_revision_id is distinct from $2 and (not $3 or current_revision_id is null)',
    [documentId, revisionId, onlyFirst],
  )
}

/** A person stopped the reading; what was read stays. */
export async function setCancelled(tx: Tx, revisionId: RevisionId, cancelled: boolean): Promise<void> {
  await tx.query('update revision set cancelled_at = case when $2 then coalesce(cancelled_at, now()) end where id = $1', [
    revisionId,
    cancelled,
  ])
}

/** Forgets that the revision failed, was cancelled or was read: it will be read again from its first undecided page. */
export async function clearOutcome(tx: Tx, revisionId: RevisionId): Promise<void> {
  await tx.query('update revision set error_code = null, error_params = null, cancelled_at = null, extracted_at = null where id = $1', [
    revisionId,
  ])
}

/** @throws document.not_found; document.name_taken when another document has its name by now */
export async function setTrashed(tx: Tx, owner: string, documentId: DocumentId, trashed: boolean): Promise<void> {
  if (!trashed) {
    const { rows } = await tx.query<{ name: string }>(
      `select d.name from document d join document o on o.collection_id = d.collection_id and o.parent_id is not distinct from d.parent_id and o.path = d.path and o.name = d.name and o.id <> d.id and o.trashed_at is null where d.id = $1 and d.owner = $2`,
      [documentId, owner],
    )
    if (rows[0]) throw fail('document.name_taken', { name: rows[0].name })
  }
  const { count } = await tx.query(
    'update document set trashed_at = case when $3 then coalesce(trashed_at, now()) end, updated_at = now() where id = $1 and owner = $2',
    [documentId, owner, trashed],
  )
  if (count === 0) throw fail('document.not_found')
}

/**
 * What lies in a document goes to the trash with it and comes back with it; a child that was in the trash before stays.
 * @returns the documents that went, or came
 */
export async function setTreeTrashed(tx: Tx, documentId: DocumentId, trashed: boolean): Promise<DocumentId[]> {
  const { rows } = await tx.query<{ id: DocumentId }>(
    `with recursive tree as (
       select id from document where parent_id = $1
       union all select d.id from document d join tree t on d.parent_id = t.id)
     update document d set trashed_at = case when $2 then p.trashed_at end, updated_at = now()
     from document p where p.id = $1 and d.id in (select id from tree) and case when $2 then d.trashed_at is null else d.trashed_at = p.trashed_at end
     returning d.id`,
    [documentId, trashed],
  )
  return rows.map(({ id }) => id)
}

/** Removes document, revisions, pages, and by foreign keys chunks and tokens. Returns the hashes whose references end. */
export async function deleteDocumentRows(tx: Tx, documentId: DocumentId): Promise<string[]> {
  const { rows } = await tx.query<{ file_hash: string }>('select file_hash from revision where document_id = $1', [documentId])
  await tx.query('delete from document where id = $1', [documentId])
  return rows.map((row) => row.file_hash)
}

/** Newest revisions of a collection (or of all) that can get another generation of chunks without being read again. */
export async function listRechunkable(
  db: Sql,
  collectionId: CollectionId | null,
): Promise<{ revisionId: RevisionId; collectionId: CollectionId; owner: string; pipeline: string; chunking: ChunkSettings }[]> {
  const { rows } = await db.query<{
    revisionId: RevisionId
    collectionId: CollectionId
    owner: string
    pipeline: string
    chunking: ChunkSettings
  }>(
    `select r.id as "revisionId", d.collection_id as "collectionId", d.owner, r.pipeline, c.chunking from revision r join document d on d.id = r.document_id join collection c on c.id = d.collection_id
     where ($1::text is null or d.collection_id = $1) and d.trashed_at is null and r.extracted_at is not null and r.ord = (select max(ord) from revision x where x.document_id = d.id)`,
    [collectionId],
  )
  return rows
}
