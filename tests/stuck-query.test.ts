/** A statement that does not end: the server keeps answering, and others do not wait for its limit. */
import { rm } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type App, createApp, settle } from '../packages/server/src/app.ts'
import { readConfig } from '../packages/server/src/base/config.ts'
import { silentLog } from '../packages/server/src/base/log.ts'
import { createHttpServer } from '../packages/server/src/http/server.ts'
import { newDataDir } from './support/server.ts'

const STUCK = 'select count(*) from generate_series(1, 1000000000000) i'

let dataDir: string
let app: App
let http: FastifyInstance
beforeAll(async () => {
  dataDir = await newDataDir()
  app = await createApp({ ...readConfig({ ZHIKU_DATA: dataDir, ZHIKU_DISCOVER: '0' }), port: 0 }, silentLog)
  http = await createHttpServer(app)
  const added = await http.inject({
    method: 'POST',
    url: '/api/documents?name=a.txt',
    payload: Buffer.from('A text about walruses.'),
    headers: { 'content-type': 'application/octet-stream', host: 'localhost' },
  })
  expect(added.statusCode).toBe(202)
  await settle(app)
})
afterAll(async () => {
  await http.close()
  await app.close()
  await rm(dataDir, { recursive: true, force: true })
})

const get = (url: string) => http.inject({ url, headers: { host: 'localhost' } })

describe('a query that would run for ever', () => {
  it('does not block the event loop, and another person’s search is answered within 5 s', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const stuck = app.db.query(STUCK).then(
      () => 'ended',
      (error: { code?: string }) => error.code,
    )
    // Searches go first: the statement must have its turn before somebody asks.
    await sleep(300)
    const started = performance.now()
    const search = get('/api/search?q=walruses')
    const live: number[] = []
    const probing = setInterval(() => {
      const asked = performance.now()
      void get('/livez').then(() => live.push(performance.now() - asked))
    }, 100)
    const answer = await search
    const seconds = (performance.now() - started) / 1000
    clearInterval(probing)
    delay.disable()
    expect(answer.statusCode).toBe(200)
    expect(answer.json<{ results: unknown[] }>().results).toHaveLength(1)
    expect(await stuck).toBe('db.query_limit')
    // The figure is in docs/reliability.md; these bounds only tell an answer from a wait for the 60 s limit, also on a busy machine.
    expect(seconds).toBeLessThan(15)
    expect(live.length).toBeGreaterThan(10)
    console.log(
      `search behind a stuck query: ${seconds.toFixed(2)} s; loop delay p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms; slowest /livez ${Math.max(...live).toFixed(0)} ms of ${live.length}`,
    )
    expect(delay.percentile(99) / 1e6).toBeLessThan(100)
  })

  it('is cut at its own limit when nobody waits', async () => {
    const started = performance.now()
    await expect(app.db.query(STUCK, [], { limitMs: 500 })).rejects.toMatchObject({ code: 'db.query_limit' })
    expect(performance.now() - started).toBeGreaterThan(450)
    expect((await get('/api/search?q=walruses')).statusCode).toBe(200)
  })
})
