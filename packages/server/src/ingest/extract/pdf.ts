/** PDF with a text layer: words with boxes, lines and blocks in reading order. Pages without text are told apart: blank, or in need of OCR. */
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import { annotationsOf } from './pdf/annotations.ts'
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

/** fpdfview.h: FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY */
const ERROR_PASSWORD = 4
const ERROR_SECURITY = 5

export const extractPdf: Extractor = async ({ bytes, fromPage, progress }) => {
  const pdf = await pdfium()
  const pointer = pdf.malloc(bytes.length)
  if (pointer === 0) throw fail('ingest.memory_limit', { limit: `${LIMITS.readerRssMiB} MiB` })
  pdf.bytes().set(bytes, pointer)
  const document = pdf.call.FPDF_LoadMemDocument(pointer, bytes.length, 0)
  if (document === 0) {
    const code = pdf.call.FPDF_GetLastError()
    pdf.free(pointer)
    if (code === ERROR_PASSWORD) throw fail('ingest.password_needed')
    if (code === ERROR_SECURITY) throw fail('ingest.unsupported_format', { format: 'PDF (DRM)' })
    throw fail('ingest.corrupt', { detail: `PDFium ${code}` })
  }
  const pagesTotal = pdf.call.FPDF_GetPageCount(document)
  if (pagesTotal < 1) throw fail('ingest.corrupt', { detail: 'no pages' })
  if (pagesTotal > LIMITS.documentPages) throw fail('ingest.page_limit', { pages: pagesTotal, limit: LIMITS.documentPages })
  return {
    mediaType: 'application/pdf',
    engine: PDF_VERSION,
    pagesTotal,
    pages: readPages(pdf, document, pointer, fromPage, pagesTotal, progress),
  }
}

function* readPages(
  pdf: Pdfium,
  document: number,
  pointer: number,
  fromPage: number,
  pagesTotal: number,
  progress: () => void,
): Generator<ExtractedPage> {
  const style = new DocumentStyle()
  try {
    for (let number = fromPage; number <= pagesTotal; number++) {
      yield readPage(pdf, document, number, style)
      progress()
    }
  } finally {
    pdf.call.FPDF_CloseDocument(document)
    pdf.free(pointer)
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
    if (layout.text.trim() !== '') return { ...emptyPage(number, frame, 'text'), ...layout, dropped }
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
