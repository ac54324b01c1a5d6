/** The characters of one page as PDFium reads them, in the order of the page's content, in parallel arrays. */
import type { Pdfium } from './library.ts'
import { scratch } from './scratch.ts'

/** What PDFium reports for a hyphen that parts a word at the end of a line. */
export const HYPHEN = 2

export interface Glyphs {
  count: number
  /** Unicode code point, HYPHEN for a hyphen at the end of a line */
  code: Int32Array
  /** x0, y0, x1, y1 of each glyph in points of the unrotated page, origin top left */
  box: Float32Array
  /** PDFium's handle of the text object that draws the glyph; 0 for spaces and line ends that PDFium puts in */
  object: Int32Array
}

export interface PageFrame {
  /** left and top edge of the visible page in PDF user space */
  left: number
  top: number
  width: number
  height: number
  /** degrees clockwise at which the page is shown */
  rotation: number
}

const FLOAT_BYTES = 4

/** The visible page: crop box within media box. */
export function frameOf(pdf: Pdfium, page: number): PageFrame {
  const at = scratch(pdf, 16)
  pdf.call.FPDF_GetPageBoundingBox(page, at)
  // FS_RECTF: left, top, right, bottom; y points upwards.
  const rectangle = new Float32Array(pdf.bytes().buffer, at, 4)
  const [left, top, right, bottom] = [rectangle[0]!, rectangle[1]!, rectangle[2]!, rectangle[3]!]
  return { left, top, width: right - left, height: top - bottom, rotation: (pdf.call.FPDFPage_GetRotation(page) & 3) * 90 }
}

/**
 * Boxes are PDFium's "loose" ones: as wide as the glyph's advance and as high as the font size, so that all glyphs of
 * a line agree. For turned text they are wrong; `styles.ts` replaces those.
 */
export function readGlyphs(pdf: Pdfium, textPage: number, frame: PageFrame): Glyphs {
  const { FPDFText_CountChars, FPDFText_GetUnicode, FPDFText_GetLooseCharBox, FPDFText_GetTextObject, FPDFText_IsGenerated } = pdf.call
  const count = Math.max(0, FPDFText_CountChars(textPage))
  const code = new Int32Array(count)
  const object = new Int32Array(count)
  const at = scratch(pdf, count * 4 * FLOAT_BYTES)
  for (let i = 0; i < count; i++) {
    code[i] = FPDFText_GetUnicode(textPage, i)
    if (FPDFText_IsGenerated(textPage, i) !== 1) object[i] = FPDFText_GetTextObject(textPage, i)
    FPDFText_GetLooseCharBox(textPage, i, at + i * 4 * FLOAT_BYTES)
  }
  const raw = new Float32Array(pdf.bytes().buffer, at, count * 4)
  const box = new Float32Array(count * 4)
  for (let i = 0; i < box.length; i += 4) setBox(box, i, frame, raw[i]!, raw[i + 3]!, raw[i + 2]!, raw[i + 1]!)
  untwistLigatures(code, box)
  return { count, code, box, object }
}

/**
 * A ligature of a script written from right to left (lam-alef) comes as two characters with one box, and PDFium turns
 * them round together with the line.
 */
function untwistLigatures(code: Int32Array, box: Float32Array): void {
  for (let i = 0; i + 1 < code.length; i++) {
    const [first, second] = [code[i]!, code[i + 1]!]
    if (
      first < 0x590 ||
      first > 0x8ff ||
      second < 0x590 ||
      second > 0x8ff ||
      box[i * 4] !== box[i * 4 + 4] ||
      box[i * 4 + 2] !== box[i * 4 + 6]
    )
      continue
    code[i] = second
    code[i + 1] = first
    i++
  }
}

/** From PDF user space (y upwards) to the page's own: origin top left. */
export function setBox(box: Float32Array, at: number, frame: PageFrame, left: number, bottom: number, right: number, top: number): void {
  box[at] = left - frame.left
  box[at + 1] = frame.top - top
  box[at + 2] = right - frame.left
  box[at + 3] = frame.top - bottom
}
