/**
 * The OCR step of a revision's job: every page that waits is read, several at a time, each written in a transaction of
 * its own that proves the lease. So a page is searchable as soon as it is read, and a job that is interrupted goes on
 * with the first page that still waits. A page that cannot be read is marked as failed; the others go on.
 *
 * Whose page comes next is decided by the pool (`../pool/turns.ts`): a job never has more pages there than there are
 * children, so that scans take turns.
 */
import type { Notice } from '@zhiku/contract/entities.ts'
import { type AppError, isAppError } from '../../base/fail.ts'
import { type NewReading, type PageToRead, failReading, findSameReading, listWaiting } from '../../library/readings.ts'
import { setCurrent } from '../../library/revisions.ts'
import { pageRanges } from '../../library/state.ts'
import { JobPaused, yieldIfPaused } from '../../queue/pause.ts'
import { publishChange } from '../context.ts'
import type { RecogniseRequest } from '../pool/pool.ts'
import { type Work, write } from '../work.ts'
import type { Ocr } from './ocr.ts'
import { type Read, keptReading, readingOf, writeReading } from './write.ts'

/** Rows of waiting pages that are fetched at a time. */
const BATCH = 16

/** What a single page may die of; anything else is the job's. */
const PAGE_ERRORS: ReadonlySet<string> = new Set([
  'ingest.ocr_failed',
  'ingest.page_time_limit',
  'ingest.pixel_limit',
  'ingest.memory_limit',
  'ingest.reader_crashed',
  'ingest.output_limit',
  'ingest.corrupt',
])
/** Where the other engine may fare better. */
const TRY_OTHER: ReadonlySet<string> = new Set(['ingest.page_time_limit', 'ingest.memory_limit', 'ingest.reader_crashed'])

/** What the timeline says of the step. */
export type OcrDetail = Record<string, string | number>

/** Reads all pages of the revision that wait. @throws the job's error; JobPaused at a page border */
export async function recognisePages(work: Work, ocr: Ocr): Promise<OcrDetail> {
  const stage = new Stage(work, ocr)
  await stage.run()
  return stage.detail
}

class Stage {
  readonly #work: Work
  readonly #ocr: Ocr
  readonly #startedMs = performance.now()
  readonly #running = new Set<Promise<void>>()
  /** ends the other pages when one finds that the job cannot go on */
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  #failure: { error: unknown } | null = null
  readonly #engines = new Map<string, number>()
  readonly #failed: number[] = []
  #pages = 0
  #known = 0
  #cpuMs = 0
  #firstTextMs: number | null = null
  #previewMs: number | null = null

  constructor(work: Work, ocr: Ocr) {
    this.#work = work
    this.#ocr = ocr
    this.#signal = AbortSignal.any([work.signal, this.#stop.signal])
  }

