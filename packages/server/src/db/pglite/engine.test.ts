import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { figure } from '../../../../../tests/support/figure.ts'
import { temporaryFolders } from '../../../../../tests/support/folder.ts'
import { isAppError } from '../../base/fail.ts'
import { silentLog } from '../../base/log.ts'
import type { Db } from '../db.ts'
import { openDb } from '../open.ts'
import { PooledDb } from '../pool.ts'
import { openPglite } from './open.ts'

const newFolder = temporaryFolders('engine')
const FAULTY = new URL('../../../../../tests/support/faulty-fsync.ts', import.meta.url).href

const count = async (db: Db): Promise<number> => (await db.query<{ n: number }>('select count(*) as n from written')).rows[0]!.n

describe('R4: death of the engine', () => {
  const dataDir = newFolder()
  const flag = path.join(dataDir, 'flag')
  let db: Db
  beforeAll(async () => {
    process.env.FAULTY_FSYNC = flag
    db = await openPglite({ dataDir, log: silentLog, queryMs: 10_000, execArgv: ['--import', FAULTY] })
    await db.query('create table written (n int primary key)')
  })
  afterAll(() => db.close())

  test.each([
    ['an error of the disk in fsync (PANIC)', 'EIO', 1],
    ['the end of the thread', 'exit', 2],
  ])('%s: the caller is told at once, the next write succeeds, nothing spins', async (_name, how, n) => {
    fs.writeFileSync(flag, how)
    const startedMs = performance.now()
    const failing = db.query('insert into written values ($1)', [n * 10]).catch((error: unknown) => error)
    const queued = db.query('insert into written values ($1)', [n * 10 + 1])
    expect(await failing).toSatisfy((error) => isAppError(error, 'db.unavailable'))
    const toldMs = performance.now() - startedMs
    await queued
    figure(`R4 ${how}: told after ${Math.round(toldMs)} ms, next write after ${Math.round(performance.now() - startedMs)} ms`)
    expect(toldMs).toBeLessThan(3000)
    expect(db.health()).toEqual({ state: 'open', waiting: 0 })
    // The new engine compiles for a while; a spinning one would go on.
    await sleep(1000)
    const before = process.cpuUsage()
    await sleep(1000)
    const used = process.cpuUsage(before)
    expect((used.user + used.system) / 1000).toBeLessThan(600)
  })

  test('inside a transaction: nothing of it stays, and work that never ends does not hold the store', async () => {
    const before = await count(db)
    const hanging = db.transaction(async (tx) => {
      await tx.query('insert into written values (100)')
      fs.writeFileSync(flag, 'exit')
      // The checkpoint needs fsync and dies; the work then waits for something that never comes.
      await tx.query('checkpoint').catch(() => {})
      await new Promise(() => {})
    })
    await expect(hanging).rejects.toSatisfy((error) => isAppError(error, 'db.unavailable'))
    expect(await count(db)).toBe(before)
  })

  test('acknowledged writes are all there after deaths and a new start', async () => {
    const acknowledged: number[] = []
    for (let n = 1000; n < 1030; n++) {
      if (n % 10 === 5) fs.writeFileSync(flag, n % 20 === 5 ? 'EIO' : 'exit')
      await db.query('insert into written values ($1)', [n]).then(
        () => acknowledged.push(n),
        () => {},
      )
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(27)
    await db.close()
    db = await openDb({ dataDir, databaseUrl: null, log: silentLog })
    const { rows } = await db.query<{ n: number }>('select n from written where n >= 1000 order by n')
    expect(rows.map(({ n }) => n)).toEqual(expect.arrayContaining(acknowledged))
  })
})

const isFull = (error: unknown): boolean => isAppError(error, 'db.disk_full')

/** A small disk of its own, or why there is none. */
function mountSmallDisk(folder: string, megabytes: number): string | null {
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { encoding: 'utf8' })
  return status === 0 ? null : (error?.message ?? stderr.trim())
}

describe('R5: disk full', () => {
  const disk = newFolder()
  const reason = mountSmallDisk(disk, 160)
  afterAll(() => {
    if (reason === null) spawnSync('umount', ['-l', disk])
  })
  if (reason !== null) {
    test.skip(`needs a small disk: ${reason}`, () => {})
    return
  }
  const dataDir = path.join(disk, 'data')
  let db: Db
  let acknowledged = 0
  afterAll(() => db.close())
  /** Random text, because repeated text would be compressed. */
  const write = (n: number, kilobytes: number): Promise<unknown> =>
    db.query(`insert into written select $1, string_agg(md5(random()::text), '') from generate_series(1, $2::int * 32)`, [n, kilobytes])

  test('writes are refused before the end, reads go on, what makes space is let through', async () => {
    db = await openDb({ dataDir, databaseUrl: null, log: silentLog })
    await db.query('create table written (n int primary key, filler text)')
    await expect(
      (async () => {
        for (; acknowledged < 10_000; acknowledged++) await write(acknowledged + 1, 128)
      })(),
    ).rejects.toSatisfy(isFull)
    expect(acknowledged).toBeGreaterThan(200)
    expect(await count(db)).toBe(acknowledged)
    await db.transaction((tx) => tx.query('delete from written where n = 1'), { frees: true })
    acknowledged--
    await db.query('checkpoint')
    expect(await count(db)).toBe(acknowledged)
  })

  test('with nothing left at all, reads go on, also after a crash and a new start', async () => {
    const filler = path.join(disk, 'filler')
    const fd = fs.openSync(filler, 'w')
    expect(() => {
      for (;;) fs.writeSync(fd, Buffer.alloc(65_536))
    }).toThrow('ENOSPC')
    fs.closeSync(fd)
    expect(await count(db)).toBe(acknowledged)
    await expect(write(20_000, 1)).rejects.toSatisfy(isFull)
    // Cut, so that the next start must recover on the full disk.
    const stuck = 'select count(*) from written a, written b, written c, written d, written e'
    if (!(db instanceof PooledDb)) throw new Error('the pool is needed')
    await expect(db.query(stuck, undefined, { limitMs: 200 })).rejects.toSatisfy((error) => isAppError(error, 'db.query_limit'))
    expect(await count(db)).toBe(acknowledged)
    await db.close()
    db = await openDb({ dataDir, databaseUrl: null, log: silentLog })
    expect(await count(db)).toBe(acknowledged)
    fs.rmSync(filler)
  })

  test('with space again, writes go on', async () => {
    spawnSync('mount', ['-o', 'remount,size=300m', disk])
    await write(30_000, 128)
    expect(await count(db)).toBe(acknowledged + 1)
  })
})
