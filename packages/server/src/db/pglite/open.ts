import fs from 'node:fs'
import path from 'node:path'
import type { Log } from '../../base/log.ts'
import type { Db } from '../db.ts'
import { migrate, readMigrations } from '../migrate.ts'
import { openEngine } from './engine.ts'
import { createFromTemplate } from './template.ts'
import { checkEmbeddedVersions } from './versions.ts'

export async function openPglite(input: { dataDir: string; log: Log; queryMs: number }): Promise<Db> {
  const migrations = readMigrations()
  const folder = path.join(input.dataDir, 'db')
  fs.mkdirSync(input.dataDir, { recursive: true })
  if (!fs.existsSync(folder)) await createFromTemplate(folder, migrations, input.log)
  const db = openEngine({ folder, queryMs: input.queryMs, log: input.log })
  try {
    db.versions = await checkEmbeddedVersions(db)
    await migrate(db, migrations, input.log)
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}
