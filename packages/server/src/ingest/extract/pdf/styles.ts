/** How glyphs are drawn: font weight, direction, and whether anybody can see them. Asked once per text object. */
import type { Glyphs, PageFrame } from './glyphs.ts'
import { setBox } from './glyphs.ts'
import type { Pdfium } from './library.ts'
import { scratch } from './scratch.ts'

/** Quarter turns, clockwise as seen on the unrotated page; SLANTED for any other angle. */
export type Turn = 0 | 1 | 2 | 3 | 4
export const SLANTED = 4

export const VISIBLE = 0
/** render mode 3, clip only, or fully transparent: an OCR layer, or hidden on purpose */
export const HIDDEN = 1
/** drawn in white; whether on white must be looked at */
export const WHITE = 2

export interface Style {
  bold: boolean
  turn: Turn
  sight: typeof VISIBLE | typeof HIDDEN | typeof WHITE
}

export interface Styles {
  styles: Style[]
  /** index into styles for each glyph; 0 for those that PDFium put in */
  of: Uint16Array
}

const PLAIN: Style = { bold: false, turn: 0, sight: VISIBLE }
const STYLES_MAX = 0xffff
/** Family names that say bold, those of TeX (CMBX, Nimbus Medi) and Chinese headline faces included. */
const BOLD_NAME = /bold|black|heavy|demi|(?:cm|sf|ec|lm)bx|medi(?:ital)?$|simhei|[-_]hei|heiti|黑/i
const BOLD_WEIGHT = 600
const WHITE_LEVEL = 250
/** 3: neither fill nor stroke, 7: clip only (ISO 32000, table 106) */
const RENDER_NOTHING: ReadonlySet<number> = new Set([3, 7])

export function stylesOf(pdf: Pdfium, textPage: number, glyphs: Glyphs, frame: PageFrame): Styles {
  const of = new Uint16Array(glyphs.count)
  const styles: Style[] = [PLAIN]
  const known = new Map<string, number>()
  const fonts = new Map<number, boolean>()
  let object = 0
  let current = 0
  for (let i = 0; i < glyphs.count; i++) {
    if (glyphs.object[i] === 0) continue
    if (glyphs.object[i] !== object) {
      object = glyphs.object[i]!
      const style = styleOf(pdf, textPage, i, object, fonts)
      const key = `${style.bold}${style.turn}${style.sight}`
      current = known.get(key) ?? styles.length
      if (current === styles.length && current < STYLES_MAX) {
        known.set(key, current)
        styles.push(style)
      }
    }
    of[i] = current
    if (styles[current]!.turn !== 0) tighten(pdf, textPage, i, glyphs, frame)
  }
  return { styles, of }
}

function styleOf(pdf: Pdfium, textPage: number, index: number, object: number, fonts: Map<number, boolean>): Style {
  const font = pdf.call.FPDFTextObj_GetFont(object)
  let bold = fonts.get(font)
  if (bold === undefined) fonts.set(font, (bold = isBold(pdf, font)))
  const hidden = RENDER_NOTHING.has(pdf.call.FPDFTextObj_GetTextRenderMode(object))
  return { bold, turn: turnOf(pdf, textPage, index), sight: hidden ? HIDDEN : colourOf(pdf, textPage, index) }
}

function isBold(pdf: Pdfium, font: number): boolean {
  if (font === 0) return false
  if (pdf.call.FPDFFont_GetWeight(font) >= BOLD_WEIGHT) return true
  const room = 256
  const at = scratch(pdf, room)
  const length = Math.min(room, pdf.call.FPDFFont_GetBaseFontName(font, at, room))
  return length > 1 && BOLD_NAME.test(Buffer.from(pdf.bytes().buffer, at, length - 1).toString('utf8'))
}

function colourOf(pdf: Pdfium, textPage: number, index: number): Style['sight'] {
  const at = scratch(pdf, 16)
  if (pdf.call.FPDFText_GetFillColor(textPage, index, at, at + 4, at + 8, at + 12) !== 1) return VISIBLE
  const colour = new Uint32Array(pdf.bytes().buffer, at, 4)
  if (colour[3] === 0) return HIDDEN
  return colour[0]! >= WHITE_LEVEL && colour[1]! >= WHITE_LEVEL && colour[2]! >= WHITE_LEVEL ? WHITE : VISIBLE
}

/** sine of the largest angle that still counts as straight, about 3 degrees */
const STRAIGHT = 0.05

function turnOf(pdf: Pdfium, textPage: number, index: number): Turn {
  const at = scratch(pdf, 24)
  if (pdf.call.FPDFText_GetMatrix(textPage, index, at) !== 1) return 0
  // FS_MATRIX a, b: where the baseline points, y upwards.
  const matrix = new Float32Array(pdf.bytes().buffer, at, 2)
  const [a, b] = [matrix[0]!, matrix[1]!]
  const length = Math.hypot(a, b)
  if (length === 0 || Math.abs(b) <= STRAIGHT * length) return a >= 0 || length === 0 ? 0 : 2
  if (Math.abs(a) <= STRAIGHT * length) return b > 0 ? 3 : 1
  return SLANTED
}

/** Loose boxes assume a level baseline; turned glyphs get their ink box. */
function tighten(pdf: Pdfium, textPage: number, index: number, glyphs: Glyphs, frame: PageFrame): void {
  const at = scratch(pdf, 32)
  // left, right, bottom, top
  if (pdf.call.FPDFText_GetCharBox(textPage, index, at, at + 8, at + 16, at + 24) !== 1) return
  const box = new Float64Array(pdf.bytes().buffer, at, 4)
  setBox(glyphs.box, index * 4, frame, box[0]!, box[2]!, box[1]!, box[3]!)
}
