/**
 * Makes packages/server/dist/template.bin, the empty database that the first start unpacks. Does nothing when it is up to date.
 *
 *   node scripts/build-template.ts [--force]
 */
import fs from 'node:fs'
import { createLog } from '../packages/server/src/base/log.ts'
import { readMigrations } from '../packages/server/src/db/migrate.ts'
import { stampOf } from '../packages/server/src/db/pglite/pack.ts'
import { buildTemplate, saveTemplate, TEMPLATE_FILE, templateStamp } from '../packages/server/src/db/pglite/template.ts'

const migrations = readMigrations()
const upToDate = fs.existsSync(TEMPLATE_FILE) && stampOf(fs.readFileSync(TEMPLATE_FILE)) === templateStamp(migrations)
if (!upToDate || process.argv.includes('--force')) {
  const log = createLog('info')
  saveTemplate(await buildTemplate(migrations, log), TEMPLATE_FILE, log)
}
