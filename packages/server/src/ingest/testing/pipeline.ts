/** Everything that reads a file, as the server builds it: database, file store, children, worker; in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Document } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId } from '@zhiku/contract/ids.ts'
import { isFinal } from '@zhiku/contract/states.ts'
import { silentLog } from '../../base/log.ts'
import type { Db } from '../../db/db.ts'
import { openDb } from '../../db/open.ts'
import { openFiles } from '../../files/files.ts'
import { putCollection } from '../../library/collections.ts'
import { getDocument } from '../../library/documents.ts'
import { createOutbox } from '../../queue/outbox.ts'
import { startWorker, type Worker } from '../../queue/worker.ts'
import { type ChunkHit, searchLexical } from '../../search/lexical.ts'
import type { IngestContext } from '../context.ts'
import type { Ocr } from '../ocr/ocr.ts'
import { createReaderPool, createSightPool, type SightPool } from '../pool/pool.ts'
import { receive } from '../receive.ts'
import { ingestHandler } from '../run.ts'

export const OWNER = 'local'

export interface Pipeline {
  db: Db
  ctx: IngestContext
  ocr: Ocr
  send(name: string, content: Uint8Array, collection?: CollectionId): Promise<Document>
  finished(id: DocumentId): Promise<Document>
  /** sends and waits for the end */
  add(name: string, content: Uint8Array, collection?: CollectionId): Promise<Document>
  find(query: string, documents?: string[]): Promise<ChunkHit[]>
  close(): Promise<void>
}

/** @param options.pool  in place of real OCR children */
export async function openPipeline(options: { engine?: Ocr['engine']; ocrSize?: number; pool?: SightPool } = {}): Promise<Pipeline> {
  const folder = await mkdtemp(path.join(tmpdir(), 'zhiku-pipeline-'))
  const db = await openDb({ dataDir: folder, databaseUrl: null, log: silentLog })
  const files = await openFiles(folder, db)
  const readers = createReaderPool({ size: 1, log: silentLog, readPaths: [files.folder] })
  const pool = options.pool ?? createSightPool({ size: options.ocrSize ?? 2, log: silentLog, readPaths: [files.folder] })
  const ocr: Ocr = { pool, engine: options.engine ?? 'auto', provider: 'cpu' }
  let worker: Worker | null = null
  const ctx: IngestContext = {
    db,
    log: silentLog,
    files,
    outbox: createOutbox(db),
    jobs: { wake: () => worker?.wake(), abort: (_kind, key) => worker?.abort(key) },
    forget: async () => undefined,
  }
  const tests = (await putCollection(db, OWNER, 'tests')).id
  worker = startWorker(db, silentLog, ingestHandler(ctx, readers, ocr))

  async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    yield bytes
  }
  const pipeline: Pipeline = {
    db,
    ctx,
    ocr,
    async send(name, content, collectionId = tests) {
      const file = await files.put({ stream: once(content), name, limitBytes: 100_000_000 })
      return (await receive(ctx, { owner: OWNER, collectionId, path: '', name, file })).document
    },
    async finished(id) {
      for (;;) {
        const document = await getDocument(db, OWNER, id)
        if (isFinal(document.state)) return document
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
    },
    add: async (name, content, collection) => await pipeline.finished((await pipeline.send(name, content, collection)).id),
    find: (query, documents = []) => searchLexical(db, { query, scope: { owner: OWNER, collections: [], documents }, limit: 50 }),
    async close() {
      await worker.stop()
      await readers.close()
      await pool.close()
      await db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return pipeline
}
