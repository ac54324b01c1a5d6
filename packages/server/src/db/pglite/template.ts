import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createHash } from 'node:crypto'
import type { Log } from '../../base/log.ts'
import { type Migration, migrate } from '../migrate.ts'
import { openEngine } from './engine.ts'
import { packFolder, stampOf, unpackFolder } from './pack.ts'
import { installedPackages } from '../versions.ts'

/**
 * The empty database, ready made: creating one from nothing costs 5 CPU-seconds and 1 GB of memory, unpacking this costs a
 * fraction. `scripts/build-template.ts` makes it at installation; where it is missing or made from other versions or migrations,
 * it is made at the first start.
 */
export const TEMPLATE_FILE = fileURLToPath(new URL('../../../dist/template.bin', import.meta.url))

/** What a template must have been made from to be used: engine and extension packages, every migration. */
export function templateStamp(migrations: readonly Migration[]): string {
  const hash = createHash('sha256')
  for (const { name, sha256 } of migrations) hash.update(`${name} ${sha256}\n`)
  return JSON.stringify({ format: 1, ...installedPackages(), migrations: migrations.length, sha256: hash.digest('hex') })
}

/**
 * Creates the database folder `target`. Durable, and all or nothing, see unpackFolder.
 *
 * @param file  where the template is kept
 */
export async function createFromTemplate(target: string, migrations: readonly Migration[], log: Log, file = TEMPLATE_FILE): Promise<void> {
  const stamp = templateStamp(migrations)
  const kept = readTemplate(file)
  if (kept !== null && stampOf(kept) === stamp) return unpackFolder(kept, target)
  log.info({ event: 'db.template.building', reason: kept === null ? 'missing' : 'made from other versions or migrations' })
  const packed = await buildTemplate(migrations, log)
  saveTemplate(packed, file, log)
  return unpackFolder(packed, target)
}

function readTemplate(file: string): Buffer | null {
  try {
    return fs.readFileSync(file)
  } catch {
    return null
  }
}

/** An installation folder may be read-only; then the next empty data folder costs the same time again. */
export function saveTemplate(packed: Buffer, file: string, log: Log): void {
  const making = `${file}.${process.pid}`
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(making, packed)
    fs.renameSync(making, file)
  } catch (error) {
    log.debug({ event: 'db.template.not_kept', error: String(error) })
  }
}

/** Makes an empty database with all migrations in a temporary folder and packs it. */
export async function buildTemplate(migrations: readonly Migration[], log: Log): Promise<Buffer> {
  const startedMs = performance.now()
  const temporary = fs.mkdtempSync(path.join(tmpdir(), 'zhiku-template-'))
  const folder = path.join(temporary, 'db')
  try {
    fs.mkdirSync(folder)
    const db = openEngine({ folder, queryMs: 600_000, log })
    try {
      await migrate(db, migrations, log)
      // Only `create database` needs these two; without them the folder has a third of the files.
      for (const name of ['template0', 'template1']) {
        await db.query(`alter database ${name} is_template false`)
        await db.query(`drop database ${name}`)
      }
      await db.query('vacuum (analyze)')
      await db.query('checkpoint')
      await db.query('checkpoint')
    } finally {
      await db.close()
    }
    const packed = packFolder(folder, templateStamp(migrations))
    log.info({ event: 'db.template.built', sizeBytes: packed.length, durationMs: Math.round(performance.now() - startedMs) })
    return packed
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true })
  }
}
