/**
 * The job of one revision: read -> chunk -> index, page by page.
 *
 * Every batch of pages is one transaction that first proves the lease: pages, chunks and (for a document that has
 * nothing older to answer from) index rows together, so a page is searchable as soon as it is written, and a job that
 * is interrupted goes on after the last page that was written. A revision or generation that replaces another is
 * indexed at the end and takes over in one transaction.
 */
import type { Notice } from '@zhiku/contract/entities.ts'
import type { RevisionId } from '@zhiku/contract/ids.ts'
import { stat } from 'node:fs/promises'
import { LIMITS } from '../base/limits.ts'
import { type AppError, fail, isAppError } from '../base/fail.ts'
import type { Tx } from '../db/db.ts'
import { anchorOf } from '../library/anchors.ts'
import { getPageText, putPages, readCheckpoint } from '../library/pages.ts'
import { type IngestTarget, findIngestTarget, setCurrent, setError, setExtracted, setOpened, setPipeline } from '../library/revisions.ts'
import { JobPaused, yieldIfPaused } from '../queue/pause.ts'
import { type Job, complete, giveUp, guard } from '../queue/queue.ts'
import type { Handler } from '../queue/worker.ts'
import { chunkedPages, hasOtherGeneration, indexSome, swap, writeChunks } from '../search/index.ts'
import { encodeForIndex } from '../search/tokens.ts'
import { chunkPage } from './chunk/chunk.ts'
import { INGEST_JOB, type IngestContext, generationOf, publishChange } from './context.ts'
import type { ReaderPool } from './pool/pool.ts'
import { PIPELINE_VERSION } from './pool/pool.ts'
import { beginStep, endStep, interruptSteps } from './steps.ts'

/** A reader that crashed is given another try; one that crashes again will go on doing so. */
const READ_ATTEMPTS = 2

export function ingestHandler(ctx: IngestContext, pool: ReaderPool): Handler {
  return {
    kind: INGEST_JOB,
    slots: pool.size,
    async run(job, signal) {
      try {
        await ingest(ctx, pool, job, signal)
      } catch (error) {
        // The timeline says why it stops here.
        if (error instanceof JobPaused) await write(ctx, job, (tx) => interruptSteps(tx, revisionOf(job), 'ingest.paused'))
        throw error
      }
    },
    async exhausted(job, notice) {
      const revisionId = revisionOf(job)
      const target = await findIngestTarget(ctx.db, revisionId)
      const reason: Notice = notice.code === 'internal' ? { code: 'ingest.attempts_used_up', params: { attempts: job.attempt } } : notice
      await ctx.db.transaction(async (tx) => {
        await giveUp(tx, job, reason)
        if (!target) return
        await setError(tx, revisionId, reason)
        await publishChange(ctx, tx, target)
      })
    },
  }
}

const revisionOf = (job: Job): RevisionId => (job.payload as { revisionId: RevisionId }).revisionId

/**
 * A transaction that may write for this job only; rolls back when the lease was lost.
 *
 * @param progress  it is a checkpoint: attempts made before it no longer count
 */
async function write<T>(ctx: IngestContext, job: Job, work: (tx: Tx) => Promise<T>, progress = false): Promise<T> {
  return await ctx.db.transaction(
    async (tx) => {
      if (!(await guard(tx, job, progress))) throw new Error('lease lost')
      return await work(tx)
    },
    { background: true },
  )
}

async function ingest(ctx: IngestContext, pool: ReaderPool, job: Job, signal: AbortSignal): Promise<void> {
  const target = await findIngestTarget(ctx.db, revisionOf(job))
  if (!target || target.cancelled || target.trashed) {
    await ctx.db.transaction((tx) => complete(tx, job))
    return
  }
  const generation = generationOf(target.chunking)
  const of = { documentId: target.documentId, collectionId: target.collectionId, revisionId: target.revisionId, generation }
  if (target.pipeline !== generation) await setPipeline(ctx.db, target.revisionId, generation)
  const replaces = await hasOtherGeneration(ctx.db, of)

  if (!target.extracted) {
    const ended = await extract(ctx, pool, job, target, of, replaces, signal)
    if (ended) return
  } else {
    await rechunk(ctx, job, of, target, signal)
  }
  await index(ctx, job, target, of, signal)
}

type Of = Parameters<typeof swap>[1]

