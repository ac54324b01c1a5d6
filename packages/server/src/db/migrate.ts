import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fail } from '../base/fail.ts'
import type { Log } from '../base/log.ts'
import type { Sql } from './db.ts'
import type { PooledDb } from './pool.ts'

/**
 * Migrations: numbered SQL files, forward only, one transaction each, recorded with the sha-256 of their text. A released file is
 * never changed. The record and the check are the same on both engines; on a server a lock keeps two starters apart.
 */
export interface Migration {
  number: number
  name: string
  sha256: string
  sql: string
}

const FOLDER = fileURLToPath(new URL('./migrations/', import.meta.url))
/** Key of the advisory lock; any constant that no one else uses in the same database. */
const LOCK_KEY = 7_700_001
/** A migration may rebuild an index over everything. */
const MIGRATION_MS = 3_600_000

/** @throws Error (a programmer's) when numbers repeat or leave a gap */
export function readMigrations(folder = FOLDER): Migration[] {
  const names = fs
    .readdirSync(folder)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .toSorted()
  return names.map((name, index) => {
    // Line ends differ between checkouts; they are not part of the content.
    const sql = fs.readFileSync(`${folder}/${name}`, 'utf8').replaceAll('\r\n', '\n')
    const number = Number(name.slice(0, 4))
    if (number !== index + 1) throw new Error(`migration ${name} should have number ${index + 1}`)
    return { number, name: name.slice(0, -'.sql'.length), sha256: createHash('sha256').update(sql).digest('hex'), sql }
  })
}

/** Created before the first migration; who may not create them on a server asks its administrator to. */
export const EXTENSIONS = ['vector', 'pg_textsearch'] as const

const RECORD = `create table if not exists schema_migration (
  number int primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())`

/**
 * Brings the database to the newest migration.
 *
 * @param beforeUpgrade  called when migrations are due on a database that is in use, before the first of them
 * @throws data.newer_version when a newer program was here before; data.altered_migration when an applied file has changed;
 *         what the failing statement threw, with nothing of that migration applied
 */
export async function migrate(
  db: PooledDb,
  migrations: readonly Migration[],
  log: Log,
  beforeUpgrade?: (due: { from: number; to: number }) => Promise<void>,
): Promise<void> {
  if (!(await isPrepared(db))) {
    await db.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [LOCK_KEY])
      for (const extension of EXTENSIONS) await tx.query(`create extension if not exists ${extension}`)
      await tx.query(RECORD)
    })
  }
  const due = await pending(db, migrations)
  const from = migrations.length - due.length
  if (due.length > 0 && from > 0) await beforeUpgrade?.({ from, to: migrations.length })
  for (const migration of due) {
    const startedMs = performance.now()
    const applied = await db.transaction(
      async (tx) => {
        await tx.query('select pg_advisory_xact_lock($1)', [LOCK_KEY])
        // Another starter may have been faster while this one waited for the lock.
        // The server's own limit; embedded it means nothing.
        await tx.query(`select set_config('statement_timeout', $1, true)`, [String(MIGRATION_MS)])
        if (!(await pending(tx, migrations)).some(({ number }) => number === migration.number)) return false
        await tx.query(migration.sql)
        await tx.query('insert into schema_migration (number, name, sha256) values ($1, $2, $3)', [
          migration.number,
          migration.name,
          migration.sha256,
        ])
        return true
      },
      { limitMs: MIGRATION_MS },
    )
    if (applied) log.info({ event: 'db.migrated', migration: migration.name, durationMs: Math.round(performance.now() - startedMs) })
  }
}

/** Nothing is written when there is nothing to do, so that a full disk can be opened for reading. */
async function isPrepared(db: Sql): Promise<boolean> {
  const { rows } = await db.query<{ prepared: boolean }>(
    `select to_regclass('schema_migration') is not null and (select count(*) from pg_extension where extname = any($1)) = $2 as prepared`,
    [[...EXTENSIONS], EXTENSIONS.length],
  )
  return rows[0]!.prepared
}

async function pending(db: Sql, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await db.query<{ number: number; name: string; sha256: string }>(
    'select number, name, sha256 from schema_migration order by number',
  )
  const known = migrations.length
  const newest = rows.at(-1)?.number ?? 0
  if (newest > known) throw fail('data.newer_version', { found: newest, known })
  for (const row of rows) {
    if (migrations[row.number - 1]!.sha256 !== row.sha256) throw fail('data.altered_migration', { name: row.name })
  }
  return migrations.slice(rows.length)
}
