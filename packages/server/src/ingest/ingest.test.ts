/** The path of a file through real readers, database and file store. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CollectionId, DocumentId } from '@zhiku/contract/ids.ts'
import { type Document } from '@zhiku/contract/entities.ts'
import { isFinal } from '@zhiku/contract/states.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../base/log.ts'
import type { Db } from '../db/db.ts'
import { openDb } from '../db/open.ts'
import { openFiles } from '../files/files.ts'
import { createCollection, putCollection, updateCollection } from '../library/collections.ts'
import { getDocument, listDocuments, listRevisions } from '../library/documents.ts'
import { getPage } from '../library/pages.ts'
import { createOutbox } from '../queue/outbox.ts'
import { startWorker, type Worker } from '../queue/worker.ts'
import { searchLexical } from '../search/lexical.ts'
import { checkIndex } from '../search/index.ts'
import type { IngestContext } from './context.ts'
import { cancel, requeueOutdated, retry } from './control.ts'
import type { Ocr } from './ocr/ocr.ts'
import { createReaderPool, createSightPool, type ReaderPool } from './pool/pool.ts'
import { receive } from './receive.ts'
import { moveToTrash, purge, purgeHandler, restore } from './removal.ts'
import { ingestHandler } from './run.ts'

const OWNER = 'local'
let folder: string
let db: Db
let ctx: IngestContext
let pool: ReaderPool
let ocr: Ocr
let collectionId: CollectionId
const workers = new Map<string, Worker>()
const forgotten: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zhiku-ingest-'))
  db = await openDb({ dataDir: folder, databaseUrl: null, log: silentLog })
  const files = await openFiles(folder, db)
  pool = createReaderPool({ size: 1, log: silentLog, readPaths: [files.folder] })
  ocr = { pool: createSightPool({ size: 1, log: silentLog, readPaths: [files.folder] }), engine: 'auto', provider: 'cpu' }
  ctx = {
    db,
    log: silentLog,
    files,
    outbox: createOutbox(db),
    jobs: { wake: (kind) => workers.get(kind)?.wake(), abort: (kind, key) => workers.get(kind)?.abort(key) },
    forget: async (_tx, id) => void forgotten.push(id),
  }
  collectionId = (await putCollection(db, OWNER, 'tests')).id
  for (const handler of [ingestHandler(ctx, pool, ocr), purgeHandler(ctx)]) workers.set(handler.kind, startWorker(db, silentLog, handler))
})
afterAll(async () => {
  for (const worker of workers.values()) await worker.stop()
  await pool.close()
  await ocr.pool.close()
  await db.close()
  await rm(folder, { recursive: true, force: true })
})

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function send(
  name: string,
  content: string | Uint8Array,
  collection = collectionId,
): Promise<{ document: Document; known: boolean }> {
  const file = await ctx.files.put({ stream: once(Buffer.from(content)), name, limitBytes: 10_000_000 })
  return await receive(ctx, { owner: OWNER, collectionId: collection, path: '', name, file })
}

async function finished(id: DocumentId): Promise<Document> {
  await expect.poll(async () => isFinal((await getDocument(db, OWNER, id)).state), { timeout: 30_000, interval: 20 }).toBe(true)
  return await getDocument(db, OWNER, id)
}

async function add(name: string, content: string | Uint8Array, collection = collectionId): Promise<Document> {
  return await finished((await send(name, content, collection)).document.id)
}

const find = async (query: string, documents: string[] = []) =>
  await searchLexical(db, { query, scope: { owner: OWNER, collections: [], documents }, limit: 50 })
const rowsOf = async (documentId: string): Promise<number[]> => {
  const { rows } = await db.query<{ chunks: number; tokens: number; revisions: number; pages: number }>(
    `select (select count(*)::int from chunk where document_id = $1) as chunks, (select count(*)::int from chunk_tok where document_id = $1) as tokens,
       (select count(*)::int from revision where document_id = $1) as revisions, (select count(*)::int from page p where not exists (select 1 from revision r where r.id = p.revision_id)) as pages`,
    [documentId],
  )
  return Object.values(rows[0]!)
}

/** about 60 sections, so that there is more than one page and more than one batch */
const longText = (word: string): string =>
  Array.from(
    { length: 60 },
    (_, n) =>
      `# Section ${n} of ${word}\n\n${Array.from({ length: 120 }, (_unused, m) => `${word}${n} sentence number ${m} stands here.`).join(' ')}`,
  ).join('\n\n')

