import fs from 'node:fs'
import path from 'node:path'
import { Pool } from 'pg'
import type { Log } from '../../base/log.ts'
import type { Db } from '../db.ts'
import { migrate, readMigrations } from '../migrate.ts'
import { PooledDb } from '../pool.ts'
import { types } from '../types.ts'
import { EngineThread } from './engine-stream.ts'

export async function openPglite(input: { dataDir: string; log: Log; queryMs: number }): Promise<Db> {
  const folder = path.join(input.dataDir, 'db')
  fs.mkdirSync(folder, { recursive: true })
  const thread = new EngineThread({ folder, initialise: !fs.existsSync(path.join(folder, 'PG_VERSION')) })
  const pool = new Pool({
    max: 1,
    idleTimeoutMillis: 0,
    stream: () => thread.stream(),
    types,
    user: 'postgres',
    database: 'postgres',
    password: '',
    ssl: false,
  })
  pool.on('error', (error) => input.log.error({ event: 'db.engine.died', error: error.message }))
  const db = new PooledDb({
    kind: 'pglite',
    pool,
    queryMs: input.queryMs,
    close: async () => {
      await pool.end()
      await thread.gone()
    },
  })
  try {
    await db.query('create extension if not exists vector')
    await db.query('create extension if not exists pg_textsearch')
    await migrate(db, readMigrations(), input.log)
    db.versions = { postgres: '', vector: '', pg_textsearch: '' }
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}
