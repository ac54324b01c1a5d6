/** Messages between the server and a reader child. Structured clone; nothing but data. */
import type { Anchor } from '@zhiku/contract/anchor.ts'
import type { ChunkSettings } from '@zhiku/contract/entities.ts'
import type { ErrorCode, ErrorParams } from '@zhiku/contract/errors.ts'
import type { ExtractedPage } from '../extract/types.ts'

export interface ReadRequest {
  /** file to read; must lie in one of the pool's readPaths */
  path: string
  /** name as uploaded: its extension helps to tell the format, and it is searched as the title */
  name: string
  chunking: ChunkSettings
  /** first page wanted, from 1 */
  fromPage: number
  /** headings open at the end of the page before; see chunkPage */
  openHeadings: string[]
}

export interface ReadChunk {
  ord: number
  heading: string[]
  text: string
  start: number
  end: number
  anchor: Anchor
  /** encodeForIndex of title, heading and text */
  tokens: string
}

export interface ReadPage extends Omit<ExtractedPage, 'words'> {
  /** packed word boxes (library/words.ts), null for text documents */
  words: Uint8Array | null
  /** see contract/page.ts; null, false and none unless read by OCR */
  confidence: number | null
  unsure: boolean
  doubts: [number, number][]
  /** headings open at the end of the page; see chunkPage */
  heading: string[]
  chunks: ReadChunk[]
}

export interface ReadResult {
  pagesTotal: number
  mediaType: string
  engine: string
  /** PIPELINE_VERSION of the child */
  version: string
  /** processor time of this file in the child, user and system */
  cpuMs: number
  /** resident memory of the child after this file */
  rssMiB: number
}

export type ToChild = { type: 'read'; request: ReadRequest } | { type: 'ack' }

export type FromChild =
  | { type: 'opened'; pagesTotal: number | null; mediaType: string }
  | { type: 'pages'; batch: ReadPage[] }
  /** sign of life; never sent by a timer, so that a stuck reader falls silent */
  | { type: 'progress'; rssMiB: number }
  | { type: 'done'; result: ReadResult }
  | { type: 'failed'; code: ErrorCode; params: ErrorParams; fatal: boolean }
