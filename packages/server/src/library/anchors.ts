/** Anchors of any span of a page, made from what the page keeps. */
import type { Anchor } from '@zhiku/contract/anchor.ts'
import { rangeName } from '@zhiku/contract/cells.ts'
import type { RevisionId } from '@zhiku/contract/ids.ts'
import type { PageKind } from '@zhiku/contract/page.ts'
import type { Sql } from '../db/db.ts'
import { fail } from '../base/fail.ts'
import { type WordBox, boxesOfSpan, unpackWords } from './words.ts'

/** What an anchor needs to know of its page. */
export interface AnchorPage {
  page: number
  kind: PageKind
  /** name of the sheet */
  label: string | null
  words: readonly WordBox[] | null
}

/** Pure: the anchor of the span [start, end) of a page's display text. */
export function anchorOf(of: AnchorPage, start: number, end: number): Anchor {
  const quote: [number, number] = [start, end]
  const { page } = of
  const words = of.words ?? []
  switch (of.kind) {
    case 'text':
      return { v: 1, kind: 'text', page, start, end, quote }
    case 'page':
      return { v: 1, kind: 'page', page, boxes: boxesOfSpan(words, start, end), quote }
    case 'region':
      return { v: 1, kind: 'region', page, boxes: boxesOfSpan(words, start, end), quote }
    case 'slide':
      return { v: 1, kind: 'slide', page, slide: page, boxes: boxesOfSpan(words, start, end), quote }
    case 'cells':
      return { v: 1, kind: 'cells', page, sheet: of.label ?? '', range: rangeOf(words, start, end), quote }
  }
}

/** Smallest range in A1 notation that holds every cell of the span; "A1" for a span without cells. */
function rangeOf(cells: readonly WordBox[], start: number, end: number): string {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0]
  for (const { start: from, end: to, x, y, w, h } of cells) {
    if (to <= start || from >= end) continue
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x + w - 1)
    bottom = Math.max(bottom, y + h - 1)
  }
  if (left === Infinity) return 'A1'
  return rangeName({ left, top, right, bottom })
}

/**
 * Anchor of the span [start, end) of a page's display text.
 * @throws page.not_found when the page is gone (its document was deleted meanwhile)
 */
export async function anchorOfSpan(db: Sql, span: { revisionId: RevisionId; page: number; start: number; end: number }): Promise<Anchor> {
  const { rows } = await db.query<{ kind: PageKind; label: string | null; words: Uint8Array | null }>(
    'select kind, label, words from page where revision_id = $1 and ord = $2',
    [span.revisionId, span.page],
  )
  const row = rows[0]
  if (!row) throw fail('page.not_found')
  return anchorOf({ ...row, page: span.page, words: row.words && unpackWords(row.words) }, span.start, span.end)
}
