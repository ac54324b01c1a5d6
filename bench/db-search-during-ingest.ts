/**
 * R15: searches beside ingest on the embedded database. Fills the token index with synthetic chunks, then asks every 200 ms, first
 * alone, then while transactions of 50 chunks are written without a pause. Prints one JSON object.
 *
 *   node bench/db-search-during-ingest.ts [--chunks 20000] [--ingest 2000]
 */
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { silentLog } from '../packages/server/src/base/log.ts'
import { openDb } from '../packages/server/src/db/open.ts'
import { seededRandom } from '../tests/support/random.ts'
import { describeMachine, summary } from './support.ts'

const { values } = parseArgs({ options: { chunks: { type: 'string', default: '20000' }, ingest: { type: 'string', default: '2000' } } })
const chunks = Number(values.chunks)
const ingested = Number(values.ingest)

const random = seededRandom(15)
const VOCABULARY = 60_000
/** Zipf-like: the first words are in most chunks, most words in few. */
const token = (): string => `x${Math.floor(VOCABULARY ** random())}`
const tokens = (count: number): string => Array.from({ length: count }, token).join(' ')
const TOKENS_PER_CHUNK = 180
const CHUNKS_PER_TRANSACTION = 50
const QUESTION_EVERY_MS = 200

const dataDir = fs.mkdtempSync(path.join(tmpdir(), 'zhiku-bench-'))
const db = await openDb({ dataDir, databaseUrl: null, log: silentLog })

async function insert(from: number): Promise<void> {
  const ids = Array.from({ length: CHUNKS_PER_TRANSACTION }, (_, at) => from + at)
  await db.transaction(
    async (tx) => {
      await tx.query(
        `insert into chunk_tok (chunk_id, document_id, collection_id, tok) select id, 'doc_' || id % 100, 'col_' || id % 10, tok from unnest($1::int8[], $2::text[]) t (id, tok)`,
        [ids, ids.map(() => tokens(TOKENS_PER_CHUNK))],
      )
    },
    { background: true },
  )
}

async function ask(until: () => boolean): Promise<number[]> {
  const times: number[] = []
  while (!until()) {
    const startedMs = performance.now()
    await db.query(`select * from bm25_top($1, '{}', '{}', 50)`, [[...new Set(tokens(6).split(' '))].join(' ')], { urgent: true })
    times.push(performance.now() - startedMs)
    await sleep(QUESTION_EVERY_MS)
  }
  return times
}

try {
  await db.query('alter table chunk_tok drop constraint chunk_tok_chunk_id_fkey')
  const fillStartedMs = performance.now()
  for (let n = 0; n < chunks; n += CHUNKS_PER_TRANSACTION) await insert(n)
  const fillMs = performance.now() - fillStartedMs
  let asked = 0
  const alone = await ask(() => asked++ >= 50)
  let done = false
  const transactions: number[] = []
  const ingest = async (): Promise<void> => {
    for (let n = chunks; n < chunks + ingested; n += CHUNKS_PER_TRANSACTION) {
      const startedMs = performance.now()
      await insert(n)
      transactions.push(performance.now() - startedMs)
    }
    done = true
  }
  const [beside] = await Promise.all([ask(() => done), ingest()])
  const ingestMs = transactions.reduce((sum, ms) => sum + ms, 0)
  process.stdout.write(
    `${JSON.stringify(
      {
        bench: 'db-search-during-ingest',
        ...describeMachine(),
        chunks,
        fillChunksPerSecond: Math.round(chunks / (fillMs / 1000)),
        searchAloneMs: summary(alone),
        searchBesideIngestMs: summary(beside),
        transactionMs: summary(transactions),
        ingestChunksPerSecond: Math.round(ingested / (ingestMs / 1000)),
      },
      null,
      2,
    )}\n`,
  )
} finally {
  await db.close()
  fs.rmSync(dataDir, { recursive: true, force: true })
}
