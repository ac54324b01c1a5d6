/**
 * A backup becomes a library, in a folder that was empty. Everything is made and checked in `restore.tmp` inside the
 * folder; only then it moves into place, the database last, so that a restore that was cut short is no library.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { fail } from '../../base/fail.ts'
import type { Log } from '../../base/log.ts'
import { checkIntegrity } from '../../db/integrity.ts'
import { readMigrations } from '../../db/migrate.ts'
import { openDb } from '../../db/open.ts'
import { databaseFolder } from '../../db/pglite/snapshot.ts'
import { openFiles } from '../../files/files.ts'
import { type Archive, openArchive } from './archive.ts'
import { DATABASE, FILES, type Manifest, TABLES } from './manifest.ts'
import { listTables, loadTables } from './tables.ts'
import { inParallel } from './parallel.ts'
import { readEntry } from './verify.ts'

const WORKING = 'restore.tmp'
/** Names that may stand in an archive; anything else could lead out of the folder. */
const SAFE = /^(?:database\/(?!.*\.\.)[\w./-]+|tables\/\w+\.jsonl|files\/[0-9a-f]{64})$/

export interface Restored {
  manifest: Manifest
  /** bytes written */
  sizeBytes: number
}

/**
 * @throws restore.not_empty; backup.damaged when a checksum, a count or the structure of the database is wrong;
 *         data.newer_version when the backup is of a newer program. The folder is empty then, as it was before.
 */
export async function restoreBackup(input: { file: string; dataDir: string; log: Log }): Promise<Restored> {
  const { file, dataDir, log } = input
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  if ((await readdir(dataDir)).some((name) => name !== WORKING)) throw fail('restore.not_empty', { folder: dataDir })
  const working = path.join(dataDir, WORKING)
  await rm(working, { recursive: true, force: true })
  const archive = await openArchive(file)
  try {
    const { manifest } = archive
    const known = readMigrations().length
    if (manifest.migration > known) throw fail('data.newer_version', { found: manifest.migration, known })
    const sizeBytes = await unpack(archive, working)
    await check(working, manifest, log)
    for (const name of ['files', 'db']) await rename(path.join(working, name), path.join(dataDir, name))
    await rm(working, { recursive: true, force: true })
    await sync(dataDir)
    return { manifest, sizeBytes }
  } catch (error) {
    await rm(working, { recursive: true, force: true })
    throw error
  } finally {
    archive.close()
  }
}

function placeOf(working: string, name: string): string {
  if (!SAFE.test(name)) throw fail('backup.damaged', { detail: name.slice(0, 200) })
  if (name.startsWith(FILES)) {
    const hash = name.slice(FILES.length)
    return path.join(working, 'files', hash.slice(0, 2), hash.slice(2))
  }
  return name.startsWith(DATABASE) ? path.join(databaseFolder(working), name.slice(DATABASE.length)) : path.join(working, name)
}

async function unpack(archive: Archive, working: string): Promise<number> {
  await mkdir(path.join(working, 'files'), { recursive: true, mode: 0o700 })
  const folders = new Set<string>([working])
  let sizeBytes = 0
  await inParallel(archive.manifest.entries, async (entry) => {
    const at = placeOf(working, entry.name)
    await mkdir(path.dirname(at), { recursive: true, mode: 0o700 })
    folders.add(path.dirname(at))
    await readEntry(archive, entry, createWriteStream(at, { flags: 'wx', mode: 0o600, flush: true }))
    if (entry.name.startsWith(FILES) && entry.sha256 !== entry.name.slice(FILES.length))
      throw fail('backup.damaged', { detail: entry.name })
    sizeBytes += entry.sizeBytes
  })
  // PostgreSQL wants its empty folders too.
  if (archive.manifest.kind === 'folder')
    for (const name of EMPTY_FOLDERS) await mkdir(path.join(databaseFolder(working), name), { recursive: true, mode: 0o700 })
  for (const folder of folders) await sync(folder)
  return sizeBytes
}

/** Folders of a PostgreSQL cluster that may have no file in them, so that the archive does not name them. */
const EMPTY_FOLDERS = [
  'pg_commit_ts',
  'pg_dynshmem',
  'pg_logical/mappings',
  'pg_logical/snapshots',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_tblspc',
  'pg_twophase',
  'pg_wal/archive_status',
  'pg_wal/summaries',
]

/** Opens what was unpacked, as the program will, and compares it with the manifest. */
async function check(working: string, manifest: Manifest, log: Log): Promise<void> {
  // A dump of tables goes into an empty database, which opening makes.
  const db = await openDb({ dataDir: working, databaseUrl: null, log })
  try {
    if (manifest.kind === 'tables') await loadTables(db, path.join(working, TABLES))
    for (const table of await listTables(db)) {
      const { rows } = await db.query<{ n: number }>(`select count(*) as n from ${table}`)
      const expected = manifest.rows[table] ?? 0
      if (rows[0]!.n !== expected) throw fail('backup.damaged', { detail: `${table}: ${rows[0]!.n} of ${expected} rows` })
    }
    const findings = await checkIntegrity(db)
    if (findings.length > 0) throw fail('backup.damaged', { detail: findings[0]! })
    const files = await openFiles(working, db)
    const { missing, wrongSize } = await files.check(db)
    const wrong = [...missing, ...wrongSize][0]
    if (wrong !== undefined) throw fail('backup.damaged', { detail: FILES + wrong })
  } finally {
    await db.close()
  }
}

async function sync(folder: string): Promise<void> {
  // Windows refuses to open folders.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
