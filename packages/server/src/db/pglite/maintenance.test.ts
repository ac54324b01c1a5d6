import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { figure } from '../../../../../tests/support/figure.ts'
import { temporaryFolders } from '../../../../../tests/support/folder.ts'
import { isAppError } from '../../base/fail.ts'
import { silentLog } from '../../base/log.ts'
import { PooledDb } from '../pool.ts'
import { damagedIndexes, isWasteful } from './indexes.ts'
import { type MaintenanceOptions, TIMES } from './maintenance.ts'
import { openPglite } from './open.ts'

const newFolder = temporaryFolders('maintenance')
const QUICK: MaintenanceOptions = { tickMs: 50, idleMs: 1500, vacuumMs: 100_000 }
const MB = 1024 * 1024

async function open(dataDir: string, maintenance: MaintenanceOptions): Promise<PooledDb> {
  const db = await openPglite({ dataDir, log: silentLog, queryMs: 60_000, maintenance })
  if (!(db instanceof PooledDb)) throw new Error('the pool is needed')
  return db
}

const ROWS = 1500
async function makeTokens(db: PooledDb): Promise<void> {
  await db.query(`create table text_token (id int primary key, tok text not null);
    create index text_token_bm25 on text_token using bm25 (tok) with (text_config = 'simple')`)
  await db.query(
    `insert into text_token select i, 'xcommon ' || (select string_agg('x' || ((i * 31 + j * 17) % 3000), ' ') from generate_series(1, 60) j) from generate_series(1, $1::int) i`,
    [ROWS],
  )
}
const search = async (db: PooledDb): Promise<number> =>
  db.transaction(async (tx) => {
    await tx.query('set local enable_seqscan = off; set local enable_sort = off')
    return (await tx.query(`select id from text_token order by tok <@> to_bm25query('xcommon', 'text_token_bm25') limit 100000`)).count
  })
const summary = async (db: PooledDb): Promise<string> =>
  (await db.query<{ text: string }>(`select bm25_summarize_index('text_token_bm25') as text`)).rows[0]!.text

describe('R6: the WAL stays small', () => {
  test('200 MB written without a pause', async () => {
    const dataDir = newFolder()
    const db = await open(dataDir, TIMES)
    await db.query('create table big (n int, bytes bytea not null); alter table big alter column bytes set storage external')
    const wal = path.join(dataDir, 'db', 'pg_wal')
    let largest = 0
    const writer = async (): Promise<void> => {
      for (let n = 0; n < 100; n++) {
        await db.query('insert into big values ($1, $2)', [n, randomBytes(MB)])
        const size = fs
          .readdirSync(wal)
          .reduce((sum, name) => sum + (fs.statSync(path.join(wal, name), { throwIfNoEntry: false })?.size ?? 0), 0)
        largest = Math.max(largest, size)
      }
    }
    // Two writers, so that there is always one who waits.
    await Promise.all([writer(), writer()])
    expect(largest).toBeLessThan(160 * MB)
    // Ends the thread as kill -9 would, with whatever WAL there is.
    await db.query('select count(*) from big a, big b, big c, big d, big e, big f', undefined, { limitMs: 100 }).catch(() => {})
    const startedMs = performance.now()
    expect((await db.query('select 1 from big')).count).toBe(200)
    const reopenMs = performance.now() - startedMs
    figure(`R6: largest pg_wal ${Math.round(largest / MB)} MB, start after the crash ${Math.round(reopenMs)} ms`)
    expect(reopenMs).toBeLessThan(10_000)
    await db.close()
  })
})

describe('when idle', () => {
  let db: PooledDb
  beforeAll(async () => {
    db = await open(newFolder(), QUICK)
    await makeTokens(db)
  })
  afterAll(() => db.close())

  test('checkpoint, vacuum with statistics, memtable to disk', async () => {
    await vi.waitFor(
      async () => {
        expect(await summary(db)).toMatch(/Memtable:\n {2}terms: 0\n {2}documents: 0/)
        const { rows } = await db.query(
          `select (select last_vacuum is not null and last_analyze is not null from pg_stat_user_tables where relname = 'text_token') as vacuumed,
             (select reltuples from pg_class where relname = 'text_token') as rows,
             (select pg_current_wal_lsn() - redo_lsn < 262144 from pg_control_checkpoint()) as checkpointed`,
        )
        expect(rows).toEqual([{ vacuumed: true, rows: ROWS, checkpointed: true }])
      },
      { timeout: 20_000, interval: 200 },
    )
  })

  test('an index that is mostly deleted texts is built anew', async () => {
    await db.query('delete from text_token where id % 3 > 0')
    await vi.waitFor(async () => expect(await summary(db)).toMatch(/ 500 docs$/m), { timeout: 20_000, interval: 200 })
    expect(await search(db)).toBe(500)
  })
})

