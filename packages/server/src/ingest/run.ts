/**
 * The job of one revision: read -> chunk -> index, page by page.
 *
 * Every batch of pages is one transaction that first proves the lease: pages, chunks and (for a document that has
 * nothing older to answer from) index rows together, so a page is searchable as soon as it is written, and a job that
 * is interrupted goes on after the last page that was written. Pages that wait for OCR are read after that, in the same
 * job (`ocr/stage.ts`). A revision or generation that replaces another is indexed at the end and takes over in one
 * transaction.
 */
import type { Notice } from '@zhiku/contract/entities.ts'
import type { RevisionId } from '@zhiku/contract/ids.ts'
import { stat } from 'node:fs/promises'
import { LIMITS } from '../base/limits.ts'
import { type AppError, fail, isAppError } from '../base/fail.ts'
import type { Tx } from '../db/db.ts'
import { getPageText, putPages, readCheckpoint } from '../library/pages.ts'
import { countWaiting } from '../library/readings.ts'
import { findIngestTarget, setCurrent, setError, setExtracted, setOpened, setPipeline } from '../library/revisions.ts'
import { JobPaused, yieldIfPaused } from '../queue/pause.ts'
import { type Job, complete, giveUp } from '../queue/queue.ts'
import type { Handler } from '../queue/worker.ts'
import { chunkedPages, hasOtherGeneration, indexSome, packChunks, swap, writeChunks } from '../search/index.ts'
import { chunkPage } from './chunk/chunk.ts'
import type { InnerOutcome } from './extract/types.ts'
import { childIntake, dropVanished } from './children.ts'
import { INGEST_JOB, type IngestContext, generationOf, publishChange } from './context.ts'
import type { Ocr } from './ocr/ocr.ts'
import { type OcrDetail, recognisePages } from './ocr/stage.ts'
import { anchored } from './pool/anchored.ts'
import { PIPELINE_VERSION, type ReaderPool } from './pool/pool.ts'
import { beginStep, endStep, interruptSteps } from './steps.ts'
import { type Work, revisionOf, write } from './work.ts'

/** A reader that crashed is given another try; one that crashes again will go on doing so. */
const READ_ATTEMPTS = 2

export function ingestHandler(ctx: IngestContext, pool: ReaderPool, ocr: Ocr): Handler {
  /** jobs whose pages are with the OCR children: they hold no reader, and must not hold up those that need one */
  let recognising = 0
  return {
    kind: INGEST_JOB,
    get slots() {
      return pool.size + Math.min(recognising, LIMITS.ocrJobs)
    },
    async run(job, signal) {
      const recognise = async (work: Work): Promise<OcrDetail> => {
        recognising += 1
        ctx.jobs.wake(INGEST_JOB)
        try {
          return await recognisePages(work, ocr)
        } finally {
          recognising -= 1
        }
      }
      try {
        await ingest(ctx, pool, recognise, job, signal)
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
        await interruptSteps(tx, revisionId, 'ingest.interrupted')
        await publishChange(ctx, tx, target)
      })
    },
  }
}

async function ingest(
  ctx: IngestContext,
  pool: ReaderPool,
  recognise: (work: Work) => Promise<OcrDetail>,
  job: Job,
  signal: AbortSignal,
): Promise<void> {
  const target = await findIngestTarget(ctx.db, revisionOf(job))
  if (!target || target.cancelled || target.trashed) {
    await ctx.db.transaction((tx) => complete(tx, job))
    return
  }
  const generation = generationOf(target.chunking)
  const of = { documentId: target.documentId, collectionId: target.collectionId, revisionId: target.revisionId, generation }
  if (target.pipeline !== generation) await setPipeline(ctx.db, target.revisionId, generation)
  const work: Work = { ctx, job, target, of, replaces: await hasOtherGeneration(ctx.db, of), signal }

  if (target.extracted) await rechunk(work)
  else {
    const outcome = await extract(work, pool)
    if (outcome.ended) return
    if (outcome.ocrAttempt !== null) await readWaiting(work, outcome.ocrAttempt, recognise, outcome.error === null)
    if (outcome.error) {
      await end(work, outcome.error)
      return
    }
  }
  await index(work)
}

