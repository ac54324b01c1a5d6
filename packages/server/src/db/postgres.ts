import { Pool } from 'pg'
import { fail } from '../base/fail.ts'
import type { Log } from '../base/log.ts'
import type { Db } from './db.ts'
import { EXTENSIONS, migrate, readMigrations } from './migrate.ts'
import { PooledDb } from './pool.ts'
import { types } from './types.ts'
import { readVersions } from './versions.ts'

/** Oldest versions whose SQL and index format are those of the embedded engine. */
const OLDEST = new Map([
  ['postgres', '18'],
  ['vector', '0.8.0'],
  ['pg_textsearch', '1.5.0'],
])
const MAX_CLIENTS = 10
const CONNECT_MS = 10_000
/** The server's own limit comes first; the client's catches a dead network. */
const NETWORK_GRACE_MS = 5000

/**
 * The store on a PostgreSQL server. Same SQL, same pool and guards as the embedded one; the server has its own background processes
 * and its own statement timeout.
 *
 * @throws data.engine_mismatch naming what is missing or too old; db.unavailable when the server cannot be reached
 */
export async function openPostgres(input: { databaseUrl: string; log: Log; queryMs: number }): Promise<Db> {
  const { log, queryMs } = input
  const pool = new Pool({
    connectionString: input.databaseUrl,
    max: MAX_CLIENTS,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'zhiku',
    types,
    statement_timeout: queryMs,
    options: '-c TimeZone=UTC -c DateStyle=ISO',
  })
  pool.on('error', (error) => log.warn({ event: 'db.connection_lost', error: error.message }))
  const db = new PooledDb({ kind: 'postgres', pool, log, queryMs: queryMs + NETWORK_GRACE_MS, afterClose: async () => {} })
  try {
    await checkServer(db)
    await migrate(db, readMigrations(), log)
    const { postgres, vector, pg_textsearch } = await readVersions(db)
    db.versions = { postgres: postgres!, vector: vector!, pg_textsearch: pg_textsearch! }
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}

async function checkServer(db: PooledDb): Promise<void> {
  const { rows } = await db.query<{ name: string; version: string | null }>(
    `select 'postgres' as name, current_setting('server_version') as version
     union all select wanted, (select coalesce(installed_version, default_version) from pg_available_extensions where name = wanted) from unnest($1::text[]) as wanted`,
    [[...EXTENSIONS]],
  )
  const wrong = rows.filter(({ name, version }) => version === null || isOlder(version, OLDEST.get(name) ?? ''))
  if (wrong.length === 0) return
  throw fail('data.engine_mismatch', {
    found: wrong.map(({ name, version }) => `${name} ${version ?? 'missing'}`).join(', '),
    needed: wrong.map(({ name }) => `${name} >= ${OLDEST.get(name)}`).join(', '),
  })
}

const numbersOf = (version: string): number[] => (/^[\d.]+/.exec(version)?.[0] ?? '').split('.').map(Number)

/** Compares dotted numbers; what follows them (`18.6 (Debian …)`) does not count. */
export function isOlder(version: string, oldest: string): boolean {
  const [found, needed] = [numbersOf(version), numbersOf(oldest)]
  for (const [index, part] of needed.entries()) {
    const difference = (found[index] ?? 0) - part
    if (difference !== 0) return difference < 0
  }
  return false
}
