import { type AnchorPage, anchorOf } from '../../library/anchors.ts'
import { encodeForIndex } from '../../search/tokens.ts'
import type { Chunk } from '../chunk/chunk.ts'
import type { ReadChunk } from './protocol.ts'

/** Chunks as they are stored: with their place on the page and their tokens. @param title  name of the document */
export const anchored = (page: AnchorPage, chunks: readonly Chunk[], title: string): ReadChunk[] =>
  chunks.map((chunk) => ({
    ...chunk,
    anchor: anchorOf(page, chunk.start, chunk.end),
    tokens: encodeForIndex({ title, heading: chunk.heading, text: chunk.text }),
  }))
