/**
 * Page: the addressable unit of a revision. A PDF page is one page; a text document (DOCX, Markdown, HTML, plain text)
 * is cut at block borders into parts of bounded length, and each part is one page.
 *
 * `text` is display text: what the file says, in reading order. Every offset in the system (blocks, chunks, anchors,
 * quotes) is a UTF-16 offset into it.
 */
import { z } from 'zod'
import { boxSchema } from './anchor.ts'

/** A block covers [start, end) of the page's text; blocks are in order and do not overlap. */
export const blockSchema = z
  .object({
    kind: z.enum(['heading', 'paragraph', 'list-item', 'table', 'code', 'quote', 'note', 'caption']),
    start: z.int(),
    end: z.int(),
    /** heading: 1-6; list-item: nesting depth from 0 */
    level: z.int().optional(),
    /** list-item: the mark as the document shows it, "1." or "•"; not part of the text */
    marker: z.string().optional(),
    /** code: language as the document names it */
    language: z.string().optional(),
    /** table: rows of cells, each [start, end) of the page's text; the first `headerRows` rows are headers */
    rows: z.array(z.array(z.tuple([z.int(), z.int()]))).optional(),
    headerRows: z.int().optional(),
    /** PDF: outline of the block in points, origin top left */
    box: boxSchema.optional(),
  })
  .meta({ id: 'Block' })
export type Block = z.infer<typeof blockSchema>

/**
 * `text`: has readable text · `blank`: known to have none · `no_text`: something is drawn but there is no text layer
 * (needs OCR) · `failed`: could not be read, `code` says why.
 */
export const pageStatusSchema = z.enum(['text', 'blank', 'no_text', 'failed'])
export type PageStatus = z.infer<typeof pageStatusSchema>

export const pageSchema = z
  .object({
    page: z.int().min(1),
    status: pageStatusSchema,
    code: z.string().nullable(),
    /** PDF: size of the unrotated page in points; null for text pages */
    widthPt: z.number().nullable(),
    heightPt: z.number().nullable(),
    /** degrees clockwise at which the page is shown: 0, 90, 180, 270 */
    rotation: z.int(),
    text: z.string(),
    blocks: z.array(blockSchema),
    engine: z.string(),
    /** characters left out, by reason: outside the page box, invisible */
    dropped: z.object({ outside: z.int(), invisible: z.int() }),
  })
  .meta({ id: 'Page' })
export type Page = z.infer<typeof pageSchema>
