/** What every reader of a text document gives in the end: its blocks, cut into pages. */
import type { DraftBlock } from './draft.ts'
import { cutIntoPages } from './pages.ts'
import type { Extraction, ExtractInput } from './types.ts'

export interface TextDocument {
  mediaType: string
  /** reader and its version */
  engine: string
  blocks: Iterable<DraftBlock>
  /** characters of hidden text that were left out */
  invisible?: number
}

/** @throws ingest.output_limit, ingest.page_limit */
export function textDocument({ mediaType, engine, blocks, invisible = 0 }: TextDocument, { fromPage }: ExtractInput): Extraction {
  const pages = cutIntoPages(blocks, engine)
  if (pages[0]) pages[0].dropped.invisible = invisible
  return { mediaType, engine, pagesTotal: pages.length, pages: pages.slice(fromPage - 1) }
}
