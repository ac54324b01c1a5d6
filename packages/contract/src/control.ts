/** What a person sees of the reading of documents and steers in it: the queue, bulk actions, coverage of a document. */
import { z } from 'zod'
import { idSchema } from './ids.ts'

/** Jobs that wait and run, and what a person has paused. Pausing stops reading alone: deleting and answering go on. */
export const queueSchema = z
  .object({
    waiting: z.int(),
    running: z.int(),
    /** of `waiting`: held back by a pause */
    held: z.int(),
    /** everything is paused */
    paused: z.boolean(),
    /** collections that are paused by themselves */
    pausedCollections: z.array(idSchema('collection')),
  })
  .meta({ id: 'Queue' })
export type Queue = z.infer<typeof queueSchema>

/** Which documents an action on many is for: those named, or those of a collection, or all. */
export const documentSelectionSchema = z.strictObject({
  ids: z.array(idSchema('document')).min(1).max(500).optional(),
  collection: idSchema('collection').optional(),
})
export type DocumentSelection = z.infer<typeof documentSelectionSchema>

/** States that can be tried again together. */
export const RETRYABLE_STATES = ['failed', 'partial', 'cancelled', 'needs', 'empty'] as const
export const retryableStateSchema = z.enum(RETRYABLE_STATES)

/** `changed` counts the documents that the action was right for; the others stayed as they were. */
export const bulkResultSchema = z.object({ changed: z.int(), documents: z.array(idSchema('document')) }).meta({ id: 'BulkResult' })
export type BulkResult = z.infer<typeof bulkResultSchema>

/**
 * What has become of a page: text of the file itself, text read by OCR, OCR text below the bar, nothing on it, nothing
 * that is text, still to be read by OCR, damaged, not looked at yet.
 */
export const COVERAGE_KINDS = ['text', 'ocr', 'unsure', 'blank', 'no_text', 'waiting', 'failed', 'unread'] as const
export const coverageKindSchema = z.enum(COVERAGE_KINDS)
export type CoverageKind = z.infer<typeof coverageKindSchema>

/** A run of pages of one kind, both ends included; the runs of a document are in order and without gaps. */
export const coverageRunSchema = z
  .object({ from: z.int().min(1), to: z.int().min(1), kind: coverageKindSchema, code: z.string().nullable() })
  .meta({ id: 'CoverageRun' })
export type CoverageRun = z.infer<typeof coverageRunSchema>
