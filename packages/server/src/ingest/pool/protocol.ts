/** Messages between the server and a child. Structured clone; nothing but data. */
import type { Anchor } from '@zhiku/contract/anchor.ts'
import type { ChunkSettings } from '@zhiku/contract/entities.ts'
import type { ErrorCode, ErrorParams } from '@zhiku/contract/errors.ts'
import type { Block, PageKind, PageStatus } from '@zhiku/contract/page.ts'
import type { PackedPages } from '../../library/pages.ts'
import type { ExecutionProvider, OcrEngineName } from '../../models/ocr/types.ts'
import type { PackedChunks } from '../../search/index.ts'
import type { InnerOutcome, InnerVerdict } from '../extract/types.ts'

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

/** Some pages of a file with their chunks, packed for the store by the child; the server needs no more of them than this. */
export interface ReadBatch {
  pages: PackedPages
  chunks: PackedChunks
  count: number
  /** number of the last page */
  last: number
  /** characters of text */
  chars: number
}

/** What a task has cost. */
export interface Used {
  /** processor time in the child, user and system */
  cpuMs: number
  /** resident memory of the child after the task */
  rssMiB: number
}

export interface ReadResult extends Used {
  pagesTotal: number
  mediaType: string
  engine: string
  /** PIPELINE_VERSION of the child */
  version: string
  /** containers: what became of the files inside; null for everything else */
  inner: InnerOutcome | null
}

/** A page that has to be drawn: of a PDF, or of a picture file. */
export interface PicturePage {
  path: string
  kind: Extract<PageKind, 'page' | 'region'>
  /** from 1 */
  page: number
}

export interface RecogniseRequest extends PicturePage {
  /** name of the document, which is searched as the title */
  name: string
  chunking: ChunkSettings
  /** headings open where the page begins */
  openHeadings: string[]
  /** what the text layer of the page tells, where that is only a part of it */
  layer: { text: string; blocks: Block[]; words: Uint8Array | null } | null
  /** auto: PP-OCR, and Tesseract where that fails or is unsure */
  engine: OcrEngineName | 'auto'
  /** a first sight of the top of the page */
  quick: boolean
  provider: ExecutionProvider
}

/** What OCR made of a page. */
export interface RecognisedPage {
  status: PageStatus
  /** of a picture, in pixels; null for a PDF page, whose size is known */
  frame: { width: number; height: number; rotation: number } | null
  text: string
  blocks: Block[]
  /** packed */
  words: Uint8Array
  engine: string
  confidence: number | null
  unsure: boolean
  doubts: [number, number][]
  chunks: ReadChunk[]
}

export interface RecogniseResult extends Used {
  pictureHash: string
  /** null when the server said that it has this picture's text already */
  page: RecognisedPage | null
  /** execution provider in use; null when no engine with one ran */
  provider: string | null
  ms: { draw: number; read: number }
}

export interface DrawRequest extends PicturePage {
  /** longest side in pixels at most */
  side: number
}

export interface DrawResult extends Used {
  mediaType: string
  bytes: Uint8Array
}

/** Everything a child does, by name: what goes in, what comes out. */
export interface Tasks {
  read: { request: ReadRequest; result: ReadResult }
  recognise: { request: RecogniseRequest; result: RecogniseResult }
  draw: { request: DrawRequest; result: DrawResult }
}
export type TaskName = keyof Tasks
export type Task = { [N in TaskName]: { type: N; request: Tasks[N]['request'] } }[TaskName]
export type TaskResult = Tasks[TaskName]['result']

export interface Ack {
  type: 'ack'
  goOn: boolean
  /** what became of a file inside the file, see inner.ts */
  verdict?: InnerVerdict
}
export type ToChild = Task | Ack

export type FromChild =
  | { type: 'opened'; pagesTotal: number | null; mediaType: string }
  | { type: 'pages'; batch: ReadBatch }
  | { type: 'inner'; name: string; path: string }
  | { type: 'inner-part'; bytes: Uint8Array }
  | { type: 'inner-end'; cut: boolean }
  /** the picture that is about to be read; the answer says whether it need be */
  | { type: 'drawn'; pictureHash: string }
  /** sign of life; never sent by a timer, so that a stuck reader falls silent */
  | { type: 'progress'; rssMiB: number }
  | { type: 'done'; result: TaskResult }
  | { type: 'failed'; code: ErrorCode; params: ErrorParams; fatal: boolean }
