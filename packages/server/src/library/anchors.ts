/** Anchors of any span of a page, made from what the page keeps. */
import type { Anchor } from '@zhiku/contract/anchor.ts'
import type { RevisionId } from '@zhiku/contract/ids.ts'
import type { Sql } from '../db/db.ts'
import { fail } from '../base/fail.ts'
import { type WordBox, boxesOfSpan, unpackWords } from './words.ts'

/** Pure: with words (a PDF page) the anchor has boxes, without it is a span of text. */
export function anchorOf(page: number, words: readonly WordBox[] | null, start: number, end: number): Anchor {
  if (words) return { v: 1, kind: 'page', page, boxes: boxesOfSpan(words, start, end), quote: [start, end] }
  return { v: 1, kind: 'text', page, start, end, quote: [start, end] }
}

/**
 * Anchor of the span [start, end) of a page's display text.
 * @throws page.not_found when the page is gone (its document was deleted meanwhile)
 */
export async function anchorOfSpan(db: Sql, span: { revisionId: RevisionId; page: number; start: number; end: number }): Promise<Anchor> {
  const { rows } = await db.query<{ words: Uint8Array | null }>('select words from page where revision_id = $1 and ord = $2', [
    span.revisionId,
    span.page,
  ])
  const row = rows[0]
  if (!row) throw fail('page.not_found')
  return anchorOf(span.page, row.words ? unpackWords(row.words) : null, span.start, span.end)
}
