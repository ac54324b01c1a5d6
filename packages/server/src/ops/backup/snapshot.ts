/**
 * What a backup holds, taken in one moment: the database, and which file bytes belong to it. The bytes are held until
 * the backup is written, so that a delete meanwhile cannot take them away.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { VERSION } from '../../base/version.ts'
import type { Db, Sql } from '../../db/db.ts'
import { copyDatabase } from '../../db/pglite/snapshot.ts'
import type { Files } from '../../files/files.ts'
import { dumpTables, listTables } from './tables.ts'
import { DATABASE, FILES, type Manifest, TABLES } from './manifest.ts'

/** A file of the backup and where its bytes are now. */
export interface Source {
  name: string
  path: string
  /** worth the time of packing */
  compress: boolean
}

export interface Snapshot {
  manifest: Omit<Manifest, 'entries'>
  sources: Source[]
  /** removes the copy, lets go of the bytes */
  release(): Promise<void>
}

const TEMPORARY = 'backup.tmp'

/** Copies that a process left behind when it died. */
export async function sweepSnapshots(dataDir: string): Promise<void> {
  await rm(path.join(dataDir, TEMPORARY), { recursive: true, force: true })
}

interface Seen {
  rows: Record<string, number>
  hashes: string[]
  migration: number
}

async function look(sql: Sql): Promise<Seen> {
  const rows: Record<string, number> = {}
  for (const table of await listTables(sql)) {
    const { rows: found } = await sql.query<{ n: number }>(`select count(*) as n from ${table}`)
    rows[table] = found[0]!.n
  }
  const { rows: hashes } = await sql.query<{ hash: string }>('select hash from file order by hash')
  const { rows: migrations } = await sql.query<{ number: number }>('select max(number)::int as number from schema_migration')
  return { rows, hashes: hashes.map(({ hash }) => hash), migration: migrations[0]!.number }
}

/** @param kind  how the database is kept; that of its engine unless a test says otherwise */
export async function takeSnapshot(
  ctx: { db: Db; files: Pick<Files, 'hold' | 'pathOf'>; dataDir: string },
  kind: Manifest['kind'] = ctx.db.engine === 'pglite' ? 'folder' : 'tables',
): Promise<Snapshot> {
  const folder = path.join(ctx.dataDir, TEMPORARY, randomUUID())
  await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 })
  let release = async (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    // Held in the same moment: a delete that commits later finds its bytes in use.
    const observe = async (sql: Sql): Promise<Seen> => {
      const seen = await look(sql)
      const letGo = ctx.files.hold(seen.hashes)
      release = async () => {
        await letGo()
        await rm(folder, { recursive: true, force: true })
      }
      return seen
    }
    const seen = kind === 'folder' ? await copyDatabase(ctx.db, ctx.dataDir, folder, observe) : await dumpTables(ctx.db, folder, observe)
    const prefix = kind === 'folder' ? DATABASE : TABLES
    const database = await readdir(folder, { recursive: true, withFileTypes: true })
    return {
      manifest: {
        format: 1,
        kind,
        version: VERSION,
        createdAt: new Date().toISOString(),
        migration: seen.migration,
        engine: `${ctx.db.engine} ${ctx.db.versions.postgres}`,
        rows: seen.rows,
      },
      sources: [
        ...database
          .filter((entry) => entry.isFile())
          .map((entry) => path.join(entry.parentPath, entry.name))
          .map((at) => ({ name: prefix + path.relative(folder, at).replaceAll(path.sep, '/'), path: at, compress: true })),
        // Most uploads are packed already.
        ...seen.hashes.map((hash) => ({ name: FILES + hash, path: ctx.files.pathOf(hash), compress: false })),
      ],
      release: () => release(),
    }
  } catch (error) {
    await release()
    throw error
  }
}
