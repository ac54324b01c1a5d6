/** Backups that are taken in the middle of reading, restored, and asked the same 200 questions. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeCorpus } from '../bench/corpus.ts'
import { type TestServer, startTestServer, zhiku } from './support/server.ts'

const QUERIES = 200
const BUSY = 8
let folder: string
let server: TestServer
const corpus = makeCorpus(11)
let busy: string[]

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zhiku-backup-'))
  server = await startTestServer()
  for (let n = 0; n < 6; n += 1) await server.read(`ready-${n}.md`, corpus.document(6000))
  const sent = await Promise.all(Array.from({ length: BUSY }, (_, n) => server.add(`busy-${n}.md`, corpus.document(40_000))))
  busy = sent.map(({ document }) => document.id)
})
afterAll(async () => {
  await server.end()
  await rm(folder, { recursive: true, force: true })
})

async function restoredCopy(name: string): Promise<TestServer> {
  const file = path.join(folder, `${name}.zip`)
  const backup = await zhiku(server.dataDir, ['backup', file, '--json'])
  expect(backup, backup.stderr).toMatchObject({ code: 0 })
  const dataDir = path.join(folder, name)
  const restored = await zhiku(dataDir, ['restore', file, '--json'])
  expect(restored, restored.stderr).toMatchObject({ code: 0 })
  return await startTestServer({ dataDir })
}
const complaints = async (of: TestServer): Promise<object[]> => (await of.client.doctor({})).checks.filter(({ ok }) => !ok)

it('one taken while documents are read is whole, and what was waiting goes on from it', async () => {
  const copy = await restoredCopy('running')
  try {
    for (const id of busy) expect((await copy.finished(id)).state).toBe('ready')
    expect(await complaints(copy)).toEqual([])
  } finally {
    await copy.stop()
  }
})

/** Documents, pages, places and scores of the best ten. */
async function answers(of: TestServer, queries: readonly string[]): Promise<object[]> {
  const found: object[] = []
  for (const q of queries) {
    const { results } = await of.client.search({ q, k: 10 })
    found.push(results.map(({ document, page, anchor, score }) => ({ document: document.id, page, quote: anchor.quote, score })))
  }
  return found
}

it('one taken with documents half read answers 200 searches as the original does', async () => {
  // Paused, the original stands still for the comparison; some of its documents are read, some waiting.
  const { document: half } = await server.add('half.md', corpus.document(400_000))
  await server.client.pauseQueue({})
  await expect.poll(async () => (await server.client.getQueue({})).running, { timeout: 100_000 }).toBe(0)
  const copy = await restoredCopy('paused')
  try {
    expect(await copy.client.getQueue({})).toMatchObject({ paused: true })
    const queries = Array.from({ length: QUERIES }, () => corpus.query())
    const before = await answers(server, queries)
    expect(before.filter((hits) => (hits as unknown[]).length > 0).length).toBeGreaterThan(QUERIES / 2)
    expect(await answers(copy, queries)).toEqual(before)
    expect(await complaints(copy)).toEqual([])
    await copy.client.resumeQueue({})
    expect((await copy.finished(half.id)).state).toBe('ready')
    expect(await complaints(copy)).toEqual([])
  } finally {
    await copy.stop()
  }
})
