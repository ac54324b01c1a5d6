/** A page gets the text that OCR read: its row and its chunks in one transaction of the caller. */
import { unpackWords } from '../../library/words.ts'
import type { NewReading, Taking } from '../../library/readings.ts'
import { putReading } from '../../library/readings.ts'
import type { PageKind } from '@zhiku/contract/page.ts'
import type { ChunkSettings } from '@zhiku/contract/entities.ts'
import type { Tx } from '../../db/db.ts'
import { type Generation, replacePageChunks } from '../../search/index.ts'
import { chunkPage } from '../chunk/chunk.ts'
import { anchored } from '../pool/anchored.ts'
import type { ReadChunk, RecogniseResult } from '../pool/protocol.ts'

export interface Read {
  reading: NewReading
  chunks: ReadChunk[]
}

/** What a child made of a page; null when it was told that the picture is known. */
export const readingOf = ({ page, pictureHash }: RecogniseResult): Read | null =>
  page && { reading: { ...page, code: null, codeParams: {}, pictureHash }, chunks: page.chunks }

/** A text that is kept already, with chunks as this document needs them. */
export function keptReading(
  reading: NewReading,
  of: { page: number; kind: PageKind; openHeadings: readonly string[]; name: string; chunking: ChunkSettings },
): Read {
  const words = reading.words && unpackWords(reading.words)
  const { chunks } = chunkPage(reading, of.openHeadings, of.chunking)
  return { reading, chunks: anchored({ page: of.page, kind: of.kind, label: null, words }, chunks, of.name) }
}

/** False when the page is gone or does not take the text; then nothing was written. */
export async function writeReading(
  tx: Tx,
  of: Generation,
  page: number,
  read: Read,
  options: { taking: Taking; searchable: boolean },
): Promise<boolean> {
  const version = await putReading(tx, of.revisionId, page, read.reading, options.taking)
  if (version === null) return false
  await replacePageChunks(tx, of, page, chunksOf(read.chunks, page, version), options.searchable)
  return true
}

/** Chunks of a page, their anchors naming the version of the text that they count in. */
export const chunksOf = (chunks: readonly ReadChunk[], page: number, version: number) =>
  chunks.map((chunk) => ({
    ...chunk,
    page,
    anchor: version > 1 && (chunk.anchor.kind === 'page' || chunk.anchor.kind === 'region') ? { ...chunk.anchor, version } : chunk.anchor,
  }))
