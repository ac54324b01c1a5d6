import type { Db } from '../db/db.ts'
import { isAppError } from '../base/fail.ts'
import { anchorOfSpan, versionOf } from '../library/anchors.ts'
import type { ChunkHit } from '../search/lexical.ts'
import type { CitationDraft } from './events.ts'

/** A citation of the span [start, end) of a passage's text. */
export async function cite(db: Db, mark: number, hit: ChunkHit, span: { start: number; end: number }): Promise<CitationDraft> {
  const place = {
    revisionId: hit.revisionId,
    page: hit.page,
    version: versionOf(hit.anchor),
    start: hit.start + span.start,
    end: hit.start + span.end,
  }
  const anchor = await anchorOfSpan(db, place).catch((error: unknown) => {
    // The document was deleted meanwhile: whoever stores or shows the citation finds that out and says so.
    if (isAppError(error, 'page.not_found')) return hit.anchor
    throw error
  })
  return {
    mark,
    documentId: hit.documentId,
    documentName: hit.documentName,
    revisionId: hit.revisionId,
    page: hit.page,
    heading: hit.heading,
    quote: hit.text.slice(span.start, span.end),
    anchor,
  }
}