interface Outcome {
  /** the job is done */
  ended: boolean
  /** the step of OCR that has begun, when pages wait for it */
  ocrAttempt: number | null
  /** the file cannot be read (further) */
  error: AppError | null
}

/** Reads the file from the first undecided page on. */
async function extract(work: Work, pool: ReaderPool): Promise<Outcome> {
  const { ctx, job, target, of, replaces, signal } = work
  const { revisionId } = target
  const checkpoint = await readCheckpoint(ctx.db, revisionId)
  if (target.pagesTotal !== null && checkpoint.pages >= target.pagesTotal && checkpoint.pages > 0) {
    // The reader was through with it; it is OCR that was interrupted.
    return { ended: false, ocrAttempt: await beginStep(ctx.db, revisionId, 'ocr', PIPELINE_VERSION), error: null }
  }
  const startedMs = performance.now()
  const attempt = await beginStep(ctx.db, revisionId, 'extract', PIPELINE_VERSION)
  await ctx.db.transaction((tx) => publishChange(ctx, tx, target))
  // Chunks of a job that was interrupted may have been taken out of the index meanwhile.
  const isFresh = checkpoint.pages === 0
  let opened: { pagesTotal: number | null; mediaType: string } | null = null
  let pagesWritten = 0
  let chunksWritten = 0
  let outcome: Outcome | null = null

  const detail = () => ({ pages: pagesWritten, chunks: chunksWritten, ms: Math.round(performance.now() - startedMs) })
  const intake = childIntake(ctx, target, (change) => write(ctx, job, change), signal)
  const finish = async (tx: Tx, pagesTotal: number, inner: InnerOutcome | null = null): Promise<Outcome> => {
    await endStep(tx, revisionId, 'extract', attempt, detail())
    if (inner?.complete !== false) await dropVanished(ctx, tx, target)
    const ocrAttempt = await beginOcr(tx, revisionId)
    if (ocrAttempt !== null) {
      await setOpened(tx, revisionId, { pagesTotal, mediaType: opened!.mediaType })
      return { ended: false, ocrAttempt, error: null }
    }
    await setExtracted(tx, revisionId, pagesTotal)
    if (inner?.notice) await setError(tx, revisionId, inner.notice)
    if (replaces || !isFresh) return { ended: false, ocrAttempt, error: null }
    // Everything is searchable already: the job is done in the same transaction.
    await setCurrent(tx, target.documentId, revisionId, false)
    await complete(tx, job)
    return { ended: true, ocrAttempt, error: null }
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
        inner: async (file, bytes) => {
          const verdict = await intake.take(file, bytes)
          await yieldIfPaused(ctx.db, job)
          return verdict
        },
        pages: async (batch) => {
          const last = opened?.pagesTotal !== null && batch.last === opened?.pagesTotal
          const chunks = batch.chunks.count
          pagesWritten += batch.count
          chunksWritten += chunks
          const checkpoint = async (tx: Tx): Promise<Outcome | null> => {
            if (opened) await setOpened(tx, revisionId, opened)
            await putPages(tx, revisionId, batch.pages)
            await writeChunks(tx, of, batch.chunks, !replaces)
            if (!replaces && chunks > 0) await setCurrent(tx, target.documentId, revisionId, true)
            const end = last ? await finish(tx, batch.last) : null
            await publishChange(ctx, tx, target)
            return end
          }
          outcome = await write(ctx, job, checkpoint, true)
          if (!last) await yieldIfPaused(ctx.db, job)
        },
      },
      signal,
    )
    return (
      outcome ??
      (await write(ctx, job, async (tx) => {
        if (opened) await setOpened(tx, revisionId, opened)
        const end = await finish(tx, result.pagesTotal, result.inner)
        await publishChange(ctx, tx, target)
        return end
      }))
    )
  } catch (error) {
    // All pages are written and the step is closed: whatever the child did afterwards changes nothing.
    if (outcome) return outcome
    // What is wrong with the file (a name inside an archive, too) stays wrong; everything else is tried again.
    if (signal.aborted || !isAppError(error) || (error.retryable && !error.code.startsWith('ingest.'))) throw error
    if (error.code === 'ingest.reader_crashed' && job.attempt < READ_ATTEMPTS) throw error
    return await write(ctx, job, async (tx) => {
      await endStep(tx, revisionId, 'extract', attempt, detail(), { code: error.code, params: error.params })
      return { ended: false, ocrAttempt: await beginOcr(tx, revisionId), error }
    })
  }
}

