/** Keyword search: BM25 over our own tokens, in one SQL statement. */
import type { Anchor } from '@zhiku/contract/anchor.ts'
import type { DocumentId, RevisionId } from '@zhiku/contract/ids.ts'
import { LIMITS } from '../base/limits.ts'
import type { Db } from '../db/db.ts'
import { encodeQuery } from './query.ts'

/** Where a question looks. Empty lists mean everything of the owner. */
export interface SearchScope {
  owner: string
  collections: readonly string[]
  documents: readonly string[]
}

/** A chunk as found; score is BM25, larger is better, and says nothing across queries. */
export interface ChunkHit {
  chunkId: number
  documentId: DocumentId
  documentName: string
  revisionId: RevisionId
  page: number
  ord: number
  heading: string[]
  text: string
  start: number
  end: number
  anchor: Anchor
  score: number
}

/**
 * @returns at most `limit` chunks that share at least one term with the query, best first; none for a query without terms.
 *          The owner is checked in the same statement: what is not theirs is never read.
 */
export async function searchLexical(
  db: Pick<Db, 'query'>,
  input: { query: string; scope: SearchScope; limit: number },
): Promise<ChunkHit[]> {
  const query = encodeQuery(input.query)
  if (query === '') return []
  const { rows } = await db.query<ChunkHit>(
    `select c.id as "chunkId", c.document_id as "documentId", d.name as "documentName", c.revision_id as "revisionId", c.page, c.ord, c.heading,
       c.text, c.start_offset as start, c.end_offset as "end", c.anchor, -b.score as score
     from bm25_top($1, coalesce(nullif($2::text[], '{}'), array(select id from collection where owner = $4)), $3::text[], $5) b
     join chunk c on c.id = b.chunk_id
     join document d on d.id = c.document_id and d.owner = $4 and d.trashed_at is null
     order by b.score, c.id`,
    [query, input.scope.collections, input.scope.documents, input.scope.owner, input.limit],
    { limitMs: LIMITS.searchMs },
  )
  return rows
}
