import type { Passage } from '@zhiku/contract/entities.ts'
import type { ChunkHit } from '../search/lexical.ts'

/** A found chunk as the API shows it. */
export const toPassage = (hit: ChunkHit): Passage => ({
  document: { id: hit.documentId, name: hit.documentName },
  revisionId: hit.revisionId,
  page: hit.page,
  heading: hit.heading,
  text: hit.text,
  score: hit.score,
  anchor: hit.anchor,
})
