import { describe, expect, test } from 'vitest'
import { temporaryFolders } from '../../../../tests/support/folder.ts'
import { isAppError } from '../base/fail.ts'
import { silentLog } from '../base/log.ts'
import type { Db } from './db.ts'
import { describeDb } from './db.suite.ts'
import { openDb } from './open.ts'
import { isOlder } from './postgres.ts'
import { parseInt8, parseTimestamptz } from './types.ts'

const newFolder = temporaryFolders('db')

describeDb('embedded PGlite', (options) => openDb({ dataDir: newFolder(), databaseUrl: null, log: silentLog, ...options }))

/** A database on PostgreSQL 18 with both extensions that tests may write to; the second leg of CI sets it. */
const databaseUrl = process.env.TEST_DATABASE_URL
if (databaseUrl === undefined) test.skip('PostgreSQL server: TEST_DATABASE_URL is not set', () => {})
else {
  const open = (options: { queryMs?: number } = {}): Promise<Db> =>
    openDb({ dataDir: newFolder(), databaseUrl, log: silentLog, ...options })
  describeDb('PostgreSQL server', open)

  describe('PostgreSQL server only', () => {
    test('R13: three starters at once', async () => {
      const started = await Promise.all([open(), open(), open()])
      for (const db of started)
        expect((await db.query('select count(*) > 0 as migrated from schema_migration')).rows).toEqual([{ migrated: true }])
      await Promise.all(started.map((db) => db.close()))
    })

    test('a connection that the server ends: its transaction fails, the next call has another', async () => {
      const db = await open()
      const ended = db.transaction(async (tx) => {
        const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
        const other = await open()
        await other.query('select pg_terminate_backend($1)', [rows[0]!.pid])
        await other.close()
        await tx.query('select 1')
      })
      await expect(ended).rejects.toSatisfy((error) => isAppError(error, 'db.unavailable'))
      expect((await db.query('select 1 as again')).rows).toEqual([{ again: 1 }])
      await db.close()
    })
  })
}

test('a server that does not answer is named so at the start', async () => {
  await expect(openDb({ dataDir: newFolder(), databaseUrl: 'postgres://postgres@127.0.0.1:9/none', log: silentLog })).rejects.toSatisfy(
    (error) => isAppError(error, 'db.unavailable'),
  )
})

describe('values', () => {
  test.each([
    ['0', 0],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9223372036854775808', -9223372036854775808n],
  ])('int8 %s', (text, value) => expect(parseInt8(text)).toBe(value))

  test.each([
    ['2026-01-31 08:00:00+00', '2026-01-31T08:00:00.000000Z'],
    ['2026-01-31 08:00:00.12+00', '2026-01-31T08:00:00.120000Z'],
    ['infinity', 'infinity'],
    ['0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00+00 BC'],
  ])('timestamptz %s', (text, value) => expect(parseTimestamptz(text)).toBe(value))

  test.each([
    ['18.6 (Debian 18.6-3)', '18', false],
    ['17.11', '18', true],
    ['0.8.7', '0.8.0', false],
    ['1.4', '1.5.0', true],
    ['1.10.0', '1.5.0', false],
  ])('version %s is older than %s: %s', (version, oldest, older) => expect(isOlder(version, oldest)).toBe(older))
})