  get detail(): OcrDetail {
    const engines = [...this.#engines].toSorted((a, b) => b[1] - a[1]).map(([engine, pages]) => `${engine}: ${pages}`)
    return {
      pages: this.#pages,
      engines: engines.join(', '),
      ...(this.#known > 0 ? { known: this.#known } : {}),
      ...(this.#failed.length > 0 ? { failed: pageRanges(this.#failed.toSorted((a, b) => a - b)) } : {}),
      ...(this.#firstTextMs === null ? {} : { firstTextMs: this.#firstTextMs }),
      ...(this.#previewMs === null ? {} : { previewMs: this.#previewMs }),
      cpuMs: this.#cpuMs,
      ms: this.#elapsed(),
    }
  }

  async run(): Promise<void> {
    const { ctx, job, of } = this.#work
    const { pool } = this.#ocr
    let after = 0
    try {
      for (;;) {
        const waiting = await listWaiting(ctx.db, of.revisionId, after, BATCH)
        if (waiting.length === 0) break
        for (const page of waiting) {
          // A scan at the head of the queue is looked at quickly first; a preview in a busy pool would only delay others.
          if (after === 0 && !page.hasText && this.#ocr.engine === 'auto' && pool.free > 0) await this.#preview(page)
          while (this.#running.size >= pool.size) await Promise.race(this.#running)
          this.#check()
          await yieldIfPaused(ctx.db, job)
          this.#start(() => this.#readPage(page))
          after = page.page
        }
      }
      await Promise.all(this.#running)
      this.#check()
    } catch (error) {
      // A pause lets the pages that are being read come to their end; anything else makes them worthless.
      if (!(error instanceof JobPaused)) this.#stop.abort(error)
      await Promise.allSettled(this.#running)
      throw error
    }
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error
  }

  #start(task: () => Promise<void>): void {
    const running: Promise<void> = task()
      .catch((error: unknown) => {
        this.#failure ??= { error }
        this.#stop.abort(error)
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** With one child the preview comes before everything else, with more of them beside the page's own reading. */
  async #preview(page: PageToRead): Promise<void> {
    const look = async (): Promise<void> => {
      const request = { ...this.#request(page), engine: 'tesseract' as const, quick: true }
      const result = await this.#ocr.pool
        .recognise(request, this.#turn(true), { drawn: async () => true }, this.#signal)
        // A first sight that fails is none; the page's own reading says what is wrong.
        .catch((error: unknown) => {
          if (this.#signal.aborted || !isAppError(error)) throw error
          return null
        })
      const read = result && readingOf(result)
      if (read?.reading.status !== 'text') return
      const written = await this.#write(page, { ...read, reading: { ...read.reading, status: 'waiting' } }, 'untouched')
      if (written) this.#previewMs = this.#elapsed()
    }
    if (this.#ocr.pool.size > 1) this.#start(look)
    else await look()
  }

  async #readPage(page: PageToRead): Promise<void> {
    try {
      const read = await this.#read(page, this.#ocr.engine)
      await this.#write(page, read, 'waiting')
      this.#engines.set(read.reading.engine, (this.#engines.get(read.reading.engine) ?? 0) + 1)
    } catch (error) {
      if (this.#signal.aborted || !isAppError(error) || !PAGE_ERRORS.has(error.code)) throw error
      await this.#fail(page, error)
    }
    this.#pages++
  }

  async #read(page: PageToRead, engine: Ocr['engine']): Promise<Read> {
    const { ctx, of, target } = this.#work
    let same: NewReading | null = null
    const on = {
      drawn: async (pictureHash: string): Promise<boolean> => {
        same = await findSameReading(ctx.db, of.revisionId, pictureHash)
        return same === null
      },
    }
    try {
      const result = await this.#ocr.pool.recognise({ ...this.#request(page), engine }, this.#turn(false), on, this.#signal)
      this.#cpuMs += result.cpuMs
      const read = readingOf(result)
      if (read) return read
      this.#known++
      return keptReading(same!, { ...page, name: target.name, chunking: target.chunking })
    } catch (error) {
      if (engine !== 'auto' || this.#signal.aborted || !isAppError(error) || !TRY_OTHER.has(error.code)) throw error
      ctx.log.warn({ event: 'ingest.ocr.again', revisionId: of.revisionId, page: page.page, err: error }, 'page goes to the second engine')
      return await this.#read(page, 'tesseract')
    }
  }

  async #write(page: PageToRead, read: Read, taking: 'waiting' | 'untouched'): Promise<boolean> {
    const { ctx, job, of, target, replaces } = this.#work
    const checkpoint = async (tx: Parameters<Parameters<typeof write>[2]>[0]): Promise<boolean> => {
      if (!(await writeReading(tx, of, page.page, read, { taking, searchable: !replaces }))) return false
      if (!replaces && read.chunks.length > 0) await setCurrent(tx, target.documentId, of.revisionId, true)
      await publishChange(ctx, tx, target)
      return true
    }
    const written = await write(ctx, job, checkpoint, true)
    if (written && read.chunks.length > 0) this.#firstTextMs ??= this.#elapsed()
    return written
  }

  async #fail(page: PageToRead, error: AppError): Promise<void> {
    const { ctx, job, of, target } = this.#work
    const notice: Notice = { code: error.code, params: error.params }
    ctx.log.warn({ event: 'ingest.ocr.failed', revisionId: of.revisionId, page: page.page, err: error }, 'page could not be read')
    const mark = async (tx: Parameters<Parameters<typeof write>[2]>[0]): Promise<void> => {
      await failReading(tx, of.revisionId, page.page, notice)
      await publishChange(ctx, tx, target)
    }
    await write(ctx, job, mark, true)
    this.#failed.push(page.page)
  }

  #request(page: PageToRead): RecogniseRequest {
    const { ctx, target } = this.#work
    return {
      path: ctx.files.pathOf(target.fileHash),
      kind: page.kind === 'region' ? 'region' : 'page',
      page: page.page,
      name: target.name,
      chunking: target.chunking,
      openHeadings: page.openHeadings,
      layer: page.layer,
      engine: this.#ocr.engine,
      quick: false,
      provider: this.#ocr.provider,
    }
  }

  #turn(urgent: boolean): { owner: string; group: string; urgent: boolean } {
    return { owner: this.#work.target.owner, group: this.#work.of.revisionId, urgent }
  }

  #elapsed(): number {
    return Math.round(performance.now() - this.#startedMs)
  }
}
