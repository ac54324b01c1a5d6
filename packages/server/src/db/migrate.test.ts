import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolders } from '../../../../tests/support/folder.ts'
import { isAppError } from '../base/fail.ts'
import { silentLog } from '../base/log.ts'
import { migrate, type Migration, readMigrations } from './migrate.ts'
import { openDb } from './open.ts'
import { PooledDb } from './pool.ts'

const newFolder = temporaryFolders('migrate')

async function open(dataDir: string): Promise<PooledDb> {
  const db = await openDb({ dataDir, databaseUrl: null, log: silentLog })
  if (!(db instanceof PooledDb)) throw new Error('migrations need the pool')
  return db
}

const released = readMigrations()
function following(sql: string, after: readonly Migration[] = released): Migration[] {
  const number = after.length + 1
  return [
    ...after,
    { number, name: `${String(number).padStart(4, '0')}_next`, sha256: createHash('sha256').update(sql).digest('hex'), sql },
  ]
}

const folderOf = (files: Record<string, string>): string => {
  const folder = newFolder()
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text)
  return folder
}

describe('files', () => {
  test('are read in order, other files are not', () => {
    const read = readMigrations(folderOf({ '0002_b.sql': 'select 2;', '0001_a.sql': 'select 1;', 'notes.md': '' }))
    expect(read.map(({ number, name, sql }) => [number, name, sql])).toEqual([
      [1, '0001_a', 'select 1;'],
      [2, '0002_b', 'select 2;'],
    ])
  })
  test('line ends do not change the checksum', () => {
    const [unix, windows] = ['a\nb\n', 'a\r\nb\r\n'].map((text) => readMigrations(folderOf({ '0001_a.sql': text }))[0]!)
    expect(windows!.sha256).toBe(unix!.sha256)
  })
  test.each([
    { '0001_a.sql': '', '0003_c.sql': '' },
    { '0001_a.sql': '', '0001_b.sql': '' },
  ])('a gap or a repeated number is refused: %o', (files) => {
    expect(() => readMigrations(folderOf(files))).toThrow('should have number 2')
  })
})

describe('R13: forward only and checked', () => {
  const dataDir = newFolder()
  let db: PooledDb
  beforeAll(async () => {
    db = await open(dataDir)
  })
  afterAll(() => db.close())
  const recorded = async (): Promise<string[]> =>
    (await db.query<{ name: string }>('select name from schema_migration order by number')).rows.map(({ name }) => name)

  test('all are recorded, and again changes nothing', async () => {
    await migrate(db, released, silentLog)
    expect(await recorded()).toEqual(released.map(({ name }) => name))
  })

  test('a failure in the middle leaves nothing behind', async () => {
    const broken = following('create table half (id int); insert into half values (1); select 1 / 0;')
    await expect(migrate(db, broken, silentLog)).rejects.toMatchObject({ code: '22012' })
    expect(await recorded()).toHaveLength(released.length)
    expect((await db.query(`select to_regclass('half') as half`)).rows).toEqual([{ half: null }])
  })

  test('two starters at once apply it once', async () => {
    const next = following('create table next_one (id int)')
    await Promise.all([migrate(db, next, silentLog), migrate(db, next, silentLog)])
    expect(await recorded()).toHaveLength(released.length + 1)
    // An older program must not open what a newer one has written.
    await expect(migrate(db, released, silentLog)).rejects.toSatisfy(
      (error) => isAppError(error, 'data.newer_version') && error.params.found === next.length,
    )
    await db.query('drop table next_one')
    await db.query('delete from schema_migration where number = $1', [next.length])
  })

  test('openDb refuses an altered migration and names it', async () => {
    await db.query(`update schema_migration set sha256 = 'other' where number = 1`)
    await db.close()
    await expect(open(dataDir)).rejects.toSatisfy(
      (error) => isAppError(error, 'data.altered_migration') && error.params.name === released[0]!.name,
    )
  })
})
