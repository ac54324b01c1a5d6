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
    /** table: names of its columns in the order of the cells of a row, where the header may stand on an earlier page or spans columns */
    columns: z.array(z.string()).optional(),
    /** the file hides what stands here: a hidden slide or sheet */
    hidden: z.boolean().optional(),
    /** outline of the block in the unit of its page, origin top left */
    box: boxSchema.optional(),
  })
  .meta({ id: 'Block' })
export type Block = z.infer<typeof blockSchema>

/**
 * What a page is, which decides what its places are measured in; each kind has one viewer and one kind of anchor.
 * `page`: a PDF page, points · `region`: a picture, pixels of the upright picture · `cells`: a sheet, columns and rows
 * from 0 · `slide`: a slide, points · `text`: a part of a text document, no places.
 */
export const pageKindSchema = z.enum(['text', 'page', 'region', 'cells', 'slide'])
export type PageKind = z.infer<typeof pageKindSchema>

/**
 * `text`: has readable text · `blank`: known to have nothing on it · `waiting`: drawn, or its text layer is garbled
 * or only a small part of it; OCR will read it (what there is of text until then is a first sight) · `no_text`: OCR has looked and there is no text in what is drawn · `failed`: could not be read,
 * `code` says why.
 */
export const pageStatusSchema = z.enum(['text', 'blank', 'waiting', 'no_text', 'failed'])
export type PageStatus = z.infer<typeof pageStatusSchema>

/** [start, end, x, y, width, height]: which rectangle of the page shows which span of its text; unit by page kind */
export const placeSchema = z.tuple([z.int(), z.int(), z.number(), z.number(), z.number(), z.number()])
export type Place = z.infer<typeof placeSchema>

export const pageSchema = z
  .object({
    page: z.int().min(1),
    kind: pageKindSchema,
    /** of the text shown here; a page that is read again gets the next number, earlier texts stay readable */
    version: z.int().min(1),
    /** name of the sheet, title of the slide; null where the page has none */
    label: z.string().nullable(),
    status: pageStatusSchema,
    code: z.string().nullable(),
    codeParams: z.record(z.string(), z.union([z.string(), z.number()])),
    /** size of the unrotated page, of the slide, of the upright picture, in the unit of its kind; null for text and sheets */
    width: z.number().nullable(),
    height: z.number().nullable(),
    /** degrees clockwise at which the page is shown: 0, 90, 180, 270 */
    rotation: z.int(),
    text: z.string(),
    blocks: z.array(blockSchema),
    engine: z.string(),
    /** read by OCR: mean confidence of its characters, 0 to 1; null for text that the file itself holds */
    confidence: z.number().nullable(),
    /** read by OCR: below the confidence bar as a whole */
    unsure: z.boolean(),
    /** read by OCR: spans [start, end) of the text that are faint or below the bar; kept and marked */
    doubts: z.array(z.tuple([z.int(), z.int()])),
    /** characters left out, by reason: outside the page box, invisible */
    dropped: z.object({ outside: z.int(), invisible: z.int() }),
  })
  .meta({ id: 'Page' })
export type Page = z.infer<typeof pageSchema>

/** A page by its name, for what lists pages: the sheets of a workbook, the slides of a deck. */
export const pageNameSchema = pageSchema.pick({ page: true, kind: true, label: true, status: true }).meta({ id: 'PageName' })
export type PageName = z.infer<typeof pageNameSchema>

/** One text of a page that was read more than once. */
export const pageVersionSchema = z
  .object({
    version: z.int().min(1),
    /** the text that is searched and shown */
    current: z.boolean(),
    status: pageStatusSchema,
    engine: z.string(),
    confidence: z.number().nullable(),
    unsure: z.boolean(),
    characters: z.int(),
    readAt: z.string().meta({ description: 'ISO 8601, UTC' }),
  })
  .meta({ id: 'PageVersion' })
export type PageVersion = z.infer<typeof pageVersionSchema>

/** A text of a page as two readings are compared. */
export const pageReadingSchema = pageSchema
  .pick({
    version: true,
    status: true,
    code: true,
    codeParams: true,
    engine: true,
    confidence: true,
    unsure: true,
    doubts: true,
    text: true,
  })
  .meta({ id: 'PageReading' })
export type PageReading = z.infer<typeof pageReadingSchema>

export const ocrEngineSchema = z.enum(['pp-ocr', 'tesseract'])
export type OcrEngineId = z.infer<typeof ocrEngineSchema>