describe('a file', () => {
  it('becomes ready and searchable, every chunk exactly as its page says', async () => {
    const document = await add(
      'locks.md',
      '# 锁\n\n间隙锁锁住索引记录之间的空隙。它与记录锁合起来叫 next-key lock。\n\n## Deadlock\n\nA deadlock is a cycle of waits.',
    )
    expect(document.state).toBe('ready')
    expect(document.chunks).toBeGreaterThan(0)
    expect(document.indexed).toBe(document.chunks)
    const hits = await find('间隙锁')
    expect(hits[0]?.documentId).toBe(document.id)
    expect(hits.every((hit, n) => hit.score > 0 && (n === 0 || hit.score <= hits[n - 1]!.score))).toBe(true)
    for (const hit of hits) {
      const page = await getPage(db, hit.revisionId, hit.page)
      expect(page.text.slice(hit.start, hit.end)).toBe(hit.text)
      expect(hit.anchor).toMatchObject({ kind: 'text', page: hit.page, quote: [hit.start, hit.end] })
    }
  })

  it('is recognised when the same bytes come again, also under another name', async () => {
    const first = await add('twice.txt', 'Some text that comes twice, about aardvarks.')
    const again = await send('twice.txt', 'Some text that comes twice, about aardvarks.')
    const renamed = await send('other.txt', 'Some text that comes twice, about aardvarks.')
    expect(again).toMatchObject({ known: true, document: { id: first.id } })
    expect(renamed).toMatchObject({ known: true, document: { id: first.id } })
    expect(await find('aardvarks')).toHaveLength(1)
  })

  it('is one document when it is sent twice at once', async () => {
    const both = await Promise.all([send('race.txt', 'A race of pangolins.'), send('race.txt', 'A race of pangolins.')])
    expect(both[0].document.id).toBe(both[1].document.id)
    expect(both.filter((one) => one.known)).toHaveLength(1)
  })

  it('gets a new revision under the same name; search answers from the new one, the old stays readable', async () => {
    const before = await add('policy.md', '# Policy\n\nEmployees get seventeen holidays.')
    const after = await add('policy.md', '# Policy\n\nEmployees get nineteen holidays.')
    expect(after.id).toBe(before.id)
    expect(after).toMatchObject({ state: 'ready', revisions: 2, revision: { ord: 2 } })
    expect(after.currentRevisionId).toBe(after.revision.id)
    expect(await find('seventeen', [after.id])).toEqual([])
    expect((await find('nineteen', [after.id]))[0]?.revisionId).toBe(after.revision.id)
    const old = (await listRevisions(db, after.id)).find((revision) => revision.ord === 1)!
    expect((await getPage(db, old.id, 1)).text).toContain('seventeen')
  })

  it('ends empty, failed or needing something, never ready, when there is nothing to read', async () => {
    expect(await add('zero.txt', '')).toMatchObject({ state: 'empty', notice: { code: 'ingest.empty_file' }, chunks: 0 })
    expect(await add('blank.txt', ' \n\n\t\n')).toMatchObject({ state: 'empty', chunks: 0 })
    expect((await add('broken.pdf', '%PDF-1.7\nnothing else')).state).toBe('failed')
    expect((await add('song.mp3', Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'), Buffer.alloc(500)]))).state).toBe('needs')
  })

  it('with NUL and broken surrogates inside is read all the same', async () => {
    const document = await add('odd.txt', `${'A line of quite ordinary text. '.repeat(20)} before \u0001 \ufffd after the wombat\n`)
    expect(document.state).toBe('ready')
    expect(await find('wombat', [document.id])).toHaveLength(1)
  })
})

describe('chunking of a collection', () => {
  it('can be changed: chunks are made anew from the kept pages, without reading the file', async () => {
    const collection = await createCollection(db, OWNER, { name: 'rechunk' })
    const document = await add('long.md', longText('quokka'), collection.id)
    expect(document.state).toBe('ready')
    await rm(ctx.files.pathOf(document.revision.fileHash)) // nothing may need the bytes
    await db.transaction(async (tx) => {
      await updateCollection(tx, OWNER, collection.id, { chunking: { sizeTokens: 100, overlapTokens: 0 } })
      expect(await requeueOutdated(ctx, tx, collection.id)).toBe(1)
    })
    const after = await finished(document.id)
    expect(after.state).toBe('ready')
    expect(after.chunks).toBeGreaterThan(document.chunks)
    expect(after.revisions).toBe(1)
    expect((await checkIndex(db)).unfindable).toBe(0)
  })
})

describe('deleting', () => {
  it('goes to the trash, out of search, and back', async () => {
    const document = await add('undo.txt', 'The narwhal swims.')
    await moveToTrash(ctx, OWNER, document.id)
    expect(await find('narwhal')).toEqual([])
    await expect(getDocument(db, OWNER, document.id)).rejects.toMatchObject({ code: 'document.not_found' })
    await restore(ctx, OWNER, document.id)
    await expect.poll(async () => (await find('narwhal')).length, { timeout: 10_000 }).toBe(1)
    expect((await finished(document.id)).state).toBe('ready')
  })

  it('for good leaves no row and no bytes', async () => {
    const document = await add('gone.txt', 'The kakapo cannot fly.')
    await purge(ctx, OWNER, document.id)
    expect(await rowsOf(document.id)).toEqual([0, 0, 0, 0])
    expect(await find('kakapo')).toEqual([])
    expect(forgotten).toContain(document.id)
    await expect.poll(async () => (await ctx.files.check(db)).stray.length).toBe(0)
    expect((await db.query('select 1 from file where hash = $1', [document.revision.fileHash])).rows).toEqual([])
  })

  it('works while the document is being read', async () => {
    const { document } = await send('busy.md', longText('axolotl'))
    await expect.poll(async () => (await getDocument(db, OWNER, document.id)).state, { interval: 5 }).not.toBe('queued')
    await purge(ctx, OWNER, document.id)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await rowsOf(document.id)).toEqual([0, 0, 0, 0])
    const next = await add('after.txt', 'The reader goes on with the next file: a tapir.')
    expect(next.state).toBe('ready')
  })

  it('keeps bytes that another document uses', async () => {
    const other = await createCollection(db, OWNER, { name: 'other' })
    const first = await add('shared.txt', 'Shared bytes of the okapi.')
    const second = await add('shared.txt', 'Shared bytes of the okapi.', other.id)
    expect(second.id).not.toBe(first.id)
    await purge(ctx, OWNER, first.id)
    expect((await ctx.files.check(db)).missing.filter((hash) => hash === second.revision.fileHash)).toEqual([])
    expect(await find('okapi')).toHaveLength(1)
  })
})

describe('a person', () => {
  it('can stop the reading and let it go on where it was', async () => {
    const { document } = await send('stop.md', longText('capybara'))
    const stopped = await cancel(ctx, OWNER, document.id)
    if (stopped.state !== 'cancelled') return // it was faster than the click
    const again = await retry(ctx, OWNER, document.id)
    expect(again.state).not.toBe('cancelled')
    const done = await finished(document.id)
    expect(done.state).toBe('ready')
    const { rows } = await db.query<{ doubles: number }>(
      'select count(*)::int - count(distinct (page, ord))::int as doubles from chunk where document_id = $1',
      [document.id],
    )
    expect(rows[0]!.doubles).toBe(0)
  })

  it('can try a failed file again', async () => {
    const document = await add('retry.pdf', '%PDF-1.4 broken again')
    expect(document.state).toBe('failed')
    expect((await retry(ctx, OWNER, document.id)).state).toBe('queued')
    expect((await finished(document.id)).state).toBe('failed')
  })
})

describe('the listing', () => {
  it('filters by state and name and counts what it finds', async () => {
    const { documents, total } = await listDocuments(db, OWNER, { state: 'failed', q: 'retry', limit: 10 })
    expect(documents.map((document) => document.name)).toEqual(['retry.pdf'])
    expect(total).toBe(1)
  })
})
