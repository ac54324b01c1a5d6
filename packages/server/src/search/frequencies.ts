/**
 * How rare terms are in the keyword index.
 *
 * The index itself is asked: the BM25 score of a text that consists of one term, for that term alone, is its IDF times a
 * constant. That reads the term dictionary and no postings: 60 terms take a few milliseconds at any size.
 */
import type { Sql } from '../db/db.ts'
import type { SearchScope } from './lexical.ts'
import { encodeTerm } from './tokens.ts'

export interface TermStatistics {
  /** IDF as BM25 has it, ln(1 + (N - n + 0.5) / (n + 0.5)); a term that no chunk has is not in the map */
  idf: ReadonlyMap<string, number>
  /** IDF of a term that no chunk has */
  idfOfUnknown: number
}

/** Score of a one-word text over its IDF: (k1 + 1) / (1 + k1 (1 - b)), with k1 = 1.2 and b = 0.75 as in the index; its length is next to nothing. */
const SCORE_PER_IDF = 2.2 / 1.3

/** @param chunks  number of chunks in the index */
export async function termStatistics(db: Sql, terms: readonly string[], chunks: number): Promise<TermStatistics> {
  const idfOfUnknown = Math.log(1 + (chunks + 0.5) / 0.5)
  const distinct = [...new Set(terms)]
  if (distinct.length === 0) return { idf: new Map(), idfOfUnknown }
  const { rows } = await db.query<{ n: number; score: number }>(
    `select t.n::int as n, -(t.term <@> to_bm25query(t.term, 'chunk_tok_bm25')) as score from unnest($1::text[]) with ordinality t(term, n)`,
    [distinct.map(encodeTerm)],
  )
  const idf = new Map<string, number>()
  for (const { n, score } of rows) if (score > 0) idf.set(distinct[n - 1]!, score / SCORE_PER_IDF)
  return { idf, idfOfUnknown }
}

/** Searchable chunks: in the whole index, and in a scope. */
export async function countSearchable(db: Sql, scope: SearchScope): Promise<{ all: number; inScope: number }> {
  const { rows } = await db.query<{ all: number; inScope: number }>(
    `select count(*)::int as "all", count(*) filter (where collection_id = any(coalesce(nullif($1::text[], '{}'), array(select id from collection where owner = $3)))
       and (cardinality($2::text[]) = 0 or document_id = any($2)))::int as "inScope" from chunk_tok`,
    [scope.collections, scope.documents, scope.owner],
  )
  return rows[0]!
}
