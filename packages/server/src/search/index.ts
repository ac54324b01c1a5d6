/**
 * Chunks and the keyword index: the only code that names the tables `chunk` and `chunk_tok`.
 *
 * A chunk row is content; a token row makes it searchable. Chunks belong to a generation (versions and settings of
 * chunker and tokenizer): a new generation, or a new revision, is written beside the old one and takes over in `swap`.
 */
import type { Anchor } from '@zhiku/contract/anchor.ts'
import type { DocumentId, RevisionId } from '@zhiku/contract/ids.ts'
import type { Db, Sql, Tx } from '../db/db.ts'
import { LIMITS } from '../base/limits.ts'
import { storableJson } from '../base/storable.ts'

export interface NewChunk {
  page: number
  ord: number
  heading: string[]
  text: string
  /** UTF-16 offsets into the page's text; text === page.text.slice(start, end) */
  start: number
  end: number
  anchor: Anchor
  /** encoded tokens, see tokens.ts */
  tokens: string
}

export interface Generation {
  documentId: DocumentId
  collectionId: string
  revisionId: RevisionId
  generation: string
}

/** Writes chunks; idempotent by (revision, generation, page, ord). With `searchable` they enter the index at once. */
export async function writeChunks(tx: Tx, of: Generation, chunks: readonly NewChunk[], searchable: boolean): Promise<void> {
  if (chunks.length === 0) return
  await tx.query(
    `insert into chunk (revision_id, document_id, collection_id, generation, page, ord, heading, text, start_offset, end_offset, anchor, tokens)
     select $1, $2, $3, $4, c.page, c.ord, array(select jsonb_array_elements_text(c.heading)), c.text, c.start, c."end", c.anchor, c.tokens
     from jsonb_to_recordset($5::jsonb) as c(page int, ord int, heading jsonb, text text, start int, "end" int, anchor jsonb, tokens text)
     on conflict (revision_id, generation, page, ord) do nothing`,
    [of.revisionId, of.documentId, of.collectionId, of.generation, storableJson(chunks)],
  )
  if (!searchable) return
  const pages = [...new Set(chunks.map((chunk) => chunk.page))]
  await tx.query(
    `insert into chunk_tok (chunk_id, document_id, collection_id, tok)
     select id, document_id, collection_id, tokens from chunk where revision_id = $1 and generation = $2 and page = any($3::int[]) on conflict (chunk_id) do nothing`,
    [of.revisionId, of.generation, pages],
  )
}

/** Makes up to `limit` more chunks of a generation searchable; returns how many, 0 when all are. */
export async function indexSome(tx: Tx, of: Generation, limit: number = LIMITS.chunksPerTransaction): Promise<number> {
  const { count } = await tx.query(
    `insert into chunk_tok (chunk_id, document_id, collection_id, tok)
     select c.id, c.document_id, c.collection_id, c.tokens from chunk c
     where c.revision_id = $1 and c.generation = $2 and not exists (select 1 from chunk_tok t where t.chunk_id = c.id)
     order by c.id limit $3`,
    [of.revisionId, of.generation, limit],
  )
  return count
}

/** Does anything of the document answer searches that is not of this generation? */
export async function hasOtherGeneration(db: Sql, of: Generation): Promise<boolean> {
  const { rows } = await db.query('select 1 from chunk where document_id = $1 and (revision_id <> $2 or generation <> $3) limit 1', [
    of.documentId,
    of.revisionId,
    of.generation,
  ])
  return rows.length > 0
}

/** Removes all chunks of the document but this generation's: the last act of taking over. */
export async function swap(tx: Tx, of: Generation): Promise<void> {
  await tx.query('delete from chunk where document_id = $1 and (revision_id <> $2 or generation <> $3)', [
    of.documentId,
    of.revisionId,
    of.generation,
  ])
}

/** Pages of a generation that have chunks. */
export async function chunkedPages(db: Sql, of: Generation): Promise<Set<number>> {
  const { rows } = await db.query<{ page: number }>('select distinct page from chunk where revision_id = $1 and generation = $2', [
    of.revisionId,
    of.generation,
  ])
  return new Set(rows.map((row) => row.page))
}

/** Removes a revision's chunks, searchable or not: it is going to be read again. */
export async function deleteRevisionChunks(tx: Tx, revisionId: RevisionId): Promise<void> {
  await tx.query('delete from chunk where revision_id = $1', [revisionId])
}

/** Takes a document out of search but keeps its chunks (trash). */
export async function unindexDocument(tx: Tx, documentId: DocumentId): Promise<void> {
  await tx.query('delete from chunk_tok where document_id = $1', [documentId])
}

export async function deleteDocumentChunks(tx: Tx, documentId: DocumentId): Promise<void> {
  await tx.query('delete from chunk where document_id = $1', [documentId])
}

export async function countChunks(db: Sql): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*)::int as n from chunk_tok')
  return rows[0]!.n
}

/** For the doctor: rows that should not be. */
export async function checkIndex(
  db: Db,
): Promise<{ chunks: number; indexed: number; orphanTokens: number; orphanChunks: number; wrongOffsets: number; unfindable: number }> {
  const { rows } = await db.query<{ chunks: number; indexed: number; orphan_tokens: number; orphan_chunks: number; wrong_offsets: number }>(
    `select (select count(*)::int from chunk) as chunks, (select count(*)::int from chunk_tok) as indexed,
       (select count(*)::int from chunk_tok t where not exists (select 1 from chunk c where c.id = t.chunk_id)) as orphan_tokens,
       (select count(*)::int from chunk c where not exists (select 1 from page p where p.revision_id = c.revision_id and p.ord = c.page)) as orphan_chunks,
       (select count(*)::int from chunk where end_offset <= start_offset or anchor is null) as wrong_offsets`,
  )
  const row = rows[0]!
  // Every indexed chunk must be found by its own first token: compares the table with the BM25 index itself.
  const { rows: lost } = await db.query<{ n: number }>(
    `with sample as (select chunk_id, document_id, split_part(tok, ' ', 1) as term from chunk_tok where tok <> '' order by chunk_id desc limit 200)
     select count(*)::int as n from sample s where not exists (select 1 from bm25_top(s.term, '{}'::text[], array[s.document_id], 10000) b where b.chunk_id = s.chunk_id)`,
  )
  return {
    chunks: row.chunks,
    indexed: row.indexed,
    orphanTokens: row.orphan_tokens,
    orphanChunks: row.orphan_chunks,
    wrongOffsets: row.wrong_offsets,
    unfindable: lost[0]!.n,
  }
}
