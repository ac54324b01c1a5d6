/** A person has one page read again with an engine of their choice, or takes an earlier text of it back. */
import type { RevisionId } from '@zhiku/contract/ids.ts'
import type { OcrEngineId, PageReading } from '@zhiku/contract/page.ts'
import { fail } from '../../base/fail.ts'
import type { Tx } from '../../db/db.ts'
import { getDocument, getRevision } from '../../library/documents.ts'
import { getPageText } from '../../library/pages.ts'
import { getPageToRead, getReading, takeBack } from '../../library/readings.ts'
import { type IngestTarget, findIngestTarget, setCurrent } from '../../library/revisions.ts'
import { type Generation, replacePageChunks } from '../../search/index.ts'
import { chunkPage } from '../chunk/chunk.ts'
import { type IngestContext, publishChange } from '../context.ts'
import { anchored } from '../pool/anchored.ts'
import type { Ocr } from './ocr.ts'
import { chunksOf, readingOf, writeReading } from './write.ts'

export interface Compared {
  before: PageReading
  after: PageReading
}

interface Place {
  owner: string
  revisionId: RevisionId
  page: number
}

/**
 * Reads a page again; the new reading becomes its text, the one before is kept as a version.
 * @throws revision.not_found, page.not_found, page.not_a_picture, ingest.* when the engine cannot read it
 */
export async function readAgain(ctx: IngestContext, ocr: Ocr, at: Place, engine: OcrEngineId, signal: AbortSignal): Promise<Compared> {
  const target = await targetOf(ctx, at)
  const page = await getPageToRead(ctx.db, at.revisionId, at.page)
  if (page.kind !== 'page' && page.kind !== 'region') throw fail('page.not_a_picture')
  const before = await getReading(ctx.db, at.revisionId, at.page)
  const request = {
    path: ctx.files.pathOf(target.fileHash),
    kind: page.kind,
    page: page.page,
    name: target.name,
    chunking: target.chunking,
    openHeadings: page.openHeadings,
    layer: null,
    engine,
    quick: false,
    provider: ocr.provider,
  }
  const turn = { owner: at.owner, group: at.revisionId, urgent: true }
  const result = await ocr.pool.recognise(request, turn, { drawn: async () => true }, signal)
  await change(ctx, at, target, async (tx, { of, chunks }) => {
    const read = readingOf(result)!
    const written = await writeReading(tx, of, at.page, chunks === 'none' ? { ...read, chunks: [] } : read, {
      taking: 'any',
      searchable: chunks === 'searchable',
    })
    if (!written) throw fail('page.not_found')
  })
  return { before, after: await getReading(ctx.db, at.revisionId, at.page) }
}

/** The way back. @throws revision.not_found, page.not_found, page.version_not_found */
export async function takeTextBack(ctx: IngestContext, at: Place, version: number): Promise<Compared> {
  const target = await targetOf(ctx, at)
  const { openHeadings } = await getPageToRead(ctx.db, at.revisionId, at.page)
  const before = await getReading(ctx.db, at.revisionId, at.page)
  await change(ctx, at, target, async (tx, { of, chunks: goal }) => {
    await takeBack(tx, at.revisionId, at.page, version)
    if (goal === 'none') return
    const kept = (await getPageText(tx, at.revisionId, at.page))!
    const chunks = anchored({ ...kept, page: at.page }, chunkPage(kept, openHeadings, target.chunking).chunks, target.name)
    await replacePageChunks(tx, of, at.page, chunksOf(chunks, at.page, kept.version), goal === 'searchable')
  })
  return { before, after: await getReading(ctx.db, at.revisionId, at.page) }
}

async function targetOf(ctx: IngestContext, { owner, revisionId }: Place): Promise<IngestTarget> {
  await getRevision(ctx.db, owner, revisionId)
  const target = await findIngestTarget(ctx.db, revisionId)
  if (!target) throw fail('revision.not_found')
  return target
}

/** Where the chunks of the changed page go. */
interface Goal {
  of: Generation
  /** `none`: search no longer answers from this revision */
  chunks: 'searchable' | 'beside' | 'none'
}

/** Changes a page and its chunks in one transaction. */
async function change(ctx: IngestContext, at: Place, target: IngestTarget, work: (tx: Tx, goal: Goal) => Promise<void>): Promise<void> {
  const { documentId, collectionId, revisionId } = target
  await ctx.db.transaction(async (tx) => {
    const document = await getDocument(tx, at.owner, documentId)
    const isCurrent = document.currentRevisionId === revisionId || document.currentRevisionId === null
    const chunks = isCurrent ? 'searchable' : document.revision.id === revisionId ? 'beside' : 'none'
    await work(tx, { of: { documentId, collectionId, revisionId, generation: target.pipeline }, chunks })
    // No page of it had any text until now.
    if (isCurrent) await setCurrent(tx, documentId, revisionId, true)
    await publishChange(ctx, tx, target)
  })
}
