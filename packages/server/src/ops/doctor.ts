/** Consistency checks: each names what it looked at and what it found, so that "ok" can be checked by a person. */
import type { DoctorReport } from '@zhiku/contract/entities.ts'
import type { Db } from '../db/db.ts'
import type { Files } from '../files/files.ts'
import { checkIndex } from '../search/index.ts'

type Check = DoctorReport['checks'][number]

export async function doctor(db: Db, files: Files): Promise<DoctorReport> {
  const checks = [await engine(db), ...(await bytes(db, files)), ...(await keywordIndex(db)), ...(await rows(db)), ...(await jobs(db))]
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

/** Left-overs that no foreign key forbids. */
async function rows(db: Db): Promise<Check[]> {
  const checks: [string, string][] = [
    [
      'chunks match their page text',
      `select count(*)::int as n from chunk c join page p on p.revision_id = c.revision_id and p.ord = c.page where length(c.text) = 0 or position(c.text in p.text) = 0`,
    ],
    [
      'ready documents answer from their newest readable revision',
      `select count(*)::int as n from document d where d.current_revision_id is not null and not exists (select 1 from revision r where r.id = d.current_revision_id and r.document_id = d.id)`,
    ],
    [
      'documents in the trash are not searchable',
      `select count(*)::int as n from chunk_tok t join document d on d.id = t.document_id where d.trashed_at is not null`,
    ],
    [
      'no chunks of replaced revisions',
      `select count(*)::int as n from chunk c join document d on d.id = c.document_id where c.revision_id <> d.current_revision_id and not exists (select 1 from job j where j.kind = 'ingest.revision' and j.key = c.revision_id and j.state in (0, 1)) and exists (select 1 from revision r where r.id = c.revision_id and r.ord < (select x.ord from revision x where x.id = d.current_revision_id))`,
    ],
  ]
  const results: Check[] = []
  for (const [name, sql] of checks) {
    const { rows: found } = await db.query<{ n: number }>(sql)
    results.push({ name, ok: found[0]!.n === 0, found: `${found[0]!.n} wrong` })
  }
  return results
}

async function jobs(db: Db): Promise<Check[]> {
  const { rows: stuck } = await db.query<{ n: number }>(
    `select count(*)::int as n from job where state = 1 and lease_until < now() - interval '60 s'`,
  )
  const { rows: forgotten } = await db.query<{ n: number }>(
    `select count(*)::int as n from revision r join document d on d.id = r.document_id
     where d.trashed_at is null and r.extracted_at is null and r.error_code is null and r.cancelled_at is null
       and not exists (select 1 from job j where j.kind = 'ingest.revision' and j.key = r.id and j.state in (0, 1))
       and r.ord = (select max(ord) from revision x where x.document_id = r.document_id)`,
  )
  const { rows: trash } = await db.query<{ n: number }>(
    `select count(*)::int as n from document d where trashed_at is not null and not exists (select 1 from job j where j.kind = 'ingest.purge' and j.key = d.id and j.state in (0, 1))`,
  )
  return [
    { name: 'no job is stuck', ok: stuck[0]!.n === 0, found: `${stuck[0]!.n} with a lease that expired over 60 s ago` },
    { name: 'every unread document has a job', ok: forgotten[0]!.n === 0, found: `${forgotten[0]!.n} without` },
    { name: 'the trash will be emptied', ok: trash[0]!.n === 0, found: `${trash[0]!.n} without a job` },
  ]
}
