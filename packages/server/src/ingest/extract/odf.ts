/** OpenDocument (ODT, ODS, ODP, ODG and their flat forms): text in parts, sheets as cells, slides with places. */
import { type DraftBlock } from './draft.ts'
import { oneLine } from './clean.ts'
import { openOdf, type OdfParts } from './odf/parts.ts'
import { odfSheets } from './odf/sheets.ts'
import { slideOf, slideSize } from './odf/slides.ts'
import { OdfStyles } from './odf/styles.ts'
import { OdfTextReader } from './odf/text.ts'
import { elements, readXml } from './ooxml/xml.ts'
import { sheetPages } from './sheet.ts'
import { slidePage } from './slide.ts'
import { textDocument } from './text-document.ts'
import type { ExtractedPage, Extraction, ExtractInput, Extractor } from './types.ts'

export const ODF_VERSION = 'odf-1'
const MEDIA_TYPE = 'application/vnd.oasis.opendocument.'
const PROGRESS_BLOCKS = 500

export const extractOdf: Extractor = async (input) => {
  const parts = openOdf(input.bytes)
  input.progress()
  if (parts.body === 'spreadsheet') return sheets(parts, input)
  const reader = new OdfTextReader(new OdfStyles([parts.styles, parts.content]), parts.object)
  return parts.body === 'text' ? textOf(parts, reader, input) : slides(parts, reader, input)
}

function textOf({ content, styles }: OdfParts, reader: OdfTextReader, input: ExtractInput): Extraction {
  const blocks: DraftBlock[] = []
  let count = 0
  readXml(content, 'office:text', (element) => {
    blocks.push(...reader.blocks(element))
    if (++count % PROGRESS_BLOCKS === 0) input.progress()
  })
  blocks.push(...headersAndFooters(styles, reader))
  return textDocument({ mediaType: `${MEDIA_TYPE}text`, engine: ODF_VERSION, blocks, invisible: reader.hidden }, input)
}

/** Each distinct header and footer once, at the end: they stand on every page but belong to none. */
function headersAndFooters(styles: string, reader: OdfTextReader): DraftBlock[] {
  const lines = new Set<string>()
  readXml(styles, 'style:master-page', (element) => {
    if (!/^style:(?:header|footer)/.test(element.name)) return
    for (const child of elements(element)) for (const block of reader.blocks(child)) lines.add(oneLine(block.text))
  })
  // A bare page number says nothing.
  return [...lines].filter((line) => /\p{L}/u.test(line)).map((text) => ({ kind: 'note', text }))
}

function sheets({ content }: OdfParts, { fromPage, progress }: ExtractInput): Extraction {
  const pages = (function* () {
    for (const page of sheetPages(odfSheets(content, progress), ODF_VERSION)) if (page.page >= fromPage) yield page
  })()
  return { mediaType: `${MEDIA_TYPE}spreadsheet`, engine: ODF_VERSION, pagesTotal: null, pages }
}

function slides({ body, content, styles }: OdfParts, reader: OdfTextReader, { fromPage, progress }: ExtractInput): Extraction {
  const size = slideSize(styles) ?? slideSize(content)
  const pages: ExtractedPage[] = []
  readXml(content, `office:${body}`, (element) => {
    if (element.name !== 'draw:page') return
    pages.push(slidePage(pages.length + 1, slideOf(element, size, reader), ODF_VERSION))
    progress()
  })
  const mediaType = `${MEDIA_TYPE}${body === 'drawing' ? 'graphics' : 'presentation'}`
  return { mediaType, engine: ODF_VERSION, pagesTotal: pages.length, pages: pages.slice(fromPage - 1) }
}
