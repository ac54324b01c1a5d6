import { LIMITS } from '../base/limits.ts'
import type { Log } from '../base/log.ts'
import type { Db } from './db.ts'
import { type PgliteOptions, openPglite } from './pglite/open.ts'
import { openPostgres } from './postgres.ts'

/**
 * Opens the store: embedded PGlite in `<dataDir>/db`, or a PostgreSQL server when `databaseUrl` is set. Afterwards the schema is the
 * newest one.
 *
 * @param input.beforeUpgrade  embedded: makes a backup before migrations change a database that is in use, and says where it is.
 *                             The backups of a server are its administrator's.
 * @param input.queryMs  limit of one statement; LIMITS.queryMs unless a test says otherwise
 * @throws data.locked, data.unsupported_folder, data.newer_version, data.altered_migration, data.engine_mismatch, data.upgrade_failed, db.unavailable
 */
export async function openDb(input: {
  dataDir: string
  databaseUrl: string | null
  log: Log
  queryMs?: number
  beforeUpgrade?: PgliteOptions['beforeUpgrade']
}): Promise<Db> {
  const queryMs = input.queryMs ?? LIMITS.queryMs
  if (input.databaseUrl !== null) return openPostgres({ databaseUrl: input.databaseUrl, log: input.log, queryMs })
  return openPglite({ dataDir: input.dataDir, log: input.log, queryMs, ...(input.beforeUpgrade && { beforeUpgrade: input.beforeUpgrade }) })
}
