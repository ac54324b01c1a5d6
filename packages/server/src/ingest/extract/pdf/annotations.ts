/** What people wrote onto a page: values of form fields, text boxes, comments. PDFium keeps them apart from the page's text. */
import { cleanText } from '../clean.ts'
import type { PageFrame } from './glyphs.ts'
import type { Pdfium } from './library.ts'
import { scratch } from './scratch.ts'

export interface Annotation {
  kind: 'paragraph' | 'note'
  text: string
  /** x, y, width, height in points of the unrotated page, origin top left */
  box: [number, number, number, number]
}

/** fpdf_annot.h: subtypes that carry text of their own, and where it stands */
const SUBTYPES: ReadonlyMap<number, { kind: Annotation['kind']; key: 'V' | 'Contents' }> = new Map([
  [1, { kind: 'note', key: 'Contents' }], // comment
  [3, { kind: 'paragraph', key: 'Contents' }], // text box
  [9, { kind: 'note', key: 'Contents' }], // highlight
  [10, { kind: 'note', key: 'Contents' }], // underline
  [12, { kind: 'note', key: 'Contents' }], // strike-out
  [20, { kind: 'paragraph', key: 'V' }], // form field
])
const HIDDEN_FLAG = 2
/** fpdfview.h: FPDF_OBJECT_STRING; the state of a check box is a name */
const OBJECT_STRING = 3
const ANNOTATIONS_MAX = 2000
const CHARS_MAX = 20_000

export function annotationsOf(pdf: Pdfium, page: number, frame: PageFrame): Annotation[] {
  const found: Annotation[] = []
  const count = Math.min(ANNOTATIONS_MAX, pdf.call.FPDFPage_GetAnnotCount(page))
  for (let index = 0; index < count; index++) {
    const annotation = pdf.call.FPDFPage_GetAnnot(page, index)
    if (annotation === 0) continue
    const what = SUBTYPES.get(pdf.call.FPDFAnnot_GetSubtype(annotation))
    if (what && (pdf.call.FPDFAnnot_GetFlags(annotation) & HIDDEN_FLAG) === 0) {
      const text = cleanText(stringOf(pdf, annotation, what.key))
        .replace(/\s+/g, ' ')
        .trim()
      if (text !== '') found.push({ kind: what.kind, text, box: boxOf(pdf, annotation, frame) })
    }
    pdf.call.FPDFPage_CloseAnnot(annotation)
  }
  return found
}

/** A string of the annotation's dictionary; empty when there is none. */
function stringOf(pdf: Pdfium, annotation: number, key: string): string {
  const room = CHARS_MAX * 2
  const at = scratch(pdf, room + 16)
  const name = at + room
  pdf.bytes().set(Buffer.from(`${key}\0`, 'latin1'), name)
  if (pdf.call.FPDFAnnot_GetValueType(annotation, name) !== OBJECT_STRING) return ''
  const bytes = Math.min(room, pdf.call.FPDFAnnot_GetStringValue(annotation, name, at, room))
  return bytes <= 2 ? '' : Buffer.from(pdf.bytes().buffer, at, bytes - 2).toString('utf16le')
}

function boxOf(pdf: Pdfium, annotation: number, frame: PageFrame): [number, number, number, number] {
  const at = scratch(pdf, 16)
  if (pdf.call.FPDFAnnot_GetRect(annotation, at) !== 1) return [0, 0, 0, 0]
  // FS_RECTF: left, top, right, bottom; y points upwards.
  const rectangle = new Float32Array(pdf.bytes().buffer, at, 4)
  const [left, right] = [Math.min(rectangle[0]!, rectangle[2]!), Math.max(rectangle[0]!, rectangle[2]!)]
  const [bottom, top] = [Math.min(rectangle[1]!, rectangle[3]!), Math.max(rectangle[1]!, rectangle[3]!)]
  return [left - frame.left, frame.top - top, right - left, top - bottom]
}
