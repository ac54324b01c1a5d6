import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolders } from '../../../../tests/support/folder.ts'
import { seededRandom } from '../../../../tests/support/random.ts'
import { silentLog } from '../base/log.ts'
import type { Db } from './db.ts'
import { openDb } from './open.ts'

/**
 * R9: bm25_top of the schema against the brute-force form of the same score, which reads every row of the scope.
 * Collections hold 1, 10 and the rest of the percent of the chunks, one document 0.1 %.
 */
const CHUNKS = 1000
const newFolder = temporaryFolders('bm25')
let db: Db

const collectionOf = (n: number): string => (n % 100 === 0 ? 'c1' : n % 10 === 0 ? 'c10' : 'c89')
const documentOf = (n: number): string => (n % 1000 === 0 ? 'd0.1' : `d${n % 50}`)

beforeAll(async () => {
  db = await openDb({ dataDir: newFolder(), databaseUrl: null, log: silentLog })
  // Only the table of tokens matters here; the rows that it refers to are left out.
  await db.query('alter table chunk_tok drop constraint chunk_tok_chunk_id_fkey')
  await insert(1, CHUNKS)
})
afterAll(() => db.close())

const random = seededRandom(9)
/** Zipf-like: x1 is in almost every chunk, x400 in few. */
const tokens = (): string => Array.from({ length: 60 }, () => `x${Math.floor(401 ** random())}`).join(' ')

async function insert(from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 50) {
    const ids = Array.from({ length: Math.min(50, to - n + 1) }, (_, at) => n + at)
    await db.query(
      'insert into chunk_tok (chunk_id, document_id, collection_id, tok) select * from unnest($1::int8[], $2::text[], $3::text[], $4::text[])',
      [ids, ids.map(documentOf), ids.map(collectionOf), ids.map(tokens)],
    )
  }
}

interface Hit {
  chunk_id: number
  score: number
}
const SCOPE = `(cardinality($2::text[]) = 0 or collection_id = any($2)) and (cardinality($3::text[]) = 0 or document_id = any($3))`

async function compare(query: string, collections: string[], documents: string[], limit: number): Promise<Hit[]> {
  const fast = (
    await db.query<Hit>('select chunk_id, -score as score from bm25_top($1, $2, $3, $4)', [query, collections, documents, limit])
  ).rows
  const brute = (
    await db.query<Hit>(
      `select * from (select chunk_id, -(tok <@> to_bm25query($1, 'chunk_tok_bm25')) as score from chunk_tok where ${SCOPE}) s where score > 0 order by score desc limit $4`,
      [query, collections, documents, limit],
    )
  ).rows
  expect(fast).toHaveLength(brute.length)
  expect(fast.every(({ score }) => score > 0)).toBe(true)
  for (const [at, { score }] of fast.entries()) expect(Math.abs(score - brute[at]!.score)).toBeLessThan(1e-4)
  // Ties may come in any order; the rows of every distinct score must be the same, except at the cut.
  if (fast.length < limit) expect(new Set(fast.map(({ chunk_id }) => chunk_id))).toEqual(new Set(brute.map(({ chunk_id }) => chunk_id)))
  return fast
}

/** No token twice: the index counts it twice, the expression once. Queries are made without repetition. */
const QUERIES = ['x1', 'x7', 'x300', 'x2 x90 x350', 'x1 x2 x3 x4 x5 x6', 'x400 x399 x398']

describe('R9: bm25_top equals brute force', () => {
  test.each([
    ['0.1 %', [], ['d0.1']],
    ['1 %', ['c1'], []],
    ['2 % in one collection', ['c89'], ['d7']],
    ['10 %', ['c10'], []],
    ['50 %', [], Array.from({ length: 25 }, (_, at) => `d${at * 2 + 1}`)],
    ['100 %', [], []],
  ])('with a filter of %s', async (_share, collections, documents) => {
    for (const query of QUERIES) {
      await compare(query, collections, documents, 20)
      await compare(query, collections, documents, CHUNKS)
    }
  })

  test('an unknown term, an empty query and an empty scope find nothing', async () => {
    expect(await compare('xunknown', [], [], 20)).toEqual([])
    expect(await compare('', [], [], 20)).toEqual([])
    expect(await compare('x1', ['nowhere'], [], 20)).toEqual([])
    expect(await compare('x1', [], ['nothing'], 20)).toEqual([])
  })

  test('an unknown term beside a known one changes nothing', async () => {
    expect(await compare('x350 xunknown', ['c10'], [], 20)).toEqual(await compare('x350', ['c10'], [], 20))
  })

  test('after deletion, new rows, spill and vacuum', async () => {
    await db.query('delete from chunk_tok where chunk_id % 7 = 0')
    await compare('x1 x50', [], [], CHUNKS)
    await insert(CHUNKS + 1, CHUNKS + 300)
    await compare('x1 x50', [], [], CHUNKS * 2)
    await db.query(`select bm25_spill_index('chunk_tok_bm25')`)
    await compare('x1 x50', ['c89'], [], CHUNKS * 2)
    await db.query('vacuum (analyze) chunk_tok')
    const found = await compare('x1', [], [], CHUNKS * 2)
    expect(found.some(({ chunk_id }) => chunk_id % 7 === 0 && chunk_id <= CHUNKS)).toBe(false)
    expect(found.length).toBeGreaterThan(1000)
  })
})
