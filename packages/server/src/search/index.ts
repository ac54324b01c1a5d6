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
import { storableJsonBytes } from '../base/storable.ts'
import { encodeForIndex } from './tokens.ts'

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

/** What a chunk is read from; see NewChunk. */
const RECORD = `(page int, ord int, heading json, text text, start int, "end" int, anchor json, tokens text)`

/** Chunks as the store takes them. Packed where they are made, so that the server only passes bytes on. */
export interface PackedChunks {
  count: number
  /** JSON of the rows */
  rows: Uint8Array
}

export const packChunks = (chunks: readonly NewChunk[]): PackedChunks => ({ count: chunks.length, rows: storableJsonBytes(chunks) })

/** Writes chunks; idempotent by (revision, generation, page, ord). With `searchable` they enter the index at once. */
export async function writeChunks(tx: Tx, of: Generation, chunks: PackedChunks, searchable: boolean): Promise<void> {
  if (chunks.count === 0) return
  const insert = `insert into chunk (revision_id, document_id, collection_id, generation, page, ord, heading, text, start_offset, end_offset, anchor)
     select $1, $2, $3, $4, c.page, c.ord, array(select json_array_elements_text(c.heading)), c.text, c.start, c."end", c.anchor
     from given c on conflict (revision_id, generation, page, ord) do nothing returning id, page, ord`
  await tx.query(
    `with given as materialized (select * from json_to_recordset($5::json) as r${RECORD}), written as (${insert})
     ${searchable ? 'insert into chunk_tok (chunk_id, document_id, collection_id, tok) select w.id, $2, $3, g.tokens from written w join given g using (page, ord)' : 'select count(*) from written'}`,
    [of.revisionId, of.documentId, of.collectionId, of.generation, chunks.rows],
  )
}

/**
 * Makes up to `limit` more chunks of a generation searchable; returns how many, 0 when all are.
 * Their tokens are made again from their text: they are kept in the index only.
 *
 * @param title  name of the document
 */
export async function indexSome(tx: Tx, of: Generation, title: string, limit: number = LIMITS.chunksPerTransaction): Promise<number> {
  const { rows } = await tx.query<{ id: number; heading: string[]; text: string }>(
    `select c.id, c.heading, c.text from chunk c
     where c.revision_id = $1 and c.generation = $2 and not exists (select 1 from chunk_tok t where t.chunk_id = c.id)
     order by c.id limit $3`,
    [of.revisionId, of.generation, limit],
  )
  if (rows.length === 0) return 0
  const tokens = rows.map(({ id, heading, text }) => ({ id, tokens: encodeForIndex({ title, heading, text }) }))
  await tx.query(
    `insert into chunk_tok (chunk_id, document_id, collection_id, tok)
     select t.id, $1, $2, t.tokens from jsonb_to_recordset($3::jsonb) as t(id bigint, tokens text) on conflict (chunk_id) do nothing`,
    [of.documentId, of.collectionId, JSON.stringify(tokens)],
  )
  return rows.length
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

/** The chunks of one page that has got another text: replaced, never added to. */
export async function replacePageChunks(
  tx: Tx,
  of: Generation,
  page: number,
  chunks: readonly NewChunk[],
  searchable: boolean,
): Promise<void> {
  await tx.query('delete from chunk where revision_id = $1 and page = $2', [of.revisionId, page])
  await writeChunks(tx, of, packChunks(chunks), searchable)
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
    `with sample as (select chunk_id, document_id, split_part(tok, ' ', 1) as term from chunk_tok where tok <> '' order by chunk_id desc limit 200),
       found as materialized (select s.term, b.chunk_id from (select distinct document_id, term from sample) s
         cross join lateral bm25_top(s.term, '{}'::text[], array[s.document_id], (select count(*)::int from chunk_tok t where t.document_id = s.document_id)) b)
     select count(*)::int as n from sample s where not exists (select 1 from found f where f.chunk_id = s.chunk_id and f.term = s.term)`,
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
