/**
 * What an answer says while it is made, in this order:
 *
 *   started · sources · (citation | delta)* · [fallback · (citation | delta)*] · finished
 *
 * A citation comes before the delta that holds its mark `[n]` for the first time. The answer is all deltas together.
 */
import type { AnswerMode, Notice, Passage } from '@zhiku/contract/entities.ts'
import type { Anchor } from '@zhiku/contract/anchor.ts'
import type { DocumentId, RevisionId } from '@zhiku/contract/ids.ts'

/** A citation as the answer makes it; id and ordinals of revisions are added where it is stored or shown. */
export interface CitationDraft {
  /** counted from 1 by first use */
  mark: number
  documentId: DocumentId
  documentName: string
  revisionId: RevisionId
  page: number
  heading: string[]
  /** verbatim, at most LIMITS.quoteChars */
  quote: string
  anchor: Anchor
}

export type AskEvent =
  | { kind: 'started'; mode: AnswerMode; model: string | null }
  | { kind: 'sources'; searchedChunks: number; passages: Passage[]; stillReading: number }
  | { kind: 'citation'; citation: CitationDraft }
  | { kind: 'delta'; text: string }
  /** the model failed before its first word: the answer goes on in this mode */
  | { kind: 'fallback'; mode: AnswerMode; notice: Notice }
  /** `mode` is that of the text; `nearest`: what came nearest when nothing answered */
  | { kind: 'finished'; mode: AnswerMode; answered: boolean; notice: Notice | null; nearest: Passage[] }