/** OCR begins in the transaction that ends the step before it, so that the document never looks idle. Null: no page waits for it. */
async function beginOcr(tx: Tx, revisionId: RevisionId): Promise<number | null> {
  return (await countWaiting(tx, revisionId)) > 0 ? await beginStep(tx, revisionId, 'ocr', PIPELINE_VERSION) : null
}

/** @param complete  the reader gave all pages: with these everything is decided */
async function readWaiting(
  { ctx, job, target, of, ...rest }: Work,
  attempt: number,
  recognise: (work: Work) => Promise<OcrDetail>,
  complete: boolean,
): Promise<void> {
  const detail = await recognise({ ctx, job, target, of, ...rest })
  await write(ctx, job, async (tx) => {
    await endStep(tx, of.revisionId, 'ocr', attempt, detail)
    if (complete) await setExtracted(tx, of.revisionId, (await readCheckpoint(tx, of.revisionId)).pages)
    await publishChange(ctx, tx, target)
  })
}

/** The file cannot be read (further): says so, keeps what was read. */
async function end({ ctx, job, target }: Work, error: AppError): Promise<void> {
  const notice: Notice = { code: error.code, params: error.params }
  await write(ctx, job, async (tx) => {
    await setError(tx, target.revisionId, notice)
    await giveUp(tx, job, notice)
    await publishChange(ctx, tx, target)
  })
}

/** Makes the chunks of a new generation from the pages as they are kept. */
async function rechunk({ ctx, job, of, target, signal }: Work): Promise<void> {
  const done = await chunkedPages(ctx.db, of)
  let openHeadings: string[] = []
  for (let page = 1; page <= (target.pagesTotal ?? 0); page += 1) {
    signal.throwIfAborted()
    const kept = await getPageText(ctx.db, target.revisionId, page)
    if (!kept) continue
    const made = chunkPage(kept, openHeadings, target.chunking)
    openHeadings = made.openHeadings
    if (done.has(page)) continue
    const chunks = anchored({ ...kept, page }, made.chunks, target.name).map((chunk) => ({ ...chunk, page }))
    if (chunks.length === 0) continue
    await write(ctx, job, (tx) => writeChunks(tx, of, packChunks(chunks), false), true)
    await yieldIfPaused(ctx.db, job)
  }
}

/** Brings the chunks into the index in small transactions, then takes over from what was there before. */
async function index(work: Work): Promise<void> {
  const { ctx, job, target, of, signal } = work
  const attempt = await beginStep(ctx.db, target.revisionId, 'index', of.generation)
  let indexed = 0
  for (let more = true; more;) {
    signal.throwIfAborted()
    more = await write(ctx, job, async (tx) => {
      const count = await indexSome(tx, of, target.name)
      indexed += count
      if (count === LIMITS.chunksPerTransaction) return true
      await takeOver(work, tx)
      await endStep(tx, target.revisionId, 'index', attempt, { chunks: indexed })
      await complete(tx, job)
      return false
    })
    if (more) await yieldIfPaused(ctx.db, job)
  }
}

/** The last act: search answers from this revision and generation alone. */
async function takeOver({ ctx, target, of }: Work, tx: Tx): Promise<void> {
  // A new revision without any text does not take the old one's answers away.
  if ((await chunkedPages(tx, of)).size > 0) {
    await setCurrent(tx, target.documentId, target.revisionId, false)
    await swap(tx, of)
  }
  await publishChange(ctx, tx, target)
}
