import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { figure } from '../../../../tests/support/figure.ts'
import { isAppError } from '../base/fail.ts'
import type { Db } from './db.ts'

const TABLE = 'create table if not exists suite_row (id int primary key, note text)'

/** What every engine must do; each runs it. The tables it makes begin with `suite_`. */
export function describeDb(name: string, open: (options: { queryMs?: number }) => Promise<Db>): void {
  describe(name, () => {
    let db: Db
    beforeAll(async () => {
      db = await open({})
      await db.query(TABLE)
      await db.query('delete from suite_row')
    })
    afterAll(() => db.close())

    const notes = async (): Promise<string[]> => {
      const { rows } = await db.query<{ note: string }>('select note from suite_row order by id')
      return rows.map(({ note }) => note)
    }

    test('returns rows and counts', async () => {
      expect(await db.query('select $1::int + 1 as sum, $2::text as text', [41, '间隙锁'])).toEqual({
        rows: [{ sum: 42, text: '间隙锁' }],
        count: 1,
      })
      expect((await db.query(`insert into suite_row values (1, 'a'), (2, 'b')`)).count).toBe(2)
      expect((await db.query('delete from suite_row where id > $1', [100])).count).toBe(0)
      expect((await db.query('select 1 as a; select 2 as a')).rows).toEqual([{ a: 2 }])
      await db.query('delete from suite_row')
    })

    test('commits what resolves, rolls back what throws, and runs afterCommit only after a commit', async () => {
      const woken: string[] = []
      const value = await db.transaction(async (tx) => {
        await tx.query(`insert into suite_row values (1, 'kept')`)
        tx.afterCommit(() => {
          throw new Error('whoever listens has a fault')
        })
        tx.afterCommit(() => woken.push('kept'))
        expect(woken).toEqual([])
        return 'value'
      })
      expect(value).toBe('value')
      await expect(
        db.transaction(async (tx) => {
          await tx.query(`insert into suite_row values (2, 'dropped')`)
          tx.afterCommit(() => woken.push('dropped'))
          throw new Error('changed my mind')
        }),
      ).rejects.toThrow('changed my mind')
      expect(await notes()).toEqual(['kept'])
      expect(woken).toEqual(['kept'])
      await db.query('delete from suite_row')
    })

    test('a swallowed error of a statement does not look like a commit', async () => {
      const swallow = db.transaction(async (tx) => {
        await tx.query(`insert into suite_row values (1, 'lost')`)
        await tx.query('select 1 / 0').catch(() => {})
      })
      await expect(swallow).rejects.toThrow('rolled back')
      expect(await notes()).toEqual([])
    })

    test('an error of SQL keeps its SQLSTATE and constraint', async () => {
      await db.query(`insert into suite_row values (1, 'first')`)
      const error = await db.query(`insert into suite_row values (1, 'second')`).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(DatabaseError)
      expect(error).toMatchObject({ code: '23505', constraint: 'suite_row_pkey' })
      await db.query('delete from suite_row')
    })

    test('transactions of parallel callers do not see each other', async () => {
      await db.query(`insert into suite_row values (0, '0')`)
      const add = (): Promise<void> =>
        db.transaction(async (tx) => {
          const { rows } = await tx.query<{ note: string }>('select note from suite_row where id = 0 for update')
          await sleep(1)
          await tx.query('update suite_row set note = $1 where id = 0', [String(Number(rows[0]!.note) + 1)])
        })
      await Promise.all(Array.from({ length: 20 }, add))
      expect(await notes()).toEqual(['20'])
      await db.query('delete from suite_row')
    })

    test('R7: a nested call fails at once instead of waiting for itself', async () => {
      const startedMs = performance.now()
      const calls: (() => Promise<unknown>)[] = [() => db.query('select 1'), () => db.transaction(async () => {})]
      for (const nested of calls) {
        await expect(db.transaction(nested)).rejects.toSatisfy((error) => isAppError(error, 'db.nested_call'))
      }
      expect(performance.now() - startedMs).toBeLessThan(1000)
    })

    test('what a transaction started but did not wait for may call after its end', async () => {
      let later: Promise<unknown> | undefined
      const ended = Promise.withResolvers<void>()
      await db.transaction(async () => {
        later = ended.promise.then(() => db.query('select 1'))
      })
      ended.resolve()
      await expect(later).resolves.toMatchObject({ count: 1 })
    })

    test('a transaction cannot be used after its end', async () => {
      const tx = await db.transaction(async (running) => running)
      await expect(tx.query('select 1')).rejects.toThrow('after its end')
    })

    test('R17: values have the same JavaScript types on every engine', async () => {
      const bytes = Buffer.from([0, 1, 254, 255])
      const { rows } = await db.query(
        `select 42::int8 as small, $1::int8 as large, array[1, 9007199254740993]::int8[] as int8s, 7::int4 as int4, 1.5::float8 as float8, '1.10'::numeric as numeric,
           '2026-01-31 08:00:00.5+01'::timestamptz as time, array['2026-01-31 08:00:00+00', null]::timestamptz[] as times, '2026-01-31'::date as date,
           $2::jsonb as json, $3::bytea as bytes, true as yes, null::int8 as nothing, array['a', 'b,"c', null]::text[] as texts,
           B'1010'::bit(4) as bits, '[1,0.5]'::halfvec(2) as vector, '1 day 2 hours'::interval as span`,
        ['9007199254740993', JSON.stringify({ a: [1, null, '间'] }), bytes],
      )
      expect(rows).toEqual([
        {
          small: 42,
          large: 9007199254740993n,
          int8s: [1, 9007199254740993n],
          int4: 7,
          float8: 1.5,
          numeric: '1.10',
          time: '2026-01-31T07:00:00.500000Z',
          times: ['2026-01-31T08:00:00.000000Z', null],
          date: '2026-01-31',
          json: { a: [1, null, '间'] },
          bytes,
          yes: true,
          nothing: null,
          texts: ['a', 'b,"c', null],
          bits: '1010',
          vector: '[1,0.5]',
          span: '1 day 02:00:00',
        },
      ])
    })

    test('R17: the same values go in again', async () => {
      const { rows } = await db.query<{ time: string; large: bigint; bytes: Buffer; texts: string[] }>(
        `select '2026-01-31 08:00:00.123456+00'::timestamptz as time, 9007199254740993 as large, '\\x00ff'::bytea as bytes, array['a"', 'b'] as texts`,
      )
      const row = rows[0]!
      const again = await db.query(
        `select $1::timestamptz = '2026-01-31 08:00:00.123456+00' as time, $2::int8 = 9007199254740993 as large, $3::bytea = '\\x00ff' as bytes, $4::text[] = array['a"', 'b'] as texts`,
        [row.time, row.large, new Uint8Array(row.bytes), row.texts],
      )
      expect(again.rows).toEqual([{ time: true, large: true, bytes: true, texts: true }])
    })

    test('R18: says which versions run', () => {
      expect(db.versions).toEqual({
        postgres: expect.stringMatching(/^18\./),
        vector: expect.stringMatching(/^\d/),
        pg_textsearch: expect.stringMatching(/^\d/),
      })
    })

    test('close lets what runs and waits finish, and refuses what comes later', async () => {
      const other = await open({})
      const running = other.transaction(async (tx) => {
        await sleep(50)
        return tx.query('select 1 as done')
      })
      const waiting = other.query('select 2 as done')
      const closed = other.close()
      await expect(other.query('select 3')).rejects.toSatisfy((error) => isAppError(error, 'db.unavailable'))
      await closed
      expect((await running).rows).toEqual([{ done: 1 }])
      expect((await waiting).rows).toEqual([{ done: 2 }])
      expect(other.health()).toEqual({ state: 'closed', waiting: 0 })
    })

    describe('R3: limits of time', () => {
      test('a statement over the limit is cut while others are answered', async () => {
        const limited = await open({ queryMs: 1000 })
        const startedMs = performance.now()
        const stuck = limited.query('select count(*) from generate_series(1, 100000000000) i').catch((error: unknown) => error)
        const queued = sleep(100).then(() => limited.query('select 1 as answered'))
        // The event loop, and with it everything that needs no database, goes on meanwhile.
        let longestMs = 0
        for (let lastMs = performance.now(); performance.now() - startedMs < 900;) {
          await sleep(5)
          longestMs = Math.max(longestMs, performance.now() - lastMs)
          lastMs = performance.now()
        }
        expect(limited.health().state).toBe('open')
        expect(await stuck).toSatisfy((error) => isAppError(error, 'db.query_limit'))
        const cutMs = performance.now() - startedMs
        expect((await queued).rows).toEqual([{ answered: 1 }])
        const answeredMs = performance.now() - startedMs
        await limited.close()
        figure(
          `R3: cut after ${Math.round(cutMs)} ms, next answer after ${Math.round(answeredMs)} ms, longest pause of the event loop ${Math.round(longestMs)} ms`,
        )
        expect(cutMs).toBeLessThan(3000)
        expect(answeredMs - cutMs).toBeLessThan(10_000)
      })

      test('a transaction that stops asking is cut, and its work is gone', async () => {
        const limited = await open({ queryMs: 400 })
        await limited.query(TABLE)
        const never = new Promise<never>(() => {})
        const hanging = limited.transaction(async (tx) => {
          await tx.query(`insert into suite_row values (5, 'hanging')`)
          await never
        })
        await expect(hanging).rejects.toSatisfy((error) => isAppError(error, 'db.query_limit'))
        expect((await limited.query('select * from suite_row')).rows).toEqual([])
        await limited.close()
      })
    })
  })
}
