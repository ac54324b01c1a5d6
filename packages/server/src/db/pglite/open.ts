import fs from 'node:fs'
import path from 'node:path'
import { fail, isAppError } from '../../base/fail.ts'
import type { Log } from '../../base/log.ts'
import type { Db } from '../db.ts'
import { isDiskFull } from '../errors.ts'
import { type Migration, migrate, readMigrations } from '../migrate.ts'
import { openEngine } from './engine.ts'
import { lockFolder } from './lock.ts'
import { type Maintenance, type MaintenanceOptions, startMaintenance } from './maintenance.ts'
import { createFromTemplate } from './template.ts'
import { Space } from './space.ts'
import { checkEmbeddedVersions } from '../versions.ts'

export interface PgliteOptions {
  dataDir: string
  log: Log
  queryMs: number
  maintenance?: MaintenanceOptions
  /** those of the program unless a test says otherwise */
  migrations?: readonly Migration[]
  /** before migrations change a database that is in use; returns where a backup is */
  beforeUpgrade?: (db: Db, due: { from: number; to: number }) => Promise<string>
  /** Node options of the engine thread, for tests that put a layer under its file system */
  execArgv?: string[]
}

/**
 * The embedded store: lock of the data folder, the database in `<dataDir>/db` (from the template when there is none), the engine
 * thread behind a pool, maintenance.
 */
export async function openPglite(options: PgliteOptions): Promise<Db> {
  const { dataDir, log } = options
  const migrations = options.migrations ?? readMigrations()
  const folder = path.join(dataDir, 'db')
  fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const lock = lockFolder(dataDir)
  let maintenance: Maintenance | null = null
  try {
    if (!fs.existsSync(folder)) await createFromTemplate(folder, migrations, log)
    const space = new Space(dataDir, log)
    space.keepReserve()
    const db = openEngine({
      folder,
      queryMs: options.queryMs,
      log,
      onError: (error) => maintenance?.note(error),
      ...(options.execArgv && { execArgv: options.execArgv }),
      prepare: (client) => space.prepare(client),
      onEnd: (reason) => {
        if (isDiskFull(reason)) space.giveUpReserve()
      },
      beforeClose: async () => maintenance?.stop(),
      afterClose: () => lock.release(),
    })
    let backup: string | null = null
    try {
      db.versions = await checkEmbeddedVersions(db).catch((error: unknown) => {
        // The reserve has been given up: now there is room to start.
        if (isAppError(error, 'db.disk_full')) return checkEmbeddedVersions(db)
        throw error
      })
      await migrate(db, migrations, log, async (due) => {
        backup = (await options.beforeUpgrade?.(db, due)) ?? null
      })
    } catch (error) {
      await db.close()
      if (backup !== null) throw fail('data.upgrade_failed', { backup, detail: (error as Error).message }, error)
      throw isAppError(error, 'db.unavailable') || isAppError(error, 'db.disk_full') ? unopenable(dataDir, error) : error
    }
    maintenance = startMaintenance(db, log, options.maintenance)
    return db
  } catch (error) {
    lock.release()
    throw error
  }
}

/** At the start nobody can try again in a moment: a person has to look, and needs the engine's own words. */
function unopenable(folder: string, error: Error): unknown {
  const detail = error.cause instanceof Error ? error.cause.message : error.message
  return fail('data.unopenable', { folder, detail }, error)
}
