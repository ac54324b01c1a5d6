/** The characters of one page as PDFium reads them, in the order of the page's content, in parallel arrays. */
import type { Pdfium } from './library.ts'

/** Boxes are "loose": as wide as the glyph's advance and as high as the font size, so that all glyphs of a line agree. */
export interface Glyphs {
  count: number
  /** Unicode code point; HYPHEN for a hyphen at the end of a line */
  code: Int32Array
  /** x0, y0, x1, y1 of each glyph in points of the unrotated page, origin top left */
  box: Float32Array
  /** PDFium's handle of the text object that draws the glyph; 0 for spaces and line ends that PDFium puts in */
  object: Int32Array
}

/** What PDFium reports for a hyphen that parts a word at the end of a line. */
export const HYPHEN = 2

export interface PageFrame {
  /** left and top edge of the visible page in PDF user space */
  left: number
  top: number
  width: number
  height: number
  /** degrees clockwise */
  rotation: number
}

const FLOATS_PER_BOX = 4

/** Buffers that grow with the largest page and are used again. */
class Scratch {
  #pointer = 0
  #bytes = 0
  reserve(pdf: Pdfium, bytes: number): number {
    if (bytes > this.#bytes) {
      if (this.#pointer) pdf.free(this.#pointer)
      this.#pointer = pdf.malloc(bytes)
      this.#bytes = bytes
    }
    return this.#pointer
  }
}
const scratch = new Scratch()

export function frameOf(pdf: Pdfium, page: number): PageFrame {
  const at = scratch.reserve(pdf, 1024)
  // Crop box within media box: FS_RECTF is left, top, right, bottom.
  pdf.call.FPDF_GetPageBoundingBox(page, at)
  const [left, top, right, bottom] = new Float32Array(pdf.bytes().buffer, at, FLOATS_PER_BOX) as unknown as [number, number, number, number]
  return { left, top, width: right - left, height: top - bottom, rotation: (pdf.call.FPDFPage_GetRotation(page) & 3) * 90 }
}

export function readGlyphs(pdf: Pdfium, textPage: number, frame: PageFrame): Glyphs {
  const { FPDFText_CountChars, FPDFText_GetUnicode, FPDFText_GetLooseCharBox, FPDFText_GetTextObject, FPDFText_IsGenerated } = pdf.call
  const count = Math.max(0, FPDFText_CountChars(textPage))
  const code = new Int32Array(count)
  const object = new Int32Array(count)
  const at = scratch.reserve(pdf, Math.max(1024, count * FLOATS_PER_BOX * 4))
  for (let i = 0; i < count; i++) {
    code[i] = FPDFText_GetUnicode(textPage, i)
    if (FPDFText_IsGenerated(textPage, i) !== 1) object[i] = FPDFText_GetTextObject(textPage, i)
    FPDFText_GetLooseCharBox(textPage, i, at + i * FLOATS_PER_BOX * 4)
  }
  const raw = new Float32Array(pdf.bytes().buffer, at, count * FLOATS_PER_BOX)
  const box = new Float32Array(count * FLOATS_PER_BOX)
  for (let i = 0; i < box.length; i += FLOATS_PER_BOX) {
    // FS_RECTF is left, top, right, bottom with y upwards.
    box[i] = raw[i]! - frame.left
    box[i + 1] = frame.top - raw[i + 1]!
    box[i + 2] = raw[i + 2]! - frame.left
    box[i + 3] = frame.top - raw[i + 3]!
  }
  return { count, code, box, object }
}
