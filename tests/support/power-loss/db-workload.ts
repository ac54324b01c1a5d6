import type { Db } from '../../../packages/server/src/db/db.ts'

/**
 * A history of numbered transactions whose result is known from the number alone: transaction n adds document n with its chunks, and
 * every third one also deletes document n - 2. So the state after a crash tells which transactions it holds.
 */
const TOKEN_POOL = 4000
/** in every chunk, so that one search must find all that is there */
export const COMMON_TOKEN = 'xcommon'

export const chunksOf = (n: number): number => 1 + ((n * 7) % 9)

/** Documents that exist after transactions 1 to n. */
export function documentsAfter(n: number): Set<number> {
  const live = new Set<number>()
  for (let i = 1; i <= n; i++) {
    live.add(i)
    if (i % 3 === 0) live.delete(i - 2)
  }
  return live
}

const TABLES = `
  create table if not exists crash_document (id int primary key, name text not null unique);
  create table if not exists crash_chunk (
    id bigint generated always as identity primary key,
    document int not null references crash_document on delete cascade,
    body text not null,
    place jsonb not null);
  create index if not exists crash_chunk_document on crash_chunk (document);
  create table if not exists crash_token (chunk bigint primary key references crash_chunk on delete cascade, tok text not null);
  create index if not exists crash_token_bm25 on crash_token using bm25 (tok) with (text_config = 'simple', k1 = 1.2, b = 0.75);
  create table if not exists crash_last (one int primary key, n int not null)`

/** Tables of its own, shaped like those of search; there may be some already. */
export async function prepare(db: Db): Promise<void> {
  await db.query(TABLES)
}

export async function lastTransaction(db: Db): Promise<number> {
  return (await db.query<{ n: number }>('select n from crash_last')).rows[0]?.n ?? 0
}

export async function runTransaction(db: Db, n: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(`insert into crash_document values ($1::int, 'document ' || $1::int)`, [n])
    const { rows } = await tx.query<{ id: number }>(
      `insert into crash_chunk (document, body, place) select $1, repeat('text ', 40), jsonb_build_object('page', i) from generate_series(1, $2::int) i returning id`,
      [n, chunksOf(n)],
    )
    const token = (at: number): string => `x${Math.floor(((n * 7919 + at * 104_729) % TOKEN_POOL) ** 0.9)}`
    for (const { id } of rows) {
      const tokens = [COMMON_TOKEN, ...Array.from({ length: 80 }, (_, at) => token(id * 31 + at))].join(' ')
      await tx.query('insert into crash_token values ($1, $2)', [id, tokens])
    }
    await tx.query('insert into crash_last values (1, $1) on conflict (one) do update set n = excluded.n', [n])
    if (n % 3 === 0) await tx.query('delete from crash_document where id = $1', [n - 2])
  })
  if (n % 10 === 7) await rollBack(db, n)
  if (n % 40 === 0) await db.query('vacuum (analyze)')
  if (n % 25 === 0) await db.query('checkpoint')
  if (n % 30 === 0) await db.query(`select bm25_spill_index('crash_token_bm25')`)
}

/** Work that must leave no trace. */
async function rollBack(db: Db, n: number): Promise<void> {
  const changedMind = new Error('changed my mind')
  await db
    .transaction(async (tx) => {
      await tx.query('delete from crash_document where id < $1', [n])
      await tx.query('insert into crash_document values ($1, $2)', [1_000_000 + n, 'never'])
      throw changedMind
    })
    .catch((error: unknown) => {
      if (error !== changedMind) throw error
    })
}

/**
 * Compares the store with the history.
 *
 * @param acknowledged  number of the last transaction that was acknowledged; the next one may be there or not
 * @returns what is wrong; empty when all is well
 */
export async function findLosses(db: Db, acknowledged: number): Promise<string[]> {
  const wrong: string[] = []
  const last = await lastTransaction(db)
  if (last !== acknowledged && last !== acknowledged + 1) wrong.push(`${acknowledged} acknowledged, ${last} there`)
  const expected = documentsAfter(last)
  const { rows } = await db.query<{ id: number; chunks: number; tokens: number }>(
    `select d.id, count(c.id) as chunks, count(t.chunk) as tokens
       from crash_document d left join crash_chunk c on c.document = d.id left join crash_token t on t.chunk = c.id group by d.id`,
  )
  const found = new Map(rows.map((row) => [row.id, row]))
  for (const n of expected) {
    const row = found.get(n)
    if (row === undefined) wrong.push(`document ${n} is missing`)
    else if (row.chunks !== chunksOf(n) || row.tokens !== chunksOf(n))
      wrong.push(`document ${n} has ${row.chunks} chunks, ${row.tokens} in the index`)
  }
  for (const n of found.keys()) if (!expected.has(n)) wrong.push(`document ${n} should be gone`)
  const live = new Set((await db.query<{ chunk: number }>('select chunk from crash_token')).rows.map(({ chunk }) => chunk))
  const searched = await searchCommon(db)
  if (live.symmetricDifference(searched).size > 0) wrong.push(`${live.size} chunks in the table, ${searched.size} by search`)
  return wrong
}

/** Every chunk by the index: the plan must be the one that reads it in order. */
async function searchCommon(db: Db): Promise<Set<number>> {
  return db.transaction(async (tx) => {
    await tx.query('set local enable_seqscan = off; set local enable_sort = off; set local enable_bitmapscan = off')
    const { rows } = await tx.query<{ chunk: number }>(
      `select chunk from crash_token order by tok <@> to_bm25query($1, 'crash_token_bm25') limit 1000000`,
      [COMMON_TOKEN],
    )
    return new Set(rows.map(({ chunk }) => chunk))
  })
}
