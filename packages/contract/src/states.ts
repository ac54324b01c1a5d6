/**
 * The state of a document. Computed from rows by `library`, never set; rules and precedence in docs/architecture.md.
 */
import { z } from 'zod'

export const DOCUMENT_STATES = ['cancelled', 'needs', 'failed', 'queued', 'reading', 'indexing', 'empty', 'partial', 'ready'] as const
export const documentStateSchema = z.enum(DOCUMENT_STATES)
export type DocumentState = z.infer<typeof documentStateSchema>

/** States in which nothing more happens by itself. */
export const FINAL_STATES: readonly DocumentState[] = ['cancelled', 'needs', 'failed', 'empty', 'partial', 'ready']
export const isFinal = (state: DocumentState): boolean => FINAL_STATES.includes(state)
