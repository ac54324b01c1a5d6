/**
 * The thread that runs PGlite. It speaks the PostgreSQL wire protocol with engine-stream.ts and knows nothing else; a thread of
 * its own because a query blocks it until the end, and because the only way out of a stuck or dead engine is to end the thread.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { amcheck } from '@electric-sql/pglite/contrib/amcheck'
import { pg_textsearch } from '@electric-sql/pglite-pg_textsearch'
import { vector } from '@electric-sql/pglite-pgvector'
import { FsyncNodeFS } from './fsync-fs.ts'

export interface EngineInput {
  /** folder of the database; PGlite runs initdb when it is empty */
  folder: string
}
export type ToEngine = { kind: 'bytes'; bytes: Uint8Array } | { kind: 'close' }
export type FromEngine = { kind: 'ready' } | { kind: 'bytes'; bytes: Uint8Array } | { kind: 'closed' } | { kind: 'dead'; reason: string }

const port = parentPort!
const input = workerData as EngineInput
const send = (message: FromEngine, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)

/** The last lines PostgreSQL wrote: the reason when it does not start. Only FATAL and PANIC lines arrive (log_min_messages). */
const lastLines: string[] = []

function onStderr(line: string): boolean {
  lastLines.push(line)
  if (lastLines.length > 5) lastLines.shift()
  // After a PANIC the next call would spin for ever at 100 % CPU, so this thread ends here and now.
  if (/PANIC|Aborted\(/.test(line)) die(line)
  return false
}

function die(reason: string): never {
  send({ kind: 'dead', reason })
  process.exit(1)
}

/** PGlite's defaults without `-F` (fsync off), plus what makes a commit durable and the WAL small. */
const SETTINGS = {
  fsync: 'on',
  wal_sync_method: 'fsync',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // Memory that is always resident. The system caches the files too; measured no slower than 32 MB at 20,000 chunks.
  shared_buffers: '16MB',
  max_wal_size: '64MB',
  min_wal_size: '32MB',
  'pg_textsearch.memtable_pages_threshold': '2048',
  // Errors of statements go to their caller. In the log they would repeat document text.
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
}

async function open(): Promise<PGlite> {
  return PGlite.create({
    fs: new FsyncNodeFS(input.folder),
    extensions: { vector, pg_textsearch, amcheck },
    startParams: [
      ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
      ...Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    // Small WAL segments keep an empty database at 16 MB.
    initDbStartParams: ['--wal-segsize=1'],
    onStderr,
  })
}

/** How PGlite leaves PostgreSQL's main loop after an error of a statement (longjmp); nothing else may be thrown out of it. */
const STATEMENT_ERROR_STATUS = 100
const MAIN_LOOP = '_PostgresMainLoopOnce'

/**
 * PGlite swallows every exception of the main loop and calls it again, which spins for ever when the WebAssembly instance is
 * broken (a trap, no memory, no stack). Such an exception ends the thread.
 */
function dieOfTraps(db: PGlite): void {
  const mod = db.Module as unknown as Record<typeof MAIN_LOOP, () => void>
  const once = mod[MAIN_LOOP]
  mod[MAIN_LOOP] = () => {
    try {
      once()
    } catch (error) {
      if ((error as { status?: number }).status !== STATEMENT_ERROR_STATUS) die(reasonOf(error))
      throw error
    }
  }
}

function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

async function answer(db: PGlite, bytes: Uint8Array): Promise<void> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  // The slices point into WASM memory, which moves on.
  await db.execProtocolRawStream(bytes, { syncToFs: false, onRawData: (part) => parts.push(part.slice()) })
  if (parts.length === 0) return
  const whole = parts.length === 1 ? parts[0]! : joined(parts)
  send({ kind: 'bytes', bytes: whole }, [whole.buffer])
}

const reasonOf = (error: unknown): string => [error instanceof Error ? error.message : String(error), ...lastLines].join(' | ')

try {
  const db = await open()
  dieOfTraps(db)
  port.on('message', (message: ToEngine) => {
    const work = message.kind === 'bytes' ? answer(db, message.bytes) : db.close().then(() => send({ kind: 'closed' }))
    work.catch((error: unknown) => die(reasonOf(error)))
  })
  send({ kind: 'ready' })
} catch (error) {
  die(reasonOf(error))
}