/** Reads the file from the first undecided page on. True when the job has ended with it. */
async function extract(
  ctx: IngestContext,
  pool: ReaderPool,
  job: Job,
  target: IngestTarget,
  of: Of,
  replaces: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { revisionId } = target
  const startedMs = performance.now()
  const attempt = await beginStep(ctx.db, revisionId, 'extract', PIPELINE_VERSION)
  await ctx.db.transaction((tx) => publishChange(ctx, tx, target))
  const checkpoint = await readCheckpoint(ctx.db, revisionId)
  let opened: { pagesTotal: number | null; mediaType: string } | null = null
  let pagesWritten = 0
  let chunksWritten = 0
  let ended = false

  const detail = () => ({ pages: pagesWritten, chunks: chunksWritten, ms: Math.round(performance.now() - startedMs) })
  const finish = async (tx: Tx, pagesTotal: number): Promise<void> => {
    await setExtracted(tx, revisionId, pagesTotal)
    await endStep(tx, revisionId, 'extract', attempt, detail())
    if (replaces) return
    // Everything is searchable already: the job is done in the same transaction.
    await setCurrent(tx, target.documentId, revisionId, false)
    await complete(tx, job)
  }

  try {
    const path = ctx.files.pathOf(target.fileHash)
    if (!(await stat(path).catch(() => null))) throw fail('ingest.file_missing')
    const result = await pool.read(
      { path, name: target.name, chunking: target.chunking, fromPage: checkpoint.pages + 1, openHeadings: checkpoint.openHeadings },
      {
        opened: async (info) => {
          opened = info
        },
        pages: async (batch) => {
          const chunks = batch.flatMap((page) => page.chunks.map((chunk) => ({ ...chunk, page: page.page })))
          const last = opened?.pagesTotal !== null && batch.at(-1)?.page === opened?.pagesTotal
          pagesWritten += batch.length
          chunksWritten += chunks.length
          const checkpoint = async (tx: Tx): Promise<void> => {
            if (opened) await setOpened(tx, revisionId, opened)
            await putPages(tx, revisionId, batch)
            await writeChunks(tx, of, chunks, !replaces)
            if (!replaces && chunks.length > 0) await setCurrent(tx, target.documentId, revisionId, true)
            if (last) await finish(tx, batch.at(-1)!.page)
            await publishChange(ctx, tx, target)
          }
          await write(ctx, job, checkpoint, true)
          if (last) ended = true
          else await yieldIfPaused(ctx.db, job)
        },
      },
      signal,
    )
    if (!ended) {
      await write(ctx, job, async (tx) => {
        if (opened) await setOpened(tx, revisionId, opened)
        await finish(tx, result.pagesTotal)
        await publishChange(ctx, tx, target)
      })
    }
    return !replaces
  } catch (error) {
    // All pages are written and the step is closed: whatever the child did afterwards changes nothing.
    if (ended) return !replaces
    if (signal.aborted || !isAppError(error) || !error.code.startsWith('ingest.')) throw error
    if (error.code === 'ingest.reader_crashed' && job.attempt < READ_ATTEMPTS) throw error
    await end(ctx, job, target, attempt, error, detail())
    return true
  }
}

/** The file cannot be read (further): says so, keeps what was read. */
async function end(
  ctx: IngestContext,
  job: Job,
  target: IngestTarget,
  attempt: number,
  error: AppError,
  detail: Record<string, number>,
): Promise<void> {
  const notice: Notice = { code: error.code, params: error.params }
  await write(ctx, job, async (tx) => {
    await setError(tx, target.revisionId, notice)
    await endStep(tx, target.revisionId, 'extract', attempt, detail, notice)
    await giveUp(tx, job, notice)
    await publishChange(ctx, tx, target)
  })
}

/** Makes the chunks of a new generation from the pages as they are kept. */
async function rechunk(ctx: IngestContext, job: Job, of: Of, target: IngestTarget, signal: AbortSignal): Promise<void> {
  const done = await chunkedPages(ctx.db, of)
  let openHeadings: string[] = []
  for (let page = 1; page <= (target.pagesTotal ?? 0); page += 1) {
    signal.throwIfAborted()
    const kept = await getPageText(ctx.db, target.revisionId, page)
    if (!kept) continue
    const made = chunkPage(kept, openHeadings, target.chunking)
    openHeadings = made.openHeadings
    if (done.has(page)) continue
    const chunks = made.chunks.map((chunk) => ({
      ...chunk,
      page,
      anchor: anchorOf({ ...kept, page }, chunk.start, chunk.end),
      tokens: encodeForIndex({ title: target.name, heading: chunk.heading, text: chunk.text }),
    }))
    if (chunks.length === 0) continue
    await write(ctx, job, (tx) => writeChunks(tx, of, chunks, false), true)
    await yieldIfPaused(ctx.db, job)
  }
}

/** Brings the chunks into the index in small transactions, then takes over from what was there before. */
async function index(ctx: IngestContext, job: Job, target: IngestTarget, of: Of, signal: AbortSignal): Promise<void> {
  const attempt = await beginStep(ctx.db, target.revisionId, 'index', of.generation)
  let indexed = 0
  for (let more = true; more;) {
    signal.throwIfAborted()
    more = await write(ctx, job, async (tx) => {
      const count = await indexSome(tx, of, target.name)
      indexed += count
      if (count === LIMITS.chunksPerTransaction) return true
      await takeOver(ctx, tx, target, of)
      await endStep(tx, target.revisionId, 'index', attempt, { chunks: indexed })
      await complete(tx, job)
      return false
    })
    if (more) await yieldIfPaused(ctx.db, job)
  }
}

/** The last act: search answers from this revision and generation alone. */
async function takeOver(ctx: IngestContext, tx: Tx, target: IngestTarget, of: Of): Promise<void> {
  // A new revision without any text does not take the old one's answers away.
  if ((await chunkedPages(tx, of)).size > 0) {
    await setCurrent(tx, target.documentId, target.revisionId, false)
    await swap(tx, of)
  }
  await publishChange(ctx, tx, target)
}
