/**
 * Server-sent events. Every event has a number (`id:`); a client that reconnects sends the last one it saw as
 * `Last-Event-ID` and gets what came after it.
 */
import { z } from 'zod'
import { answerModeSchema, citationSchema, noticeSchema, passageSchema, runSchema } from './entities.ts'

/** Events of one run. The stream ends after `done`. The answer is the concatenation of all `delta.text`. */
export const runEventSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('started'), mode: answerModeSchema, model: z.string().nullable() }),
    /** what the answer will be made from */
    z.object({ kind: z.literal('sources'), searchedChunks: z.int(), passages: z.array(passageSchema), stillReading: z.int() }),
    /** always sent before the delta that contains its mark `[n]` for the first time */
    z.object({ kind: z.literal('citation'), citation: citationSchema }),
    z.object({ kind: z.literal('delta'), text: z.string() }),
    /** the model failed before its first word: the answer goes on in this mode */
    z.object({ kind: z.literal('fallback'), mode: answerModeSchema, notice: noticeSchema }),
    z.object({ kind: z.literal('done'), run: runSchema }),
  ])
  .meta({ id: 'RunEvent' })
export type RunEvent = z.infer<typeof runEventSchema>

/** Events of the library: something about this document changed, read it again. */
export const libraryEventSchema = z
  .object({ kind: z.enum(['document.changed', 'document.removed']), documentId: z.string(), collectionId: z.string() })
  .meta({ id: 'LibraryEvent' })
export type LibraryEvent = z.infer<typeof libraryEventSchema>
