import { Pool, type PoolClient } from 'pg'
import type { Log } from '../../base/log.ts'
import { PooledDb } from '../pool.ts'
import { types } from '../types.ts'
import { CUT, EngineThread } from './engine-stream.ts'

export interface EngineOptions {
  /** an empty folder is initialised */
  folder: string
  queryMs: number
  log: Log
  /** told every error of a call */
  onError?: (error: unknown) => void
  /** before each use of the client */
  prepare?: (client: PoolClient) => Promise<void>
  /** told when the thread ended by itself or was cut */
  onEnd?: (reason: string) => void
  beforeClose?: () => Promise<void>
  /** when no thread has the folder open any more */
  afterClose?: () => void
  /** Node options of the thread, for tests that put a layer under its file system */
  execArgv?: string[]
}

/**
 * PGlite on a folder behind a pool of one client. The thread starts with the first call; when it dies or is cut, the next call
 * starts another.
 */
export function openEngine(options: EngineOptions): PooledDb {
  const thread = new EngineThread(
    { folder: options.folder },
    {
      ...(options.execArgv && { execArgv: options.execArgv }),
      onEnd: (reason) => {
        options.log[reason === CUT ? 'warn' : 'error']({ event: 'db.engine.ended', reason })
        options.onEnd?.(reason)
      },
    },
  )
  const pool = new Pool({
    max: 1,
    // The client, and the thread with it, stays.
    idleTimeoutMillis: 0,
    stream: () => thread.stream(),
    types,
    user: 'postgres',
    database: 'postgres',
    password: '',
    ssl: false,
  })
  // The thread has told the log already; without a listener the event would end the process.
  pool.on('error', () => {})
  return new PooledDb(
    {
      kind: 'pglite',
      pool,
      log: options.log,
      queryMs: options.queryMs,
      ...(options.prepare && { prepare: options.prepare }),
      ...(options.beforeClose && { beforeClose: options.beforeClose }),
      afterClose: async () => {
        await thread.gone()
        options.afterClose?.()
      },
    },
    options.onError,
  )
}
