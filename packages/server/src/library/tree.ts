/**
 * Documents that came out of others: attachments of mails, files in archives. `document.parent_id` is the container,
 * `root_id` the upload at the top. Owner of neither table; `revisions.ts` writes them.
 */
import type { DocumentId, RevisionId } from '@zhiku/contract/ids.ts'
import type { Sql } from '../db/db.ts'

const NEWEST = `r.ord = (select max(ord) from revision x where x.document_id = r.document_id)`

/** Everything inside a document, what lies deepest first; those in the trash too. */
export async function listDescendants(db: Sql, documentId: DocumentId): Promise<{ id: DocumentId; owner: string }[]> {
  const { rows } = await db.query<{ id: DocumentId; owner: string }>(
    `with recursive tree as (
       select id, owner, depth from document where parent_id = $1
       union all select d.id, d.owner, d.depth from document d join tree t on d.parent_id = t.id)
     select id, owner from tree order by depth desc, id`,
    [documentId],
  )
  return rows
}

/** What came out of an upload, but not out of this container itself: files, and bytes of their newest revisions. */
export async function measureTree(db: Sql, rootId: DocumentId, but: DocumentId): Promise<{ files: number; bytes: number }> {
  const { rows } = await db.query<{ files: number; bytes: number }>(
    `select count(*)::int as files, coalesce(sum(r.size_bytes), 0)::float8 as bytes
     from document d join revision r on r.document_id = d.id and ${NEWEST}
     where d.root_id = $1 and d.parent_id <> $2 and d.trashed_at is null`,
    [rootId, but],
  )
  return rows[0]!
}

/** Children that are not in the given revision of their container. */
export async function listVanished(db: Sql, documentId: DocumentId, revisionId: RevisionId): Promise<DocumentId[]> {
  const { rows } = await db.query<{ id: DocumentId }>(
    'select id from document where parent_id = $1 and parent_revision_id is distinct from $2 and trashed_at is null order by id',
    [documentId, revisionId],
  )
  return rows.map(({ id }) => id)
}

/** Is this a child that the newest revision of its container, read to its end, no longer has? */
export async function hasVanished(db: Sql, documentId: DocumentId): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from document d join revision r on r.document_id = d.parent_id and ${NEWEST}
     where d.id = $1 and r.extracted_at is not null and d.parent_revision_id is distinct from r.id`,
    [documentId],
  )
  return rows.length > 0
}

/** Of these documents, the newest revisions that are neither stopped nor at an error: reading them can go on. */
export async function listReadable(
  db: Sql,
  documents: readonly DocumentId[],
): Promise<{ documentId: DocumentId; revisionId: RevisionId }[]> {
  const { rows } = await db.query<{ documentId: DocumentId; revisionId: RevisionId }>(
    `select r.document_id as "documentId", r.id as "revisionId" from revision r
     where r.document_id = any($1) and ${NEWEST} and r.cancelled_at is null and r.error_code is null order by r.id`,
    [documents],
  )
  return rows
}
