import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fail } from '../base/fail.ts'
import type { Db, Sql } from './db.ts'

/**
 * The pair of engine and extensions that was measured (docs/decisions/0002-embedded-database.md). The repair of fsync and the
 * format of the BM25 index depend on them, so any other version is refused until the crash tests have run with it.
 */
export const EMBEDDED = { pglite: '0.5.16', vector: '0.8.7', pg_textsearch: '1.5.1' } as const

const require = createRequire(import.meta.url)

/** Versions of the npm packages that are installed; part of the stamp of a template. */
export function installedPackages(): Record<string, string> {
  const names = ['@electric-sql/pglite', '@electric-sql/pglite-pgvector', '@electric-sql/pglite-pg_textsearch']
  return Object.fromEntries(names.map((name) => [name, versionOf(name)]))
}

function versionOf(name: string): string {
  const file = path.join(path.dirname(require.resolve(name)), '..', 'package.json')
  const { version } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }
  return version
}

/** @returns versions as the running engine reports them; null for an extension that is not there */
export async function readVersions(db: Sql): Promise<{ [name in keyof Db['versions']]: string | null } & { full: string }> {
  const { rows } = await db.query<{ postgres: string; full: string; vector: string | null; pg_textsearch: string | null }>(`
    select current_setting('server_version') as postgres, version() as full,
      (select extversion from pg_extension where extname = 'vector') as vector,
      (select extversion from pg_extension where extname = 'pg_textsearch') as pg_textsearch`)
  return rows[0]!
}

/** @throws data.engine_mismatch unless engine and extensions are exactly the measured ones */
export async function checkEmbeddedVersions(db: Sql): Promise<Db['versions']> {
  const { postgres, full, vector, pg_textsearch } = await readVersions(db)
  const pglite = /PGlite ([\d.]+)/.exec(full)?.[1] ?? null
  if (pglite !== EMBEDDED.pglite || vector !== EMBEDDED.vector || pg_textsearch !== EMBEDDED.pg_textsearch) {
    throw fail('data.engine_mismatch', {
      found: `PGlite ${pglite}, vector ${vector}, pg_textsearch ${pg_textsearch}`,
      needed: `PGlite ${EMBEDDED.pglite}, vector ${EMBEDDED.vector}, pg_textsearch ${EMBEDDED.pg_textsearch}`,
    })
  }
  return { postgres: postgres!, vector, pg_textsearch }
}
