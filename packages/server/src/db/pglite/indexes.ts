import type { Log } from '../../base/log.ts'
import type { Sql } from '../db.ts'

/** Care of indexes, which are derived data: finding what should be built anew, from errors and from their size. */

/** Size of a BM25 index against its live tokens, above which it is mostly waste. A fresh one has about 4 bytes per token. */
const WASTE_FACTOR = 3
const BYTES_PER_TOKEN = 6
/** Smaller indexes are left alone. */
const SMALL_BYTES = 4 * 1024 * 1024
/** Deleted texts still count in the statistics that rank; above this share the ranking suffers. */
const DEAD_SHARE = 0.3
const DEAD_TEXTS = 500

/** All BM25 indexes, by quoted name with schema. */
export async function bm25Indexes(db: Sql): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
       from pg_class c join pg_am a on a.oid = c.relam join pg_namespace n on n.oid = c.relnamespace
      where a.amname = 'bm25' and c.relkind = 'i' order by 1`,
  )
  return rows.map(({ name }) => name)
}

/** BM25 indexes whose file is mostly waste: it never shrinks by itself, and keeps the texts of deleted rows. */
export async function wastefulIndexes(db: Sql): Promise<string[]> {
  const wasteful: string[] = []
  for (const index of await bm25Indexes(db)) {
    const { rows } = await db.query<{ size: number; summary: string }>(
      'select pg_relation_size($1::regclass)::float8 as size, bm25_summarize_index($2) as summary',
      [index, index],
    )
    if (isWasteful(rows[0]!.size, rows[0]!.summary)) wasteful.push(index)
  }
  return wasteful
}

/** Pure part; `summary` is the text of bm25_summarize_index of pg_textsearch 1.5. An unknown text means no. */
export function isWasteful(sizeBytes: number, summary: string): boolean {
  const tokens = Number(/total_len: (\d+)/.exec(summary)?.[1])
  const counts = /Total: .* (\d+) docs(?: \(alive=\d+, dead=(\d+)\))?$/m.exec(summary)
  if (counts === null || !Number.isFinite(tokens)) return false
  const all = Number(counts[1])
  const dead = Number(counts[2] ?? 0)
  if (dead >= DEAD_TEXTS && dead > DEAD_SHARE * all) return true
  const liveTokens = all === 0 ? 0 : (tokens * (all - dead)) / all
  return sizeBytes > SMALL_BYTES && sizeBytes > WASTE_FACTOR * BYTES_PER_TOKEN * liveTokens
}

/**
 * Indexes to build anew after an error of damaged data (XX001, XX002): the one that the message names, by file or by name; all BM25
 * indexes when it names none. Empty when a table itself is damaged: no index helps then.
 */
export async function damagedIndexes(db: Sql, message: string): Promise<string[]> {
  const file = /relation "?(base\/\d+\/\d+)/.exec(message)?.[1]
  const name = /index "([^"]+)"/.exec(message)?.[1]
  if (file === undefined && name === undefined) return bm25Indexes(db)
  const { rows } = await db.query<{ name: string }>(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'i' and n.nspname not in ('pg_catalog', 'pg_toast') and (pg_relation_filepath(c.oid) = $1 or c.relname = $2)`,
    [file ?? null, name ?? null],
  )
  return rows.map((row) => row.name)
}

/** Builds the damaged indexes anew; `reindex` runs one statement with a limit of its own. */
export async function repairIndexes(db: Sql, message: string, reindex: (index: string) => Promise<void>, log: Log): Promise<void> {
  const indexes = await damagedIndexes(db, message)
  log.error({ event: 'db.damaged', indexes, message })
  for (const index of indexes) await reindex(index)
  if (indexes.length > 0) log.info({ event: 'db.repaired', indexes })
}
