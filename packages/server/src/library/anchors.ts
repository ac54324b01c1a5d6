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
  /** of the text; only a page that was read again has another than the first */
  version?: number
}

/** Pure: the anchor of the span [start, end) of a page's display text. */
export function anchorOf(of: AnchorPage, start: number, end: number): Anchor {
  const quote: [number, number] = [start, end]
  const { page } = of
  const words = of.words ?? []
  const version = of.version !== undefined && of.version > 1 ? { version: of.version } : {}
  switch (of.kind) {
    case 'text':
      return { v: 1, kind: 'text', page, start, end, quote }
    case 'page':
      return { v: 1, kind: 'page', page, ...version, boxes: boxesOfSpan(words, start, end), quote }
    case 'region':
      return { v: 1, kind: 'region', page, ...version, boxes: boxesOfSpan(words, start, end), quote }
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

/** Version of the page's text that an anchor's offsets count in. */
export const versionOf = (anchor: Anchor): number => ('version' in anchor && anchor.version) || 1

/**
 * Anchor of the span [start, end) of a page's display text.
 * @throws page.not_found when the page or that version of it is gone (its document was deleted meanwhile)
 */
export async function anchorOfSpan(
  db: Sql,
  span: { revisionId: RevisionId; page: number; start: number; end: number; version: number },
): Promise<Anchor> {
  const { rows } = await db.query<{ kind: PageKind; label: string | null; words: Uint8Array | null }>(
    `select p.kind, p.label, case when p.version = $3 then p.words else v.words end as words
     from page p left join page_version v on v.revision_id = p.revision_id and v.ord = p.ord and v.version = $3
     where p.revision_id = $1 and p.ord = $2 and (p.version = $3 or v.version is not null)`,
    [span.revisionId, span.page, span.version],
  )
  const row = rows[0]
  if (!row) throw fail('page.not_found')
  const words = row.words && unpackWords(row.words)
  return anchorOf({ ...row, page: span.page, version: span.version, words }, span.start, span.end)
}
