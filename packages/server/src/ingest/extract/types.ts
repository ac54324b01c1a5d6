/**
 * What a reader gives: pages of display text with blocks and, for PDF, word boxes.
 * Readers are pure: bytes in, pages out; no network, no files, no database. They run in a reader child (`../pool`).
 */
import type { Notice } from '@zhiku/contract/entities.ts'
import type { Block, PageKind, PageStatus } from '@zhiku/contract/page.ts'
import type { ErrorCode } from '@zhiku/contract/errors.ts'
import type { WordBox } from '../../library/words.ts'

export type { WordBox }

export interface ExtractedPage {
  /** from 1 */
  page: number
  /** what it is, and so the unit of its size and of `words`: points, pixels, or columns and rows from 0 */
  kind: PageKind
  /** name of the sheet, title of the slide */
  label: string | null
  status: PageStatus
  /** why a page has no text: ingest.corrupt … */
  code: ErrorCode | null
  /** size of the unrotated page or slide in points, of the upright picture in pixels; null for text and sheets */
  width: number | null
  height: number | null
  /** degrees clockwise at which the page is shown */
  rotation: number
  text: string
  /** in order, not overlapping, covering every character of `text` that is not white space */
  blocks: Block[]
  /** places of the words, of the cells of a sheet (x, y = column, row from 0; w, h = columns, rows spanned); null for text */
  words: WordBox[] | null
  engine: string
  dropped: { outside: number; invisible: number }
}

export interface ExtractInput {
  bytes: Uint8Array
  /** name of the file as uploaded; only its extension is ever used */
  name: string
  /** first page wanted, from 1: a reader that was interrupted goes on there */
  fromPage: number
  /** sign of life; readers call it at least once per page or per some thousand elements */
  progress: () => void
}

export interface Extraction {
  mediaType: string
  /** reader and version of the library under it, as shown to people and stored with each page */
  engine: string
  /** null when it is only known at the end */
  pagesTotal: number | null
  pages: Iterable<ExtractedPage> | AsyncIterable<ExtractedPage>
  /** Containers (mail, archive): hands the files inside over, one after the other. Called once, before `pages` is walked. */
  inner?: (give: GiveInner) => Promise<InnerOutcome>
}

/** A file inside a file. */
export interface InnerFile {
  name: string
  /** folder within the container, "" at its top */
  path: string
  /** @throws AppError ingest.* where it cannot be read (further) */
  bytes: AsyncIterable<Uint8Array>
}

/** What became of it: null when it was taken. `stop`: nothing more will be. */
export type InnerVerdict = { notice: Notice; stop: boolean } | null

/** Resolves when the file was taken or refused; throws what reading its bytes threw. */
export type GiveInner = (file: InnerFile) => Promise<InnerVerdict>

export interface InnerOutcome {
  /** why not all of them were taken */
  notice: Notice | null
  /** all were looked at, so what is not among them is not in the container */
  complete: boolean
}

/**
 * Opens a file. Text documents are read whole, PDF page by page while `pages` is walked.
 * @throws AppError ingest.* when the file as a whole cannot be read; a single bad page is a page with status `failed`
 */
export type Extractor = (input: ExtractInput) => Promise<Extraction>
