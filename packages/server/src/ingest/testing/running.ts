/** The writing side as it runs in the server, on a folder of its own: real database, files, readers, workers. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CollectionId, DocumentId } from '@zhiku/contract/ids.ts'
import type { Document } from '@zhiku/contract/entities.ts'
import { isFinal } from '@zhiku/contract/states.ts'
import { expect } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { openDb } from '../../db/open.ts'
import { openFiles } from '../../files/files.ts'
import { putCollection } from '../../library/collections.ts'
import { getDocument, listDocuments } from '../../library/documents.ts'
import { createOutbox } from '../../queue/outbox.ts'
import { returnExpired } from '../../queue/queue.ts'
import { type Handler, startWorker, type Worker } from '../../queue/worker.ts'
import { searchLexical } from '../../search/lexical.ts'
import type { IngestContext } from '../context.ts'
import { createReaderPool, createSightPool, type ReaderPool } from '../pool/pool.ts'
import { receive } from '../receive.ts'
import { purgeHandler } from '../removal.ts'
import { ingestHandler } from '../run.ts'

export const OWNER = 'local'

export interface RunningIngest {
  ctx: IngestContext
  readers: ReaderPool
  collectionId: CollectionId
  send(
    name: string,
    content: string | Uint8Array,
    folder?: string,
    collection?: CollectionId,
  ): Promise<{ document: Document; known: boolean }>
  /** resolves when the document is at its right end */
  finished(id: DocumentId): Promise<Document>
  /** resolves when no job is waiting or running */
  settled(): Promise<void>
  /** everything in the collection, by path and name */
  list(parent?: DocumentId | 'none'): Promise<Document[]>
  find(query: string): Promise<string[]>
  run(handler: Handler): void
  /** As after kill -9: workers stop at once, what they held is taken over. */
  restartWorkers(): Promise<void>
  close(): Promise<void>
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

export async function startIngest(): Promise<RunningIngest> {
  const folder = await mkdtemp(path.join(tmpdir(), 'zhiku-ingest-'))
  const db = await openDb({ dataDir: folder, databaseUrl: null, log: silentLog })
  const files = await openFiles(folder, db)
  const readers = createReaderPool({ size: 1, log: silentLog, readPaths: [files.folder] })
  const sight = createSightPool({ size: 1, log: silentLog, readPaths: [files.folder] })
  const workers = new Map<string, Worker>()
  const handlers: Handler[] = []
  const ctx: IngestContext = {
    db,
    log: silentLog,
    files,
    outbox: createOutbox(db),
    jobs: { wake: (kind) => workers.get(kind)?.wake(), abort: (kind, key) => workers.get(kind)?.abort(key) },
    forget: async () => undefined,
  }
  const collectionId = (await putCollection(db, OWNER, 'tests')).id
  const start = (handler: Handler): void => void workers.set(handler.kind, startWorker(db, silentLog, handler))
  const run = (handler: Handler): void => {
    handlers.push(handler)
    start(handler)
  }
  run(ingestHandler(ctx, readers, { pool: sight, engine: 'auto', provider: 'cpu' }))
  run(purgeHandler(ctx))

  const stopWorkers = async (): Promise<void> => {
    await Promise.all([...workers.values()].map((worker) => worker.stop()))
    workers.clear()
  }
  return {
    ctx,
    readers,
    collectionId,
    run,
    async send(name, content, shown = '', collection = collectionId) {
      const file = await files.put({ stream: once(Buffer.from(content)), name, limitBytes: 500_000_000 })
      return await receive(ctx, { owner: OWNER, collectionId: collection, path: shown, name, file })
    },
    async finished(id) {
      await expect.poll(async () => isFinal((await getDocument(db, OWNER, id)).state), { timeout: 60_000, interval: 20 }).toBe(true)
      return await getDocument(db, OWNER, id)
    },
    async settled() {
      const open = async (): Promise<number> => {
        const { rows } = await db.query<{ n: number }>('select count(*)::int as n from job where state in (0, 1) and run_at <= now()')
        return rows[0]!.n
      }
      await expect.poll(open, { timeout: 120_000, interval: 25 }).toBe(0)
    },
    async list(parent) {
      const { documents } = await listDocuments(db, OWNER, {
        collection: collectionId,
        limit: 500,
        ...(parent === undefined ? {} : { parent }),
      })
      return documents.toSorted((a, b) => `${a.path}/${a.name}`.localeCompare(`${b.path}/${b.name}`))
    },
    async find(query) {
      const hits = await searchLexical(db, { query, scope: { owner: OWNER, collections: [collectionId], documents: [] }, limit: 50 })
      return [...new Set(hits.map(({ documentName }) => documentName))].toSorted()
    },
    async restartWorkers() {
      await stopWorkers()
      await returnExpired(db, true)
      for (const handler of handlers) start(handler)
    },
    async close() {
      await stopWorkers()
      await readers.close()
      await sight.close()
      await db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
