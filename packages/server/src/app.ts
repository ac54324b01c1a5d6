/**
 * The application without its interfaces: everything built once, in order of dependence, and closed in reverse.
 * Both the server and the command line on its own run on this.
 */
import { DEFAULT_COLLECTION } from '@zhiku/contract/entities.ts'
import { availableParallelism } from 'node:os'
import type { Config } from './base/config.ts'
import type { Log } from './base/log.ts'
import { type LoopDelay, watchLoopDelay } from './base/loop-delay.ts'
import { createChats, type Chats } from './chats/chats.ts'
import type { Db } from './db/db.ts'
import { openDb } from './db/open.ts'
import { openFiles } from './files/files.ts'
import { type IngestContext, INGEST_JOB } from './ingest/context.ts'
import { requeueOutdated } from './ingest/control.ts'
import { type Ocr, defaultOcrSize } from './ingest/ocr/ocr.ts'
import { createReaderPool, createSightPool, type ReaderPool } from './ingest/pool/pool.ts'
import { purgeHandler } from './ingest/removal.ts'
import { ingestHandler } from './ingest/run.ts'
import { startWatches, type Watches } from './ingest/watch/watches.ts'
import { sitemapHandler } from './ingest/web/sitemaps.ts'
import { listCollections, putCollection } from './library/collections.ts'
import { createModels, type Models } from './models/models.ts'
import { createSafeFetch, type SafeFetch } from './net/safe-fetch.ts'
import { sweepSnapshots } from './ops/backup/snapshot.ts'
import { backupBeforeUpgrade } from './ops/backup/upgrade.ts'
import { createOutbox } from './queue/outbox.ts'
import { prune, returnExpired } from './queue/queue.ts'
import { startWorker, type Worker } from './queue/worker.ts'

/** Until there are accounts, everything belongs to the one local person. */
const LOCAL_OWNER = 'local'
const HOUR_MS = 3600 * 1000

export interface App {
  config: Config
  log: Log
  db: Db
  ingest: IngestContext
  models: Models
  chats: Chats
  readers: ReaderPool
  ocr: Ocr
  /** how late the event loop is */
  loop: { read(): LoopDelay }
  fetcher: SafeFetch
  watches: Watches
  /** Ends running jobs and answers, closes children and database. */
  close(): Promise<void>
}

/**
 * @throws data.locked and the other `data.*` errors of opening the folder
 */
export async function createApp(config: Config, log: Log): Promise<App> {
  const { dataDir } = config
  const db = await openDb({
    dataDir,
    databaseUrl: config.databaseUrl,
    log,
    beforeUpgrade: (db, due) => backupBeforeUpgrade({ db, dataDir, log }, due),
  })
  try {
    const files = await openFiles(config.dataDir, db)
    const outbox = createOutbox(db)
    const workers = new Map<string, Worker>()
    const readers = createReaderPool({ size: Math.max(1, availableParallelism() - 1), log, readPaths: [files.folder] })
    const ocr: Ocr = {
      pool: createSightPool({ size: config.ocr.workers ?? defaultOcrSize(), log, readPaths: [files.folder] }),
      engine: config.ocr.engine,
      provider: config.ocr.provider,
    }
    const models = createModels(config, log)
    const chats = createChats({ db, models, log })
    const ingest: IngestContext = {
      db,
      log,
      files,
      outbox,
      jobs: { wake: (kind) => workers.get(kind)?.wake(), abort: (kind, key) => workers.get(kind)?.abort(key) },
      forget: (tx, documentId) => chats.forgetDocument(tx, documentId),
    }

    // What a process that died left behind. On the embedded engine no other process can hold a lease.
    await returnExpired(db, db.engine === 'pglite')
    if (db.engine === 'pglite') {
      await chats.interruptOrphans()
      await files.sweep()
      await sweepSnapshots(dataDir)
    }
    if ((await listCollections(db, LOCAL_OWNER)).length === 0) await putCollection(db, LOCAL_OWNER, DEFAULT_COLLECTION)
    await db.transaction((tx) => requeueOutdated(ingest, tx, null))
    const fetcher = createSafeFetch({ allowPrivate: config.fetchPrivate })
    for (const handler of [ingestHandler(ingest, readers, ocr), purgeHandler(ingest), sitemapHandler(ingest, fetcher)])
      workers.set(handler.kind, startWorker(db, log, handler))
    const watches = await startWatches(ingest)
    const loop = watchLoopDelay()
    const pruning = setInterval(
      () => void prune(db).catch((error: unknown) => log.warn({ event: 'queue.prune.failed', err: error }, 'could not prune')),
      HOUR_MS,
    )

    return {
      config,
      log,
      db,
      ingest,
      models,
      chats,
      readers,
      ocr,
      loop,
      fetcher,
      watches,
      async close() {
        await watches.close()
        clearInterval(pruning)
        loop.stop()
        await Promise.all([...workers.values()].map((worker) => worker.stop()))
        await chats.close()
        await readers.close()
        await ocr.pool.close()
        await models.close()
        await db.close()
      },
    }
  } catch (error) {
    await db.close()
    throw error
  }
}

/** Resolves when no document is waiting or being read. */
export async function settle(app: App, signal?: AbortSignal): Promise<void> {
  for (;;) {
    signal?.throwIfAborted()
    const { rows } = await app.db.query<{ n: number }>(`select count(*)::int as n from job where kind = $1 and state in (0, 1)`, [
      INGEST_JOB,
    ])
    if (rows[0]!.n === 0) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