test('a long step gives way to a call that waits', async () => {
  const db = await open(newFolder(), TIMES)
  const step = db.query('select count(*) from generate_series(1, 100000000000) i', undefined, { limitMs: 60_000, giveWayMs: 200 })
  const refused = expect(step).rejects.toSatisfy((error) => isAppError(error, 'db.unavailable'))
  expect((await db.query('select 1 as answer')).rows).toEqual([{ answer: 1 }])
  await refused
  await db.close()
})

describe('R11: a damaged BM25 index', () => {
  test('tables go on, the search says so, the index is built anew, then the search is complete', async () => {
    const dataDir = newFolder()
    let db = await open(dataDir, TIMES)
    await makeTokens(db)
    await db.query(`select bm25_spill_index('text_token_bm25')`)
    const { rows } = await db.query<{ file: string }>(`select pg_relation_filepath('text_token_bm25') as file`)
    await db.close()
    overwrite(path.join(dataDir, 'db', rows[0]!.file))

    db = await open(dataDir, { ...QUICK, idleMs: 60_000 })
    await expect(search(db)).rejects.toSatisfy((error) => isAppError(error, 'db.damaged'))
    expect((await db.query('select id from text_token')).count).toBe(ROWS)
    await vi.waitFor(async () => expect(await search(db)).toBe(ROWS), { timeout: 20_000, interval: 100 })
    await db.close()
  })

  test('which indexes an error speaks of', async () => {
    const db = await open(newFolder(), TIMES)
    await makeTokens(db)
    const { rows } = await db.query<{ name: string; file: string }>(
      `select relname as name, pg_relation_filepath(oid) as file from pg_class where relname in ('text_token', 'text_token_pkey') order by 1`,
    )
    expect(await damagedIndexes(db, `invalid page in block 3 of relation "${rows[1]!.file}"`)).toEqual(['public.text_token_pkey'])
    expect(await damagedIndexes(db, `invalid page in block 3 of relation "${rows[0]!.file}"`)).toEqual([])
    expect(await damagedIndexes(db, 'memtable page at block 6 in index "text_token_bm25" has invalid magic')).toEqual([
      'public.text_token_bm25',
    ])
    expect(await damagedIndexes(db, 'something is wrong')).toEqual(['public.chunk_tok_bm25', 'public.text_token_bm25'])
    await db.close()
  })
})

/** All pages but the first few get the wrong content, and so the wrong checksum. */
function overwrite(file: string): void {
  const bytes = fs.readFileSync(file)
  for (let at = 2 * 8192 + 100; at < bytes.length; at += 8192) bytes.fill(0x5a, at, at + 64)
  fs.writeFileSync(file, bytes)
}

/** As bm25_summarize_index writes it. */
const text = (tokens: number, alive: number, dead: number): string => {
  const counts = `${alive + dead} docs${dead === 0 ? '' : ` (alive=${alive}, dead=${dead})`}`
  return `Corpus Statistics:\n  total_docs: 1\n  total_len: ${tokens}\n\nSegments:\n  Total: 1 segments, 1 pages (1.0MB), 1 terms, ${counts}\n\nIndex Size:\n`
}

describe('when an index is wasteful', () => {
  test.each([
    ['fresh', 8 * MB, text(2_000_000, 10_000, 0), false],
    ['grown', 40 * MB, text(2_000_000, 10_000, 0), true],
    ['small', 3 * MB, text(100, 10, 0), false],
    ['a third dead', 8 * MB, text(2_000_000, 6000, 4000), true],
    ['few dead', 8 * MB, text(2_000_000, 300, 400), false],
    ['another text', 80 * MB, 'nothing known', false],
  ])('%s', (_name, size, described, wasteful) => expect(isWasteful(size, described)).toBe(wasteful))
})
