/** Archives, watched folders and fetching on a real server process: kill -9 in the middle, and the routes as a client sees them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Document } from '@zhiku/contract/entities.ts'
import { isFinal } from '@zhiku/contract/states.ts'
import { afterEach, expect, it } from 'vitest'
import { zipFile } from '../packages/server/src/ingest/testing/container-file.ts'
import { newDataDir, startTestServer, type TestServer, zhiku } from './support/server.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo()
})

const textOf = (n: number): string => `Record ${n}. ${`The word marker${n} stands in this file alone. `.repeat(20)}`

async function children(server: TestServer, parent: string): Promise<Document[]> {
  return (await server.client.listDocuments({ parent, limit: 500 })).documents
}

it(
  'an archive survives kill -9 at any point: every file is there once, searchable, and the doctor finds nothing',
  { timeout: 300_000 },
  async () => {
    const FILES = 60
    const dataDir = await newDataDir()
    let server = await startTestServer({ dataDir })
    cleanUp.push(() => server.end())
    const inner = await zipFile(Array.from({ length: FILES / 2 }, (_, n) => ({ name: `inner/${n}.txt`, content: textOf(n) })))
    const outer = await zipFile([
      { name: 'inner.zip', content: inner },
      ...Array.from({ length: FILES / 2 }, (_, n) => ({ name: `${FILES / 2 + n}.txt`, content: textOf(FILES / 2 + n) })),
    ])
    const { document } = await server.add('outer.zip', outer)
    /** files that have come out, and files that were read: grows with every step */
    const progress = async (): Promise<number> => {
      const { documents, total } = await server.client.listDocuments({ limit: 500 })
      return total + documents.filter(({ state }) => isFinal(state)).length
    }
    for (let kill = 0; kill < 5; kill += 1) {
      const reached = Math.min((await progress()) + 7 + kill, 2 * FILES)
      await expect.poll(progress, { timeout: 60_000, interval: 10 }).toBeGreaterThanOrEqual(reached)
      await server.kill()
      server = await startTestServer({ dataDir })
    }
    const unfinished = async (): Promise<number> =>
      (await server.client.listDocuments({ limit: 500 })).documents.filter(({ state }) => !isFinal(state)).length
    await expect.poll(unfinished, { timeout: 180_000, interval: 200 }).toBe(0)
    const top = await children(server, document.id)
    expect(top.map(({ name }) => name).toSorted()).toEqual(
      [...Array.from({ length: FILES / 2 }, (_, n) => `${FILES / 2 + n}.txt`), 'inner.zip'].toSorted(),
    )
    const deep = await children(server, top.find(({ name }) => name === 'inner.zip')!.id)
    expect(deep.map(({ name, path: folder }) => `${folder}/${name}`).toSorted()).toEqual(
      Array.from({ length: FILES / 2 }, (_, n) => `outer.zip/inner.zip/inner/${n}.txt`).toSorted(),
    )
    for (const child of [...top, ...deep]) expect([child.name, child.state, child.revisions]).toEqual([child.name, 'ready', 1])
    for (const n of [0, FILES / 2 - 1, FILES / 2, FILES - 1]) {
      const { results } = await server.client.search({ q: `marker${n}`, k: 10 })
      expect(results[0]!.document.name).toBe(`${n}.txt`)
    }
    expect((await server.client.doctor({})).checks.filter(({ ok }) => !ok)).toEqual([])
    await server.client.deleteDocument({ id: document.id, purge: '1' })
    expect((await server.client.status({})).chunks).toBe(0)
    expect((await server.client.doctor({})).checks.filter(({ ok }) => !ok)).toEqual([])
  },
)

it('addresses, sitemaps and watched folders: through routes and the command line', { timeout: 120_000 }, async () => {
  const site = createServer((request, response) => {
    const pages: Record<string, string> = {
      '/': '<title>Start</title><p>The pangolin rolls up.',
      '/two': '<title>Two</title><p>The aardwolf eats termites.',
      '/sitemap.xml': `<urlset><url><loc>${origin}/</loc></url><url><loc>${origin}/two</loc></url></urlset>`,
    }
    const page = pages[request.url!]
    if (page === undefined) response.writeHead(404).end()
    else response.setHeader('content-type', 'text/html').end(page)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  const address = site.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address!.port : 0}`
  cleanUp.push(async () => void site.close())
  const folder = await mkdtemp(path.join(tmpdir(), 'zhiku-watched-'))
  cleanUp.push(() => rm(folder, { recursive: true, force: true }))
  await mkdir(path.join(folder, 'notes'))
  await writeFile(path.join(folder, 'notes', 'a.md'), '# Tarsier\n\nLarge eyes.')

  const dataDir = await newDataDir()
  const closed = await startTestServer({ dataDir })
  await expect(closed.client.addUrl({ url: origin })).rejects.toMatchObject({ code: 'fetch.address_refused', status: 403 })
  await expect(closed.client.addUrl({ url: 'file:///etc/passwd' })).rejects.toMatchObject({ code: 'fetch.url_invalid', status: 400 })
  await closed.stop()

  const server = await startTestServer({ dataDir, env: { ZHIKU_FETCH_PRIVATE: '1' } })
  cleanUp.push(() => server.end())
  const added = await zhiku(dataDir, ['add', '--json', origin, '--collection', 'web'], {})
  expect(added.code).toBe(0)
  expect(JSON.parse(added.stdout)).toMatchObject({ name: origin, state: 'ready' })
  const listed = await zhiku(dataDir, ['add', '--sitemap', `${origin}/sitemap.xml`, '--collection', 'web'], {})
  expect(listed).toMatchObject({ code: 0 })
  expect((await server.client.search({ q: 'aardwolf', k: 5 })).results[0]!.document.name).toBe('Two.html')
  const { documents } = await server.client.listDocuments({ limit: 10 })
  expect(documents).toHaveLength(2)
  expect(await server.client.fetchDocument({ id: documents[0]!.id })).toMatchObject({ known: true })
  expect(await zhiku(dataDir, ['add', `${origin}/missing`], {})).toMatchObject({ code: 1 })

  expect(await zhiku(dataDir, ['watch', 'add', folder], {})).toMatchObject({ code: 0 })
  await expect.poll(async () => (await server.client.search({ q: 'tarsier', k: 5 })).results.length, { timeout: 30_000 }).toBeGreaterThan(0)
  const watches = await zhiku(dataDir, ['watch', 'list', '--json'], {})
  expect(JSON.parse(watches.stdout)).toMatchObject({ folder, files: 1, failed: 0, notice: null })
  expect(await zhiku(dataDir, ['watch', 'remove', folder], {})).toMatchObject({ code: 0 })
  expect((await server.client.listWatchedFolders({})).folders).toEqual([])
  expect((await server.client.doctor({})).ok).toBe(true)
})
