/** What a reader child does with one file: extract, chunk, anchor, encode. Pages leave in batches. */
import { readFileSync } from 'node:fs'
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import { type NewPage, packPages } from '../../library/pages.ts'
import { packWords } from '../../library/words.ts'
import { type NewChunk, packChunks } from '../../search/index.ts'
import { chunkPage } from '../chunk/chunk.ts'
import { openFile } from '../extract/registry.ts'
import type { ExtractedPage, GiveInner } from '../extract/types.ts'
import { anchored } from './anchored.ts'
import type { ReadBatch, ReadRequest, ReadResult } from './protocol.ts'
import { usedSince } from './used.ts'
import { PIPELINE_VERSION } from './version.ts'

export interface Sink {
  opened(info: { pagesTotal: number | null; mediaType: string }): Promise<void>
  /** resolves when the next batch may be sent */
  pages(batch: ReadBatch): Promise<void>
  inner: GiveInner
  progress(): void
}

/** A slow document shows its pages at least this often. */
const BATCH_MS = 300

/** @throws AppError ingest.* */
export async function readFile(request: ReadRequest, sink: Sink): Promise<ReadResult> {
  const cpu = process.cpuUsage()
  const extraction = await openFile({
    bytes: load(request.path),
    name: request.name,
    fromPage: request.fromPage,
    progress: () => sink.progress(),
  })
  await sink.opened({ pagesTotal: extraction.pagesTotal, mediaType: extraction.mediaType })
  const inner = (await extraction.inner?.((file) => sink.inner(file))) ?? null
  let openHeadings = request.openHeadings
  let batch: Finished[] = []
  let chunks = 0
  let chars = 0
  let pages = request.fromPage - 1
  let sentMs = performance.now()
  /** the batch on its way: the next one is made while the server writes this one */
  let writing: Promise<void> = Promise.resolve()
  const send = async (): Promise<void> => {
    const packed = pack(batch)
    await writing
    writing = sink.pages(packed)
    // Awaited before the next batch or at the end; until then a refusal must not count as unhandled.
    writing.catch(() => {})
    batch = []
    chunks = 0
    sentMs = performance.now()
  }
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await send()
    await writing
  }
  try {
    for await (const page of extraction.pages) {
      sink.progress()
      chars += page.text.length
      if (page.page > LIMITS.documentPages)
        throw fail('ingest.page_limit', { pages: extraction.pagesTotal ?? page.page, limit: LIMITS.documentPages })
      if (page.text.length > LIMITS.pageChars) throw fail('ingest.output_limit', { limit: `${LIMITS.pageChars} characters on a page` })
      if (chars > LIMITS.documentChars) throw fail('ingest.output_limit', { limit: `${LIMITS.documentChars} characters` })
      const read = finish(page, openHeadings, request)
      openHeadings = read.page.heading
      pages = page.page
      if (batch.length > 0 && chunks + read.chunks.length > LIMITS.chunksPerTransaction) await send()
      batch.push(read)
      chunks += read.chunks.length
      if (chunks >= LIMITS.chunksPerTransaction || performance.now() - sentMs > BATCH_MS) await send()
    }
  } catch (error) {
    // What was read until then stays.
    await flush()
    throw error
  }
  await flush()
  return {
    pagesTotal: pages,
    mediaType: extraction.mediaType,
    engine: extraction.engine,
    version: PIPELINE_VERSION,
    inner,
    ...usedSince(cpu),
  }
}

interface Finished {
  page: NewPage
  chunks: NewChunk[]
}

const pack = (batch: readonly Finished[]): ReadBatch => ({
  pages: packPages(batch.map(({ page }) => page)),
  chunks: packChunks(batch.flatMap(({ chunks }) => chunks)),
  count: batch.length,
  last: batch.at(-1)!.page.page,
  chars: batch.reduce((sum, { page }) => sum + page.text.length, 0),
})

/** @throws ingest.file_missing */
export function load(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw fail('ingest.file_missing', {}, error)
  }
}

function finish(page: ExtractedPage, openHeadings: string[], request: ReadRequest): Finished {
  const made = chunkPage(page, openHeadings, request.chunking)
  return {
    page: {
      ...page,
      confidence: null,
      unsure: false,
      doubts: [],
      words: page.words && packWords(page.words),
      heading: made.openHeadings,
    },
    chunks: anchored(page, made.chunks, request.name).map((chunk) => ({ ...chunk, page: page.page })),
  }
}
