/** A place in a document that the source panel can show: made from a citation, a passage, or a link. */
import type { Anchor, Box } from '@zhiku/contract/anchor.ts'
import { type CellRange, parseRange } from '@zhiku/contract/cells.ts'
import type { Citation, Passage } from '@zhiku/contract/entities.ts'

export interface SourceTarget {
  /** identity among the places that can be stepped through */
  key: string
  /** number of the citation in its answer; null for a passage or a whole document */
  mark: number | null
  document: { id: string; name: string }
  revisionId: string
  page: number
  heading: readonly string[]
  quote: string
  anchor: Anchor | null
  /** of the revision, where it is known before a page is read; null else */
  mediaType: string | null
  /** the document was deleted */
  removed: boolean
  /** ordinals of the shown and of the newest revision; 0 where not known */
  revisionOrd: number
  newestRevisionOrd: number
}

export const targetOfCitation = (citation: Citation): SourceTarget => ({
  key: citation.id,
  mark: citation.mark,
  document: citation.document,
  revisionId: citation.revisionId,
  page: citation.page,
  heading: citation.heading,
  quote: citation.quote,
  anchor: citation.anchor,
  mediaType: null,
  removed: citation.removed,
  revisionOrd: citation.revisionOrd,
  newestRevisionOrd: citation.newestRevisionOrd,
})

/** @param key  unique among the places shown together */
export const targetOfPassage = (passage: Passage, key: string): SourceTarget => ({
  key,
  mark: null,
  document: passage.document,
  revisionId: passage.revisionId,
  page: passage.page,
  heading: passage.heading,
  quote: passage.text,
  anchor: passage.anchor,
  mediaType: null,
  removed: false,
  revisionOrd: 0,
  newestRevisionOrd: 0,
})

/** A whole document, opened at a page. */
export const targetOfDocument = (
  document: { id: string; name: string },
  revision: { id: string; ord: number; mediaType: string },
  newestOrd: number,
  page: number,
): SourceTarget => ({
  key: `${revision.id}/${page}`,
  mark: null,
  document,
  revisionId: revision.id,
  page,
  heading: [],
  quote: '',
  anchor: null,
  mediaType: revision.mediaType,
  removed: false,
  revisionOrd: revision.ord,
  newestRevisionOrd: newestOrd,
})

/** What is highlighted on one page of a revision. */
export interface PageMark {
  key: string
  page: number
  /** the one to bring into view */
  active: boolean
  /** active, and a citation: drawn strongest. A whole passage is too long for that. */
  strong: boolean
  /** where a page is drawn: in the unit of its kind, origin top left */
  boxes: readonly Box[]
  /** on a sheet */
  cells: CellRange | null
  /** [start, end) of the page's display text */
  span: readonly [number, number]
  /** the text of the page in which `span` counts; null where a page has one text only */
  version: number | null
}

/** The highlights of all places that lie in one revision. */
export function marksOf(targets: readonly SourceTarget[], revisionId: string, activeKey: string | null): PageMark[] {
  return targets.flatMap((target) => {
    const { anchor } = target
    if (!anchor || target.revisionId !== revisionId) return []
    const active = target.key === activeKey
    return [
      {
        key: target.key,
        page: anchor.page,
        active,
        strong: active && target.mark !== null,
        boxes: 'boxes' in anchor ? anchor.boxes : [],
        cells: anchor.kind === 'cells' ? parseRange(anchor.range) : null,
        span: anchor.kind === 'text' ? ([anchor.start, anchor.end] as const) : anchor.quote,
        version: anchor.kind === 'page' || anchor.kind === 'region' ? (anchor.version ?? 1) : null,
      },
    ]
  })
}

/** The marks whose words stand where they say in this text of the page. */
export const marksInText = (marks: readonly PageMark[], page: { page: number; version: number }): PageMark[] =>
  marks.filter((mark) => mark.page === page.page && (mark.version === null || mark.version === page.version))
