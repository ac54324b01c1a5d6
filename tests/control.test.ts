/** Control from outside: bounds by environment, the queue and backups from the shell, on a real server. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePdf } from './support/fixtures.ts'
import { type TestServer, newDataDir, startTestServer, zhiku } from './support/server.ts'

let server: TestServer
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zhiku-control-'))
  server = await startTestServer({ env: { ZHIKU_LIMIT_PAGES: '2', ZHIKU_LIMIT_FILE_MB: '1' } })
})
afterAll(async () => {
  await server.end()
  await rm(folder, { recursive: true, force: true })
})

const json = (text: string): unknown => JSON.parse(text)

describe('a bound of the environment', () => {
  it('that a document crosses is named, and what was read until then stays', async () => {
    const pages = Array.from({ length: 5 }, (_, n) => [{ text: `Page number ${n + 1} speaks of wombats.`, x: 50, y: 80 }])
    const document = await server.read('five.pdf', makePdf(pages))
    expect(document).toMatchObject({
      state: 'partial',
      notice: { code: 'ingest.page_limit', params: { pages: 5, limit: 2 } },
      pages: { text: 2, searchable: 2 },
    })
    const { results } = await server.client.search({ q: 'wombats' })
    expect(results.map(({ page }) => page).toSorted((a, b) => a - b)).toEqual([1, 2])
    const { coverage, timeline } = await server.client.getDocument({ id: document.id })
    expect(coverage[0]).toEqual({ from: 1, to: 2, kind: 'text', code: null })
    expect(timeline.at(-1)?.notice?.code).toBe('ingest.page_limit')
  })

  it('that an upload crosses refuses it', async () => {
    await expect(server.add('large.txt', 'x'.repeat(1_100_000))).rejects.toMatchObject({ code: 'upload.too_large', status: 413 })
  })

  it('that is out of range stops the start, by its name', async () => {
    const dataDir = await newDataDir()
    const { code, stderr } = await zhiku(dataDir, ['serve'], { ZHIKU_LIMIT_PAGE_MEGAPIXELS: '100' })
    await rm(dataDir, { recursive: true, force: true })
    expect(code).toBe(1)
    expect(stderr).toContain('ZHIKU_LIMIT_PAGE_MEGAPIXELS')
  })
})

describe('the shell', () => {
  it('pauses, shows and resumes the queue, stops and retries', async () => {
    const run = async (...args: string[]) => await zhiku(server.dataDir, [...args, '--json'])
    expect(json((await run('queue', 'pause')).stdout)).toMatchObject({ paused: true })
    const { document } = await server.add('waits.md', 'The bilby waits.')
    expect(json((await run('queue', 'status')).stdout)).toMatchObject({ paused: true, waiting: 1, held: 1 })
    expect((await server.client.status({})).queue).toMatchObject({ paused: true, held: 1 })
    expect(json((await run('cancel', 'waits.md')).stdout)).toMatchObject({ state: 'cancelled' })
    expect(json((await run('queue', 'resume')).stdout)).toMatchObject({ paused: false, held: 0 })
    expect(json((await run('retry', 'waits.md')).stdout)).toMatchObject({ document: document.id })
    expect((await server.finished(document.id)).state).toBe('ready')
    await server.read('broken.pdf', '%PDF-1.7\nnothing else')
    expect(json((await run('retry', '--failed')).stdout)).toMatchObject({ retried: 1 })
    expect((await run('retry')).code).toBe(2)
  })

  it('backs up while it serves and restores into an empty folder alone', async () => {
    const file = path.join(folder, 'library.zip')
    const backup = await zhiku(server.dataDir, ['backup', file, '--json'])
    expect(backup, backup.stderr).toMatchObject({ code: 0 })
    expect(json(backup.stdout)).toMatchObject({ documents: 3, verified: true })
    expect(json((await zhiku(server.dataDir, ['backup', file, '--json'])).stdout)).toMatchObject({ error: { code: 'backup.file_exists' } })
    expect((await readdir(folder)).length).toBe(1)

    const target = path.join(folder, 'restored')
    const restored = await zhiku(target, ['restore', file, '--json'])
    expect(restored, restored.stderr).toMatchObject({ code: 0 })
    expect(json((await zhiku(target, ['restore', file, '--json'])).stdout)).toMatchObject({ error: { code: 'restore.not_empty' } })
    const doctor = await zhiku(target, ['doctor', '--json'])
    expect(doctor, doctor.stdout).toMatchObject({ code: 0 })
    const hits = async (dataDir: string): Promise<unknown> => json((await zhiku(dataDir, ['search', 'wombats', '--json'])).stdout)
    expect(await hits(target)).toEqual(await hits(server.dataDir))
    expect((await stat(file)).mode & 0o077).toBe(0)
  })
})
