/** Places on a slide: positions of shapes, of groups inside each other, turned ones; and the order they are read in. Pure. */
import { at, attributeOf, type Xml } from '../ooxml/xml.ts'

/** Points, origin top left. */
export interface Rect {
  x: number
  y: number
  w: number
  h: number
}

/** English Metric Units in a point. ECMA-376 part 1, 20.1.2.1 */
const EMU = 12_700
const NO_TURN = 0
const HALF_TURN = Math.PI

export type Transform = (rect: Rect) => Rect
export const unmoved: Transform = (rect) => rect

const number = (element: Xml | null, name: string): number => Number(element ? (attributeOf(element, name) ?? 0) : 0) / EMU || 0

function rectOf(xfrm: Xml | null, offset: string, extent: string): Rect | null {
  const off = at(xfrm, offset)
  const ext = at(xfrm, extent)
  return off && ext ? { x: number(off, 'x'), y: number(off, 'y'), w: number(ext, 'cx'), h: number(ext, 'cy') } : null
}

/** The box around a shape's `xfrm`, in the space of its parent; null without a position. */
export function boxOf(xfrm: Xml | null): Rect | null {
  const rect = rectOf(xfrm, 'a:off', 'a:ext')
  if (!xfrm || !rect) return null
  // 60,000ths of a degree, clockwise.
  const angle = ((Number(attributeOf(xfrm, 'rot') ?? 0) || NO_TURN) / 60_000) * (HALF_TURN / 180)
  if (angle === 0) return rect
  const w = Math.abs(rect.w * Math.cos(angle)) + Math.abs(rect.h * Math.sin(angle))
  const h = Math.abs(rect.w * Math.sin(angle)) + Math.abs(rect.h * Math.cos(angle))
  return { x: rect.x + (rect.w - w) / 2, y: rect.y + (rect.h - h) / 2, w, h }
}

/** From the space inside of a group to that of the slide. */
export function groupTransform(xfrm: Xml | null, outer: Transform): Transform {
  const place = rectOf(xfrm, 'a:off', 'a:ext')
  const inner = rectOf(xfrm, 'a:chOff', 'a:chExt')
  if (!place || !inner) return outer
  const sx = inner.w > 0 ? place.w / inner.w : 1
  const sy = inner.h > 0 ? place.h / inner.h : 1
  return (rect) => outer({ x: place.x + (rect.x - inner.x) * sx, y: place.y + (rect.y - inner.y) * sy, w: rect.w * sx, h: rect.h * sy })
}

/** Boxes that overlap by less than this share of the smaller one stand beside each other. */
const OVERLAP = 0.2

/**
 * Reading order: what is apart is parted, by the widest gap that runs through everything, rows before columns where
 * the gaps are alike; what cannot be parted goes from top to bottom. Things without a place come last, in file order.
 */
export function readingOrder<T extends { box: Rect | null }>(items: readonly T[]): T[] {
  const placed = items.filter((item): item is T & { box: Rect } => item.box !== null)
  return [...order(placed), ...items.filter((item) => item.box === null)]
}

function order<T extends { box: Rect }>(items: readonly T[]): T[] {
  if (items.length < 2) return [...items]
  const rows = widestGap(items, 'y', 'h')
  const columns = widestGap(items, 'x', 'w')
  const cut = columns && (!rows || columns.gap > 2 * rows.gap) ? columns : rows
  if (cut) return [...order(cut.before), ...order(cut.after)]
  return items.toSorted((a, b) => a.box.y - b.box.y || a.box.x - b.box.x)
}

function widestGap<T extends { box: Rect }>(
  items: readonly T[],
  from: 'x' | 'y',
  size: 'w' | 'h',
): { gap: number; before: T[]; after: T[] } | null {
  const sorted = items.toSorted((a, b) => a.box[from] - b.box[from])
  let end = sorted[0]!.box[from] + sorted[0]!.box[size]
  let best: { gap: number; index: number } | null = null
  for (let index = 1; index < sorted.length; index++) {
    const { box } = sorted[index]!
    const slack = OVERLAP * Math.min(box[size], sorted[index - 1]!.box[size])
    const gap = box[from] - end
    if (gap >= -slack && (best === null || gap > best.gap)) best = { gap, index }
    end = Math.max(end, box[from] + box[size])
  }
  return best && { gap: best.gap, before: sorted.slice(0, best.index), after: sorted.slice(best.index) }
}
