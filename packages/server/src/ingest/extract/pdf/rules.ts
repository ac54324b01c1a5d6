/** Ruling lines drawn on a page: the borders of tables. */
import type { PageFrame } from './glyphs.ts'
import type { Pdfium } from './library.ts'
import { scratch } from './scratch.ts'

/** x0, y0, x1, y1 in points of the unrotated page, origin top left; thin in one direction. */
export type Rule = [number, number, number, number]

const OBJECT_PATH = 2
/** More objects are a drawing; more segments in one path too. */
const OBJECTS_MAX = 6000
const SEGMENTS_MAX = 400
const RULES_MAX = 3000
/** A line is at most so thick and at least so long, in points. */
const THICK_MAX = 3
const LONG_MIN = 6

const LINE_TO = 0
const MOVE_TO = 2

/** Level and upright lines of the page's paths, or none when the page is a drawing. */
export function rulesOf(pdf: Pdfium, page: number, frame: PageFrame): Rule[] {
  const { FPDFPage_GetObject, FPDFPageObj_GetType, FPDFPageObj_GetBounds } = pdf.call
  const count = pdf.call.FPDFPage_CountObjects(page)
  if (count > OBJECTS_MAX) return []
  const rules: Rule[] = []
  for (let i = 0; i < count && rules.length <= RULES_MAX; i++) {
    const object = FPDFPage_GetObject(page, i)
    if (object === 0 || FPDFPageObj_GetType(object) !== OBJECT_PATH) continue
    const at = scratch(pdf, 16)
    if (FPDFPageObj_GetBounds(object, at, at + 4, at + 8, at + 12) !== 1) continue
    // left, bottom, right, top
    const bounds = new Float32Array(pdf.bytes().buffer, at, 4)
    const [left, bottom, right, top] = [bounds[0]!, bounds[1]!, bounds[2]!, bounds[3]!]
    if (Math.min(right - left, top - bottom) <= THICK_MAX) addRule(rules, frame, left, bottom, right, top)
    else addEdges(pdf, object, frame, rules)
  }
  return rules.length > RULES_MAX ? [] : rules
}

function addRule(rules: Rule[], frame: PageFrame, left: number, bottom: number, right: number, top: number): void {
  if (Math.max(right - left, top - bottom) < LONG_MIN) return
  rules.push([left - frame.left, frame.top - top, right - frame.left, frame.top - bottom])
}

/** Straight edges of a path of several segments: rectangles, or a whole grid drawn at once. */
function addEdges(pdf: Pdfium, path: number, frame: PageFrame, rules: Rule[]): void {
  const { FPDFPath_CountSegments, FPDFPath_GetPathSegment, FPDFPathSegment_GetPoint, FPDFPathSegment_GetType, FPDFPathSegment_GetClose } =
    pdf.call
  const count = FPDFPath_CountSegments(path)
  if (count < 2 || count > SEGMENTS_MAX) return
  const at = scratch(pdf, 24)
  if (pdf.call.FPDFPageObj_GetMatrix(path, at) !== 1) return
  const [a, b, c, d, e, f] = new Float32Array(pdf.bytes().buffer.slice(at, at + 24))
  let [startX, startY, fromX, fromY] = [0, 0, 0, 0]
  const edge = (x: number, y: number): void => {
    const [left, right, bottom, top] = [Math.min(fromX, x), Math.max(fromX, x), Math.min(fromY, y), Math.max(fromY, y)]
    if (Math.min(right - left, top - bottom) < 0.5) addRule(rules, frame, left, bottom, right, top)
  }
  for (let i = 0; i < count; i++) {
    const segment = FPDFPath_GetPathSegment(path, i)
    if (FPDFPathSegment_GetPoint(segment, at, at + 4) !== 1) return
    const point = new Float32Array(pdf.bytes().buffer, at, 2)
    const [x, y] = [a! * point[0]! + c! * point[1]! + e!, b! * point[0]! + d! * point[1]! + f!]
    const type = FPDFPathSegment_GetType(segment)
    if (type === MOVE_TO) [startX, startY] = [x, y]
    else if (type === LINE_TO) edge(x, y)
    ;[fromX, fromY] = [x, y]
    if (FPDFPathSegment_GetClose(segment) === 1) edge(startX, startY)
  }
}
