/** What a person does to reading, on a running ingest: real readers, database and files. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCollection } from '../library/collections.ts'
import { listCoverage } from '../library/coverage.ts'
import { getDocument, listRevisions } from '../library/documents.ts'
import { getPage } from '../library/pages.ts'
import { doctor } from '../ops/doctor.ts'
import { describeQueue } from '../queue/pause.ts'
import { cancel, cancelMany, pauseReading, resumeReading, retryMany } from './control.ts'
import { listSteps } from './steps.ts'
import { OWNER, type RunningIngest, startIngest } from './testing/running.ts'
import { purge } from './removal.ts'
import { pictureOf, scanFile, scannedPage } from './testing/scan-file.ts'

let ingest: RunningIngest
beforeAll(async () => {
  ingest = await startIngest()
})
afterAll(async () => {
  await ingest.close()
})

/** Several pages and batches, each with a word of its own. */
const longText = (word: string, sections = 150): string =>
  Array.from(
    { length: sections },
    (_, n) => `# Section ${n}\n\n${Array.from({ length: 120 }, (_unused, m) => `${word}${n} sentence number ${m} stands here.`).join(' ')}`,
  ).join('\n\n')

const document = async (id: `doc_${string}`) => await getDocument(ingest.ctx.db, OWNER, id)
const healthy = async (): Promise<void> => {
  const { checks } = await doctor(ingest.ctx.db, ingest.ctx.files)
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
}
const doubles = async (id: string): Promise<number> => {
  const { rows } = await ingest.ctx.db.query<{ n: number }>(
    'select count(*)::int - count(distinct (revision_id, generation, page, ord))::int as n from chunk where document_id = $1',
    [id],
  )
  return rows[0]!.n
}
/** Resolves when some pages are written and some are not. */
async function inTheMiddle(id: `doc_${string}`): Promise<void> {
  await expect.poll(async () => (await document(id)).pages.decided, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0)
}

describe('pausing', () => {
  it('stops what is read at its next checkpoint, holds back what waits, and both go on where they were', async () => {
    const { document: first } = await ingest.send('pause.md', longText('ocelot'))
    await inTheMiddle(first.id)
    await pauseReading(ingest.ctx, OWNER, null)
    const { document: second } = await ingest.send('held.md', 'The margay waits.')
    await expect
      .poll(async () => await describeQueue(ingest.ctx.db, OWNER), { timeout: 30_000 })
      .toMatchObject({ running: 0, waiting: 2, held: 2, paused: true })
    const paused = await document(first.id)
    expect(paused).toMatchObject({ state: 'queued', notice: { code: 'queue.paused' } })
    expect(paused.pages.decided).toBeLessThan(paused.pages.total ?? Number.POSITIVE_INFINITY)
    expect((await document(second.id)).state).toBe('queued')
    expect((await listSteps(ingest.ctx.db, first.revision.id)).at(-1)?.notice?.code).toBe('ingest.paused')
    await ingest.restartWorkers() // it is durable
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect((await document(second.id)).state).toBe('queued')
    await resumeReading(ingest.ctx, OWNER, null)
    expect((await ingest.finished(first.id)).state).toBe('ready')
    expect((await ingest.finished(second.id)).state).toBe('ready')
    expect(await doubles(first.id)).toBe(0)
    const { rows } = await ingest.ctx.db.query<{ attempt: number }>(`select attempt from job where key = $1`, [first.revision.id])
    expect(rows.every(({ attempt }) => attempt <= 2)).toBe(true)
    await healthy()
  })

  it('of one collection leaves the others alone', async () => {
    const other = await createCollection(ingest.ctx.db, OWNER, { name: 'not paused' })
    await pauseReading(ingest.ctx, OWNER, ingest.collectionId)
    const { document: held } = await ingest.send('kodkod.md', 'The kodkod waits.')
    expect(await describeQueue(ingest.ctx.db, OWNER)).toMatchObject({ paused: false, pausedCollections: [ingest.collectionId] })
    expect((await describeQueue(ingest.ctx.db, OWNER)).pausedCollections).not.toContain(other.id)
    await resumeReading(ingest.ctx, OWNER, ingest.collectionId)
    expect((await ingest.finished(held.id)).state).toBe('ready')
  })
})

