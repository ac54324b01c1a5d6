/** Opens a PDF that lies in memory. */
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'
import type { Pdfium } from './library.ts'

/** fpdfview.h: FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY */
const ERROR_PASSWORD = 4
const ERROR_SECURITY = 5

export interface PdfDocument {
  /** PDFium's own */
  handle: number
  pagesTotal: number
  close(): void
}

/** @throws ingest.memory_limit, ingest.password_needed, ingest.unsupported_format (DRM), ingest.corrupt */
export function openDocument(pdf: Pdfium, bytes: Uint8Array): PdfDocument {
  const pointer = pdf.malloc(bytes.length)
  if (pointer === 0) throw fail('ingest.memory_limit', { limit: `${LIMITS.readerRssMiB} MiB` })
  pdf.bytes().set(bytes, pointer)
  const handle = pdf.call.FPDF_LoadMemDocument(pointer, bytes.length, 0)
  if (handle === 0) {
    const code = pdf.call.FPDF_GetLastError()
    pdf.free(pointer)
    if (code === ERROR_PASSWORD) throw fail('ingest.password_needed')
    if (code === ERROR_SECURITY) throw fail('ingest.unsupported_format', { format: 'PDF (DRM)' })
    throw fail('ingest.corrupt', { detail: `PDFium ${code}` })
  }
  const close = (): void => {
    pdf.call.FPDF_CloseDocument(handle)
    pdf.free(pointer)
  }
  const pagesTotal = pdf.call.FPDF_GetPageCount(handle)
  if (pagesTotal < 1) {
    close()
    throw fail('ingest.corrupt', { detail: 'no pages' })
  }
  return { handle, pagesTotal, close }
}
