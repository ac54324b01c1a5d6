import type { Pdfium } from './library.ts'

let pointer = 0
let size = 0

/** Memory inside PDFium for results of a call; grows with the largest page and is used again. Valid until the next call of `scratch`. */
export function scratch(pdf: Pdfium, bytes: number): number {
  if (bytes > size) {
    if (pointer) pdf.free(pointer)
    size = Math.max(bytes, 4096)
    pointer = pdf.malloc(size)
    if (pointer === 0) throw new Error('PDFium is out of memory')
  }
  return pointer
}
