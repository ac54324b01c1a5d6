/** A library in a temporary folder: real database, file store, jobs and readers, the last in this process instead of a child. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Document } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId } from '@zhiku/contract/ids.ts'
import { isFinal } from '@zhiku/contract/states.ts'
import { silentLog } from '../../packages/server/src/base/log.ts'
import type { Db, Tx } from '../../packages/server/src/db/db.ts'
import { openDb } from '../../packages/server/src/db/open.ts'
import { type Files, openFiles } from '../../packages/server/src/files/files.ts'
import type { IngestContext } from '../../packages/server/src/ingest/context.ts'
import type { Ocr } from '../../packages/server/src/ingest/ocr/ocr.ts'
import type { ReaderPool } from '../../packages/server/src/ingest/pool/pool.ts'
import { readFile } from '../../packages/server/src/ingest/pool/read-file.ts'
import { receive } from '../../packages/server/src/ingest/receive.ts'
import { purge } from '../../packages/server/src/ingest/removal.ts'
import { ingestHandler } from '../../packages/server/src/ingest/run.ts'
import { putCollection } from '../../packages/server/src/library/collections.ts'
import { getDocument } from '../../packages/server/src/library/documents.ts'
import { createOutbox } from '../../packages/server/src/queue/outbox.ts'
import { type Worker, startWorker } from '../../packages/server/src/queue/worker.ts'

export const TEST_OWNER = 'local'

export interface TestLibrary {
  db: Db
  files: Files
  dataDir: string
  collectionId: CollectionId
  /** Resolves when the file has been read to its end. A name that is there already gets a new revision. */
  add(name: string, content: string | Uint8Array): Promise<Document>
  /** Deletes for good; `forget` erases what others keep of it, in the same transaction. */
  purge(id: DocumentId, forget?: (tx: Tx, id: DocumentId) => Promise<void>): Promise<void>
  close(): Promise<void>
}

/** Its documents have text: nothing waits for OCR. */
const NO_OCR: Ocr = {
  pool: {
    size: 1,
    pids: [],
    free: 1,
    provider: null,
    recognise: () => Promise.reject(new Error('no OCR here')),
    draw: () => Promise.reject(new Error('no pictures here')),
    close: async () => undefined,
  },
  engine: 'auto',
  provider: 'cpu',
}

export async function openTestLibrary(): Promise<TestLibrary> {
  const folder = await mkdtemp(path.join(tmpdir(), 'zhiku-library-'))
  const db = await openDb({ dataDir: folder, databaseUrl: null, log: silentLog })
  const files = await openFiles(folder, db)
  let worker: Worker | null = null
  const ctx: IngestContext = {
    db,
    log: silentLog,
    files,
    outbox: createOutbox(db),
    jobs: { wake: () => worker?.wake(), abort: (_kind, key) => worker?.abort(key) },
    forget: async () => undefined,
  }
  const readers: ReaderPool = {
    size: 1,
    pids: [],
    read: (request, on) =>
      readFile(request, { ...on, inner: async (file) => (await on.inner?.(file, file.bytes)) ?? null, progress: () => undefined }),
    close: async () => undefined,
  }
  const collectionId = (await putCollection(db, TEST_OWNER, 'tests')).id
  worker = startWorker(db, silentLog, ingestHandler(ctx, readers, NO_OCR))

  return {
    db,
    files,
    dataDir: folder,
    collectionId,
    async add(name, content) {
      async function* bytes(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(content)
      }
      const file = await files.put({ stream: bytes(), name, limitBytes: 10_000_000 })
      const { document } = await receive(ctx, { owner: TEST_OWNER, collectionId, path: '', name, file })
      for (;;) {
        const now = await getDocument(db, TEST_OWNER, document.id)
        if (isFinal(now.state)) return now
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    purge: (id, forget) => purge({ ...ctx, forget: forget ?? ctx.forget }, TEST_OWNER, id),
    async close() {
      await worker.stop()
      await db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
