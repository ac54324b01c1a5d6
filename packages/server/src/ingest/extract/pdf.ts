/**
 * PDF with a text layer: words with boxes, lines and blocks in reading order. Told apart page by page: pages with text,
 * blank ones, and those that wait for OCR (drawn but no text, a garbled text layer, a scan with no more than a stamp).
 */
import { annotationsOf } from './pdf/annotations.ts'
import { openDocument, type PdfDocument } from './pdf/document.ts'
import { DocumentStyle } from './pdf/document-style.ts'
import { frameOf, type PageFrame, readGlyphs } from './pdf/glyphs.ts'
import { layoutPage } from './pdf/layout.ts'
import { type Pdfium, pdfium } from './pdf/library.ts'
import { COARSE, isDrawn, render } from './pdf/raster.ts'
import { rulesOf } from './pdf/rules.ts'
import { coverOfPictures, isGarbled, SCAN_COVER, sightOf } from './pdf/sight.ts'
import { stylesOf } from './pdf/styles.ts'
import type { ExtractedPage, Extractor } from './types.ts'

export const PDF_VERSION = 'pdf-1 pdfium-2.15.1'

/** A text layer with fewer characters over a scan is a stamp, a page number or a watermark: OCR reads the page as well. */
const STAMP_CHARS = 120

export const extractPdf: Extractor = async ({ bytes, fromPage, progress }) => {
  const pdf = await pdfium()
  const document = openDocument(pdf, bytes)
  const { pagesTotal } = document
  return { mediaType: 'application/pdf', engine: PDF_VERSION, pagesTotal, pages: readPages(pdf, document, fromPage, progress) }
}

function* readPages(pdf: Pdfium, document: PdfDocument, fromPage: number, progress: () => void): Generator<ExtractedPage> {
  const style = new DocumentStyle()
  try {
    for (let number = fromPage; number <= document.pagesTotal; number++) {
      yield readPage(pdf, document.handle, number, style)
      progress()
    }
  } finally {
    document.close()
  }
}

function readPage(pdf: Pdfium, document: number, number: number, style: DocumentStyle): ExtractedPage {
  const page = pdf.call.FPDF_LoadPage(document, number - 1)
  if (page === 0) return emptyPage(number, null, 'failed')
  try {
    const frame = frameOf(pdf, page)
    const textPage = pdf.call.FPDFText_LoadPage(page)
    if (textPage === 0) return emptyPage(number, frame, 'failed')
    try {
      return readText(pdf, page, textPage, number, frame, style)
    } finally {
      pdf.call.FPDFText_ClosePage(textPage)
    }
  } finally {
    pdf.call.FPDF_ClosePage(page)
  }
}

function readText(pdf: Pdfium, page: number, textPage: number, number: number, frame: PageFrame, style: DocumentStyle): ExtractedPage {
  const glyphs = readGlyphs(pdf, textPage, frame)
  const styles = stylesOf(pdf, textPage, glyphs, frame)
  const sight = sightOf(pdf, page, glyphs, styles, frame)
  const dropped = { outside: sight.outside, invisible: sight.invisible }
  if (sight.count > 0 && !isGarbled(pdf, textPage, glyphs, sight.kept)) {
    const layout = layoutPage(glyphs, styles, sight.kept, frame, rulesOf(pdf, page, frame), annotationsOf(pdf, page, frame), style)
    if (layout.text.trim() !== '') {
      const onlyStamp = layout.text.replaceAll(/\s/g, '').length < STAMP_CHARS && coverOfPictures(pdf, page, frame) >= SCAN_COVER
      return { ...emptyPage(number, frame, onlyStamp ? 'waiting' : 'text'), ...layout, dropped }
    }
  }
  return { ...emptyPage(number, frame, sight.count > 0 || hasDrawing(pdf, page, frame) ? 'waiting' : 'blank'), dropped }
}

/** A picture over most of the page is a scan, which only OCR can call blank; anything else is looked at. */
function hasDrawing(pdf: Pdfium, page: number, frame: PageFrame): boolean {
  if (pdf.call.FPDFPage_CountObjects(page) === 0) return false
  return coverOfPictures(pdf, page, frame) >= SCAN_COVER || isDrawn(render(pdf, page, frame, COARSE))
}

const CODES = { failed: 'ingest.corrupt', waiting: null, no_text: null, blank: null, text: null } as const

const emptyPage = (page: number, frame: PageFrame | null, status: ExtractedPage['status']): ExtractedPage => ({
  page,
  kind: 'page',
  label: null,
  status,
  code: CODES[status],
  width: frame?.width ?? null,
  height: frame?.height ?? null,
  rotation: frame?.rotation ?? 0,
  text: '',
  blocks: [],
  words: [],
  engine: PDF_VERSION,
  dropped: { outside: 0, invisible: 0 },
})
