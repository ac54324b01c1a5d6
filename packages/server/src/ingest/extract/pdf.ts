/** PDF with a text layer: words with boxes, lines and blocks in reading order. */
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import { frameOf, readGlyphs } from './pdf/glyphs.ts'
import { type Pdfium, pdfium } from './pdf/library.ts'
import { layoutPage } from './pdf/layout.ts'
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
  try {
    for (let page = fromPage; page <= pagesTotal; page++) {
      yield readPage(pdf, document, page)
      progress()
    }
  } finally {
    pdf.call.FPDF_CloseDocument(document)
    pdf.free(pointer)
  }
}

function readPage(pdf: Pdfium, document: number, number: number): ExtractedPage {
  const page = pdf.call.FPDF_LoadPage(document, number - 1)
  const result: ExtractedPage = {
    page: number,
    status: 'failed',
    code: 'ingest.corrupt',
    widthPt: null,
    heightPt: null,
    rotation: 0,
    text: '',
    blocks: [],
    words: [],
    engine: PDF_VERSION,
    dropped: { outside: 0, invisible: 0 },
  }
  if (page === 0) return result
  const frame = frameOf(pdf, page)
  const textPage = pdf.call.FPDFText_LoadPage(page)
  const glyphs = readGlyphs(pdf, textPage, frame)
  const layout = layoutPage(glyphs)
  pdf.call.FPDFText_ClosePage(textPage)
  pdf.call.FPDF_ClosePage(page)
  return {
    ...result,
    status: layout.text === '' ? 'blank' : 'text',
    code: null,
    widthPt: frame.width,
    heightPt: frame.height,
    rotation: frame.rotation,
    ...layout,
  }
}