describe('cancelling and trying again', () => {
  it('many: those that wait and those that are read stop at once, all go on together', async () => {
    const sent = await Promise.all([1, 2, 3].map((n) => ingest.send(`many-${n}.md`, longText(`caracal${n}x`, 60))))
    const ids = sent.map((one) => one.document.id)
    await inTheMiddle(ids[0]!)
    const stopped = await cancelMany(ingest.ctx, OWNER, { ids })
    expect(stopped.changed).toBeGreaterThan(0)
    for (const id of stopped.documents) expect((await document(id)).state).toBe('cancelled')
    // Its child is gone: nothing of them is written any more.
    const before = await Promise.all(ids.map(async (id) => (await document(id)).pages.decided))
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await Promise.all(ids.map(async (id) => (await document(id)).pages.decided))).toEqual(before)
    const again = await retryMany(ingest.ctx, OWNER, { collection: ingest.collectionId, states: ['cancelled'] })
    expect(again.changed).toBe(stopped.changed)
    for (const id of ids) {
      expect((await ingest.finished(id)).state).toBe('ready')
      expect(await doubles(id)).toBe(0)
    }
    await healthy()
  })

  it('all that failed, and nothing else', async () => {
    const { document: broken } = await ingest.send('broken.pdf', '%PDF-1.7\nnothing else')
    const { document: good } = await ingest.send('good.md', 'The good serval.')
    expect((await ingest.finished(broken.id)).state).toBe('failed')
    await ingest.finished(good.id)
    const { documents } = await retryMany(ingest.ctx, OWNER, { states: ['failed'] })
    expect(documents).toEqual([broken.id])
    expect((await ingest.finished(broken.id)).state).toBe('failed')
  })

  it('stops within two seconds in the middle of a page that takes long', async () => {
    // One block without end: cutting and chunking it is one piece of work.
    const { document: slow } = await ingest.send('slow.txt', 'x '.repeat(400_000) + 'The fishing cat.')
    await expect.poll(async () => (await document(slow.id)).state, { timeout: 30_000, interval: 2 }).not.toBe('queued')
    const started = performance.now()
    const after = await cancel(ingest.ctx, OWNER, slow.id)
    if (after.state !== 'cancelled') return // it was faster than the click
    await expect.poll(async () => (await describeQueue(ingest.ctx.db, OWNER)).running, { interval: 10 }).toBe(0)
    await expect.poll(() => ingest.readers.pids.length, { timeout: 10_000, interval: 10 }).toBe(0)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('a scan', () => {
  it('stops in the middle of its OCR, and goes on with the page it was at', async () => {
    const pages = await Promise.all(
      ['amber bridge', 'copper candle', 'golden desert', 'marble falcon'].map(
        async (words) => await scannedPage(await pictureOf([`The ${words} stands here.`], { size: 22, width: 420, height: 160 })),
      ),
    )
    const { document: scan } = await ingest.send('scan.pdf', scanFile(pages))
    await expect.poll(async () => (await document(scan.id)).pages.ocr, { timeout: 140_000, interval: 5 }).toBeGreaterThan(0)
    const stopped = await cancel(ingest.ctx, OWNER, scan.id)
    await expect.poll(async () => (await describeQueue(ingest.ctx.db, OWNER)).running, { timeout: 10_000, interval: 5 }).toBe(0)
    if (stopped.state === 'cancelled') {
      expect((await listSteps(ingest.ctx.db, scan.revision.id)).at(-1)).toMatchObject({ step: 'ocr', notice: { code: 'ingest.cancelled' } })
      await retryMany(ingest.ctx, OWNER, { ids: [scan.id], states: ['cancelled'] })
    }
    expect((await ingest.finished(scan.id)).pages).toMatchObject({ total: 4, decided: 4, waiting: 0 })
    const read = (await listSteps(ingest.ctx.db, scan.revision.id)).filter(({ step }) => step === 'ocr')
    // What was read before is not read again.
    expect(Number(read.at(-1)?.detail['pages'])).toBeLessThanOrEqual(4)
    expect(await doubles(scan.id)).toBe(0)
    await healthy()
  })
})

describe('a new revision', () => {
  it('that comes while the one before is read is read instead of it, and is all there', async () => {
    const { document: first } = await ingest.send('race.md', longText('jaguarundi'))
    await inTheMiddle(first.id)
    await ingest.send('race.md', longText('pampas', 20))
    const done = await ingest.finished(first.id)
    expect(done).toMatchObject({ state: 'ready', revision: { ord: 2 } })
    expect(done.currentRevisionId).toBe(done.revision.id)
    await ingest.settled()
    const { rows } = await ingest.ctx.db.query<{ id: string }>('select distinct revision_id as id from chunk where document_id = $1', [
      first.id,
    ])
    expect(rows).toEqual([{ id: done.revision.id }])
    const old = (await listRevisions(ingest.ctx.db, first.id)).find(({ ord }) => ord === 1)!
    expect((await getPage(ingest.ctx.db, old.id, 1)).text).toContain('jaguarundi0')
    expect((await listSteps(ingest.ctx.db, old.id)).at(-1)?.notice?.code).toBe('ingest.superseded')
    await healthy()
  })
})

describe('the same bytes', () => {
  it('sent many times at once, to two collections, are one document in each and one file', async () => {
    const other = await createCollection(ingest.ctx.db, OWNER, { name: 'second' })
    const sent = await Promise.all(Array.from({ length: 6 }, (_, n) => ingest.send(`copy-${n % 2}.md`, 'The same rusty-spotted cat.')))
    expect(new Set(sent.map((one) => one.document.id)).size).toBe(1)
    expect(sent.filter((one) => !one.known)).toHaveLength(1)
    await ingest.finished(sent[0]!.document.id)
    const { rows } = await ingest.ctx.db.query<{ refs: number }>('select refs from file where hash = $1', [
      sent[0]!.document.revision.fileHash,
    ])
    expect(rows).toEqual([{ refs: 1 }])
    const again = await ingest.send('copy-3.md', 'The same rusty-spotted cat.', '', other.id)
    expect(again.known).toBe(false)
    expect((await ingest.finished(again.document.id)).state).toBe('ready')
    const { rows: kept } = await ingest.ctx.db.query<{ refs: number }>('select refs from file where hash = $1', [
      again.document.revision.fileHash,
    ])
    expect(kept).toEqual([{ refs: 2 }])
    await healthy()
  })
})

describe('coverage', () => {
  it('tells of every page, in runs without gaps', async () => {
    const { document: sent } = await ingest.send('cover.md', longText('sandcat', 20))
    const done = await ingest.finished(sent.id)
    const total = done.pages.total!
    expect(await listCoverage(ingest.ctx.db, done.revision.id, total)).toEqual([{ from: 1, to: total, kind: 'text', code: null }])
    const { db } = ingest.ctx
    await db.query(`update page set status = 'failed', code = 'ingest.corrupt' where revision_id = $1 and ord = 2`, [done.revision.id])
    await db.query(`update page set status = 'blank' where revision_id = $1 and ord = 3`, [done.revision.id])
    await db.query('delete from page where revision_id = $1 and ord > 4', [done.revision.id])
    const runs = await listCoverage(db, done.revision.id, total)
    expect(runs.slice(0, 4)).toEqual([
      { from: 1, to: 1, kind: 'text', code: null },
      { from: 2, to: 2, kind: 'failed', code: 'ingest.corrupt' },
      { from: 3, to: 3, kind: 'blank', code: null },
      { from: 4, to: 4, kind: 'text', code: null },
    ])
    expect(runs.at(-1)).toEqual({ from: 5, to: total, kind: 'unread', code: null })
    await purge(ingest.ctx, OWNER, done.id)
  })
})

describe('deleting for good that fails in the middle', () => {
  const failing = () => ({
    ...ingest.ctx,
    forget: async () => {
      throw new Error('no')
    },
  })

  it('leaves a document as it was, and it is read to its end', async () => {
    await pauseReading(ingest.ctx, OWNER, null)
    const { document: waiting } = await ingest.send('kept.md', 'The kinkajou stays.')
    await expect(purge(failing(), OWNER, waiting.id)).rejects.toThrow('no')
    await healthy()
    await resumeReading(ingest.ctx, OWNER, null)
    expect((await ingest.finished(waiting.id)).state).toBe('ready')
    await purge(ingest.ctx, OWNER, waiting.id)
  })
})
