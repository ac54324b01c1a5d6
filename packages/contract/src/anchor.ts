/**
 * Anchor: a place in a revision. Stored with every chunk at ingest and with every citation, because positions cannot
 * be added afterwards. Versioned (`v`): an anchor written by any released version must stay readable.
 *
 * Every kind names the page (1-based ordinal in the revision) and carries `quote`, the UTF-16 offsets [start, end) of
 * the passage in that page's display text, so that a passage can be shown as text where a viewer cannot draw.
 *
 * A page that OCR reads again gets another text: `version` says in which text of the page the offsets count. Boxes need
 * no version; the page itself does not change.
 */
import { z } from 'zod'

/** [x, y, width, height]; the unit is that of the anchor kind. */
export const boxSchema = z.tuple([z.number(), z.number(), z.number(), z.number()])
export type Box = z.infer<typeof boxSchema>

const offsets = z.tuple([z.int().min(0), z.int().min(0)])
/** version of the page's text that `quote` counts in; absent: the first */
const version = z.int().min(1).optional()

/** Boxes in points (1/72 inch) of the unrotated page, origin top left; the page's size is stored on the page. */
export const pageAnchorSchema = z.object({
  v: z.literal(1),
  kind: z.literal('page'),
  page: z.int().min(1),
  version,
  boxes: z.array(boxSchema),
  quote: offsets,
})

/** A span of display text: DOCX, Markdown, HTML, plain text. */
export const textAnchorSchema = z.object({
  v: z.literal(1),
  kind: z.literal('text'),
  page: z.int().min(1),
  start: z.int().min(0),
  end: z.int().min(0),
  quote: offsets,
})

/** Cells of a sheet in A1 notation: "B2" or "B2:D9". The page is the sheet's ordinal. */
export const cellsAnchorSchema = z.object({
  v: z.literal(1),
  kind: z.literal('cells'),
  page: z.int().min(1),
  sheet: z.string(),
  range: z.string(),
  quote: offsets,
})

/** A place on a slide: boxes in points of the slide, origin top left; none where the file gives no position. The page is the slide's ordinal. */
export const slideAnchorSchema = z.object({
  v: z.literal(1),
  kind: z.literal('slide'),
  page: z.int().min(1),
  slide: z.int().min(1),
  boxes: z.array(boxSchema),
  quote: offsets,
})

/** A region of a picture: boxes in pixels of the upright picture (after its EXIF turn), origin top left. */
export const regionAnchorSchema = z.object({
  v: z.literal(1),
  kind: z.literal('region'),
  page: z.int().min(1),
  version,
  boxes: z.array(boxSchema),
  quote: offsets,
})

export const anchorSchema = z
  .discriminatedUnion('kind', [pageAnchorSchema, textAnchorSchema, cellsAnchorSchema, slideAnchorSchema, regionAnchorSchema])
  .meta({ id: 'Anchor' })
export type Anchor = z.infer<typeof anchorSchema>
export type PageAnchor = z.infer<typeof pageAnchorSchema>
export type CellsAnchor = z.infer<typeof cellsAnchorSchema>
export type SlideAnchor = z.infer<typeof slideAnchorSchema>
export type RegionAnchor = z.infer<typeof regionAnchorSchema>
export type TextAnchor = z.infer<typeof textAnchorSchema>
