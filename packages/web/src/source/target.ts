/** A place in a document that the source panel can show: made from a citation, a passage, or a link. */
import type { Anchor, Box } from '@zhiku/contract/anchor.ts'
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
  removed: false,
  revisionOrd: 0,
  newestRevisionOrd: 0,
})

/** A whole document, opened at a page. */
export const targetOfDocument = (
  document: { id: string; name: string },
  revision: { id: string; ord: number },
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
  /** PDF: points of the unrotated page, origin top left */
  boxes: readonly Box[]
  /** [start, end) of the page's display text */
  span: readonly [number, number]
}

/** The highlights of all places that lie in one revision. */
export function marksOf(targets: readonly SourceTarget[], revisionId: string, activeKey: string | null): PageMark[] {
  return targets.flatMap((target) => {
    const { anchor } = target
    if (!anchor || target.revisionId !== revisionId) return []
    const span: [number, number] = anchor.kind === 'text' ? [anchor.start, anchor.end] : [anchor.quote[0], anchor.quote[1]]
    return [
      {
        key: target.key,
        page: anchor.page,
        active: target.key === activeKey,
        strong: target.key === activeKey && target.mark !== null,
        boxes: anchor.kind === 'page' ? anchor.boxes : [],
        span,
      },
    ]
  })
}
