import { Pool } from 'pg'
import type { Log } from '../../base/log.ts'
import { PooledDb } from '../pool.ts'
import { types } from '../types.ts'
import { EngineThread } from './engine-stream.ts'

/**
 * PGlite on `folder` behind a pool of one client. An empty folder is initialised. The thread starts with the first call; when it
 * dies or is cut, the next call starts another.
 */
export function openEngine(input: { folder: string; queryMs: number; log: Log }): PooledDb {
  const thread = new EngineThread({ folder: input.folder })
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
  pool.on('error', (error) => input.log.error({ event: 'db.engine.died', error: error.message }))
  return new PooledDb({
    kind: 'pglite',
    pool,
    queryMs: input.queryMs,
    close: async () => {
      await pool.end()
      await thread.gone()
    },
  })
}
