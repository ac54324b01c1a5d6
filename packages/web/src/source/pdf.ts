/**
 * pdf.js, loaded when the first PDF is opened. Everything it fetches comes from our own origin (build/pdfjs-assets.ts
 * puts it under /pdfjs/); scripting, forms and remote resources of documents stay off.
 */
import type { PDFDocumentProxy } from 'pdfjs-dist'
import { UPLOAD } from '@zhiku/contract/routes.ts'

type PdfJs = typeof import('pdfjs-dist')
let library: Promise<PdfJs> | null = null

export function loadPdfJs(): Promise<PdfJs> {
  library ??= import('pdfjs-dist/legacy/build/pdf.mjs').then((pdfjs: PdfJs) => {
    pdfjs.GlobalWorkerOptions.workerSrc = '/pdfjs/pdf.worker.min.mjs'
    return pdfjs
  })
  return library
}

/** Bytes asked for at once where the server can give a range. */
const RANGE_BYTES = 256 * 1024

export interface OpenPdf {
  pdfjs: PdfJs
  document: PDFDocumentProxy
  close(): void
}

/** @throws pdf.js exceptions: PasswordException, InvalidPDFException, ResponseException (`status`) */
export async function openPdf(revisionId: string): Promise<OpenPdf> {
  const pdfjs = await loadPdfJs()
  const task = pdfjs.getDocument({
    url: UPLOAD.file(revisionId),
    cMapUrl: '/pdfjs/cmaps/',
    cMapPacked: true,
    standardFontDataUrl: '/pdfjs/standard_fonts/',
    wasmUrl: '/pdfjs/wasm/',
    iccUrl: '/pdfjs/iccs/',
    enableXfa: false,
    // Only the pages that are looked at are fetched.
    disableAutoFetch: true,
    disableStream: true,
    rangeChunkSize: RANGE_BYTES,
    // Errors come as exceptions; a damaged font is not news for the console.
    verbosity: 0,
  })
  return { pdfjs, document: await task.promise, close: () => void task.destroy().catch(() => undefined) }
}
