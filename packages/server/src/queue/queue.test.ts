import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../base/log.ts'
import type { Db } from '../db/db.ts'
import { openDb } from '../db/open.ts'
import { createOutbox, type OutboxEvent } from './outbox.ts'
import { positions } from './order.ts'
import { JobPaused, describeQueue, forgetScope, pause, resume, yieldIfPaused } from './pause.ts'
import { type Job, complete, enqueue, giveUp, guard, lease, putBack, returnExpired, unlease, withdraw } from './queue.ts'
import { startWorker } from './worker.ts'

let folder: string
let db: Db
const noWake = (): void => undefined

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zhiku-queue-'))
  db = await openDb({ dataDir: folder, databaseUrl: process.env['ZHIKU_DATABASE_URL'] ?? null, log: silentLog })
})
afterAll(async () => {
  await db.close()
  await rm(folder, { recursive: true, force: true })
})

const put = (kind: string, key: string, more: object = {}): Promise<void> =>
  db.transaction((tx) => enqueue(tx, { kind, key, payload: { key }, ...more }, noWake))
const expire = (job: Job): Promise<unknown> => db.query(`update job set lease_until = now() - interval '1 s' where id = $1`, [job.id])

describe('queue', () => {
  it('takes one job per kind and key', async () => {
    await put('once', 'a')
    await put('once', 'a')
    const first = await lease(db, 'once')
    expect(first?.payload).toEqual({ key: 'a' })
    await put('once', 'a') // also while it runs
    expect(await lease(db, 'once')).toBeNull()
    await db.transaction((tx) => complete(tx, first!))
    await put('once', 'a') // done: a new one may come
    expect((await lease(db, 'once'))?.attempt).toBe(1)
  })

  it('writes nothing when the transaction that enqueues rolls back', async () => {
    await expect(
      db.transaction(async (tx) => {
        await enqueue(tx, { kind: 'rolled', key: 'a', payload: {} }, noWake)
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await lease(db, 'rolled')).toBeNull()
  })

  it('hands out by priority, then age, and nothing before it is due', async () => {
    await put('order', 'late', { delaySeconds: 60, priority: 9 })
    await put('order', 'a')
    await put('order', 'b')
    await put('order', 'urgent', { priority: 1 })
    const keys: string[] = []
    for (let job = await lease(db, 'order'); job; job = await lease(db, 'order')) keys.push(job.key)
    expect(keys).toEqual(['urgent', 'a', 'b'])
  })

  it('gives the owners turns: one with many jobs does not hold up another, also with a single slot', async () => {
    for (const key of ['a1', 'a2', 'a3', 'a4']) await put('fair', key, { owner: 'anna' })
    for (const key of ['b1', 'b2']) await put('fair', key, { owner: 'ben' })
    const line = await positions(db, 'fair', ['a1', 'a2', 'a3', 'a4', 'b1', 'b2'])
    const expected = [...line].toSorted((a, b) => a[1] - b[1]).map(([key]) => key)
    const keys: string[] = []
    for (let job = await lease(db, 'fair'); job; job = await lease(db, 'fair')) {
      keys.push(job.key)
      await complete(db, job)
    }
    expect(keys).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4'])
    expect(expected).toEqual(keys) // the place that is shown is the place that is kept
  })

  it('does not let an owner with long jobs take every slot', async () => {
    for (const key of ['a1', 'a2', 'a3']) await put('slots', key, { owner: 'anna' })
    for (const key of ['b1', 'b2']) await put('slots', key, { owner: 'ben' })
    const [first, second] = [await lease(db, 'slots'), await lease(db, 'slots')]
    expect(new Set([first?.owner, second?.owner])).toEqual(new Set(['anna', 'ben']))
    await complete(db, second!.owner === 'ben' ? second! : first!)
    // Anna's long one still runs: the free slot goes to Ben.
    expect((await lease(db, 'slots'))?.owner).toBe('ben')
  })

  it('fences: a worker whose lease expired can neither write nor end the job (R14)', async () => {
    await put('fence', 'a')
    const slow = (await lease(db, 'fence'))!
    await expire(slow)
    expect(await returnExpired(db, false)).toBe(1)
    const next = (await lease(db, 'fence'))!
    expect(next.id).toBe(slow.id)
    expect(next.fence).toBeGreaterThan(slow.fence)
    expect(await guard(db, slow)).toBe(false)
    expect(await complete(db, slow)).toBe(false)
    expect(await giveUp(db, slow, { code: 'internal', params: {} })).toBe(false)
    expect(await putBack(db, slow, { code: 'internal', params: {} })).toBe(false)
    expect(await guard(db, next)).toBe(true)
    expect(await complete(db, next)).toBe(true)
  })

  it('loses a lease that ran out, also when nobody has taken the job yet', async () => {
    await put('asleep', 'a')
    const job = (await lease(db, 'asleep'))!
    await expire(job)
    expect(await guard(db, job)).toBe(false)
    expect(await unlease(db, job)).toBe(true)
    expect(await lease(db, 'asleep')).toMatchObject({ attempt: 1 })
  })

  it('counts attempts again from a checkpoint on', async () => {
    await put('progress', 'a')
    for (let n = 1; n <= 3; n += 1) {
      const job = (await lease(db, 'progress'))!
      expect(job.attempt).toBe(n)
      await expire(job)
      await returnExpired(db, false)
    }
    const job = (await lease(db, 'progress'))!
    expect(job.attempt).toBe(4)
    expect(await guard(db, job, true)).toBe(true)
    await expire(job)
    await returnExpired(db, false)
    expect((await lease(db, 'progress'))?.attempt).toBe(2)
  })

  it('withdraws running jobs, so their results are refused', async () => {
    await put('withdraw', 'a')
    const job = (await lease(db, 'withdraw'))!
    await db.transaction((tx) => withdraw(tx, 'withdraw', 'a'))
    expect(await guard(db, job)).toBe(false)
  })

  it('puts a failed job back with a pause', async () => {
    await put('retry', 'a')
    const job = (await lease(db, 'retry'))!
    expect(await putBack(db, job, { code: 'internal', params: {} })).toBe(true)
    expect(await lease(db, 'retry')).toBeNull()
    await db.query(`update job set run_at = now() where kind = 'retry'`)
    expect((await lease(db, 'retry'))?.attempt).toBe(2)
  })
})

describe('a pause', () => {
  const owner = 'paula'
  const wakes: string[] = []
  const change = (work: (tx: Parameters<typeof pause>[0]) => Promise<void>): Promise<void> => db.transaction(work)

  it('holds back what it is for, tells so, and lets it go again', async () => {
    await put('paused', 'x1', { owner, scope: 'col_x' })
    await put('paused', 'y1', { owner, scope: 'col_y' })
    await put('paused', 'never', { owner })
    await change((tx) => pause(tx, owner, 'col_x'))
    expect(await describeQueue(db, owner)).toMatchObject({ waiting: 3, held: 1, paused: false, pausedCollections: ['col_x'] })
    expect((await lease(db, 'paused'))?.key).toBe('y1')
    await change((tx) => pause(tx, owner, null))
    expect(await describeQueue(db, owner)).toMatchObject({ waiting: 2, running: 1, held: 1, paused: true })
    // What has no scope (emptying the trash) goes on; what another person has is not touched.
    await put('paused', 'other', { owner: 'otto', scope: 'col_o' })
    expect(new Set([(await lease(db, 'paused'))?.key, (await lease(db, 'paused'))?.key])).toEqual(new Set(['never', 'other']))
    expect(await lease(db, 'paused')).toBeNull()
    await change((tx) => resume(tx, owner, null, () => wakes.push('wake')))
    expect(wakes).toEqual(['wake'])
    expect(await describeQueue(db, owner)).toMatchObject({ held: 0, paused: false, pausedCollections: [] })
    expect((await lease(db, 'paused'))?.key).toBe('x1')
  })

  it('stops a running job at its checkpoint, which is no attempt', async () => {
    await put('yield', 'a', { owner, scope: 'col_z' })
    const job = (await lease(db, 'yield'))!
    await yieldIfPaused(db, job)
    await change((tx) => pause(tx, owner, 'col_z'))
    await expect(yieldIfPaused(db, job)).rejects.toBeInstanceOf(JobPaused)
    expect(await unlease(db, job)).toBe(true)
    expect(await lease(db, 'yield')).toBeNull()
    await change((tx) => forgetScope(tx, owner, 'col_z'))
    expect(await lease(db, 'yield')).toMatchObject({ key: 'a', attempt: 1 })
  })
})

describe('worker', () => {
  it('runs what is enqueued, again after an error, and gives up in the end', async () => {
    const runs: number[] = []
    const exhausted = Promise.withResolvers<Job>()
    const worker = startWorker(db, silentLog, {
      kind: 'work',
      slots: 1,
      async run(job) {
        runs.push(job.attempt)
        await db.query(`update job set run_at = now() - interval '1 h' where id = $1`, [job.id])
        throw new Error('always')
      },
      async exhausted(job, notice) {
        await db.transaction((tx) => giveUp(tx, job, notice))
        exhausted.resolve(job)
      },
    })
    const hurry = setInterval(
      () => void db.query(`update job set run_at = now() where kind = 'work' and state = 0`).then(() => worker.wake()),
      50,
    )
    await db.transaction((tx) => enqueue(tx, { kind: 'work', key: 'a', payload: {} }, worker.wake))
    await exhausted.promise
    clearInterval(hurry)
    await worker.stop()
    expect(runs).toEqual([1, 2, 3, 4, 5])
    expect(await lease(db, 'work')).toBeNull()
  })

  it('puts a paused job back without a word, and gives up one whose process went down with it every time', async () => {
    const seen: string[] = []
    const exhausted = Promise.withResolvers<Job>()
    await db.transaction((tx) => pause(tx, 'local', 'col_w'))
    const worker = startWorker(db, silentLog, {
      kind: 'poison',
      slots: 1,
      async run(job) {
        seen.push(job.key)
        await db.transaction((tx) => complete(tx, job))
      },
      async exhausted(job, notice) {
        await db.transaction((tx) => giveUp(tx, job, notice))
        exhausted.resolve(job)
      },
    })
    await put('poison', 'held', { scope: 'col_w' })
    await put('poison', 'killer', { priority: 1 })
    await db.query(`update job set attempt = 5 where kind = 'poison' and key = 'killer'`)
    await put('poison', 'innocent')
    worker.wake()
    expect((await exhausted.promise).key).toBe('killer')
    await expect.poll(() => seen).toEqual(['innocent'])
    await worker.stop()
  })

  it('gives its job back when it is stopped', async () => {
    const started = Promise.withResolvers<void>()
    const worker = startWorker(db, silentLog, {
      kind: 'stopped',
      slots: 1,
      run: (_job, signal) =>
        new Promise((_resolve, reject) => {
          started.resolve()
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        }),
      exhausted: async () => undefined,
    })
    await db.transaction((tx) => enqueue(tx, { kind: 'stopped', key: 'a', payload: {} }, worker.wake))
    await started.promise
    await worker.stop()
    await db.query(`update job set run_at = now() where kind = 'stopped'`)
    expect((await lease(db, 'stopped'))?.key).toBe('a')
  })
})

describe('outbox', () => {
  it('replays what was missed, then follows live, without gaps or doubles', async () => {
    const outbox = createOutbox(db)
    const publish = (n: number): Promise<void> =>
      db.transaction((tx) => outbox.publish(tx, { topic: 'numbers', owner: 'local', data: { n } }))
    await publish(1)
    await publish(2)
    const { rows } = await db.query<{ seq: number }>(`select min(seq) as seq from outbox where topic = 'numbers'`)
    const stop = new AbortController()
    const seen: OutboxEvent[] = []
    const reading = (async () => {
      for await (const event of outbox.follow({ topic: 'numbers', owner: 'local', afterSeq: rows[0]!.seq, signal: stop.signal })) {
        seen.push(event)
        if (seen.length === 3) return
      }
    })()
    await publish(3)
    await publish(4)
    await reading
    stop.abort()
    expect(seen.map((event) => (event.data as { n: number }).n)).toEqual([2, 3, 4])
  })

  it('publishes nothing of a transaction that rolled back', async () => {
    const outbox = createOutbox(db)
    const heard: unknown[] = []
    outbox.listen('silent', (event) => heard.push(event))
    await db
      .transaction(async (tx) => {
        await outbox.publish(tx, { topic: 'silent', owner: 'local', data: {} })
        throw new Error('no')
      })
      .catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(heard).toEqual([])
  })
})
