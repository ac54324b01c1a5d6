/** Consistency checks: each names what it looked at and what it found, so that "ok" can be checked by a person. */
import type { DoctorReport } from '@zhiku/contract/entities.ts'
import type { Db } from '../db/db.ts'
import type { Files } from '../files/files.ts'
import { checkIndex } from '../search/index.ts'
import { ROW_CHECKS } from './row-checks.ts'

type Check = DoctorReport['checks'][number]

export async function doctor(db: Db, files: Files): Promise<DoctorReport> {
  const checks = [await engine(db), ...(await bytes(db, files)), ...(await keywordIndex(db)), ...(await rows(db))]
  return { ok: checks.every((check) => check.ok), checks }
}

async function engine(db: Db): Promise<Check> {
  await db.query('select 1')
  return {
    name: 'database answers',
    ok: true,
    found: `${db.engine}: PostgreSQL ${db.versions.postgres}, vector ${db.versions.vector}, pg_textsearch ${db.versions.pg_textsearch}`,
  }
}

async function bytes(db: Db, files: Files): Promise<Check[]> {
  const found = await files.check(db)
  const { rows: wrong } = await db.query<{ n: number }>(
    'select count(*)::int as n from file f where refs <> (select count(*) from revision r where r.file_hash = f.hash)',
  )
  const show = (hashes: string[]): string => (hashes.length === 0 ? '0' : `${hashes.length}: ${hashes.slice(0, 3).join(', ')}`)
  return [
    {
      name: 'every file row has its bytes',
      ok: found.missing.length === 0 && found.wrongSize.length === 0,
      found: `${found.rows} rows, missing ${show(found.missing)}, wrong size ${show(found.wrongSize)}`,
    },
    { name: 'no bytes without a row', ok: found.stray.length === 0, found: show(found.stray) },
    { name: 'reference counts of files', ok: wrong[0]!.n === 0, found: `${wrong[0]!.n} wrong` },
  ]
}

async function keywordIndex(db: Db): Promise<Check[]> {
  const found = await checkIndex(db)
  return [
    {
      name: 'no token rows without a chunk',
      ok: found.orphanTokens === 0,
      found: `${found.indexed} token rows, ${found.orphanTokens} without a chunk`,
    },
    {
      name: 'no chunks without a page',
      ok: found.orphanChunks === 0,
      found: `${found.chunks} chunks, ${found.orphanChunks} without a page`,
    },
    { name: 'every chunk has an anchor and a span', ok: found.wrongOffsets === 0, found: `${found.wrongOffsets} without` },
    {
      name: 'indexed chunks are found by their own words',
      ok: found.unfindable === 0,
      found: `newest 200 looked up, ${found.unfindable} not found`,
    },
  ]
}

async function rows(db: Db): Promise<Check[]> {
  const results: Check[] = []
  for (const [name, sql] of Object.entries(ROW_CHECKS)) {
    const { rows: found } = await db.query<{ count: number }>(sql)
    results.push({ name, ok: found[0]!.count === 0, found: `${found[0]!.count} wrong` })
  }
  return results
}
