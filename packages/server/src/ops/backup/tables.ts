/**
 * The database as text: one file per table, one JSON object per row. How a PostgreSQL server is backed up (its folder is
 * not ours to copy), and how a backup of one becomes an embedded library.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Db, Sql } from '../../db/db.ts'

const DUMP_MS = 3_600_000
const ROWS = 200
/** Written by the database itself. */
const NOT_DATA = 'schema_migration'

/** Tables of the product, by name. */
export async function listTables(sql: Sql): Promise<string[]> {
  const { rows: tables } = await sql.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = 'public' and c.relname <> $1
       and not exists (select 1 from pg_depend e where e.objid = c.oid and e.deptype = 'e') order by 1`,
    [NOT_DATA],
  )
  return tables.map(({ name }) => name)
}

/** Writes all tables to `folder`, as they are at one moment; `look` sees the same. */
export async function dumpTables<T>(db: Db, folder: string, look: (sql: Sql) => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true })
  return await db.transaction(
    async (tx) => {
      await tx.query('set transaction isolation level repeatable read')
      const seen = await look(tx)
      for (const table of await listTables(tx)) {
        await pipeline(Readable.from(linesOf(tx, table)), createWriteStream(path.join(folder, `${table}.jsonl`), { flags: 'wx' }))
      }
      return seen
    },
    { limitMs: DUMP_MS, background: true },
  )
}

async function* linesOf(tx: Sql, table: string): AsyncGenerator<string> {
  await tx.query(`declare dump no scroll cursor for select to_jsonb(t)::text as line from ${table} t`)
  for (;;) {
    const { rows } = await tx.query<{ line: string }>(`fetch ${ROWS} from dump`)
    if (rows.length === 0) break
    yield rows.map(({ line }) => `${line}\n`).join('')
  }
  await tx.query('close dump')
}

/** Fills the tables of an empty database from a dump; keeps every id. */
export async function loadTables(db: Db, folder: string): Promise<void> {
  await db.transaction(
    async (tx) => {
      // The dump is of one moment and so keeps its references; in which order rows come does not matter then.
      await tx.query('set local session_replication_role = replica')
      for (const table of await listTables(tx)) {
        for await (const rows of rowsOf(path.join(folder, `${table}.jsonl`))) {
          await tx.query(`insert into ${table} overriding system value select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`, [
            `[${rows.join(',')}]`,
          ])
        }
      }
      // The next row gets the next number.
      const { rows: identities } = await tx.query<{ table: string; column: string }>(
        `select c.relname as table, a.attname as column from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
         where a.attidentity <> '' and n.nspname = 'public' and c.relkind = 'r'`,
      )
      for (const { table, column } of identities)
        await tx.query(
          `select setval(pg_get_serial_sequence('${table}', '${column}'), (select coalesce(max(${column}), 0) + 1 from ${table}), false)`,
        )
    },
    { limitMs: DUMP_MS },
  )
}

async function* rowsOf(file: string): AsyncGenerator<string[]> {
  let rows: string[] = []
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) {
    rows.push(line)
    if (rows.length < ROWS) continue
    yield rows
    rows = []
  }
  if (rows.length > 0) yield rows
}
