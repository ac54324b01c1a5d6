/** Lines of a page that was read by OCR, put together from the places of its words. Pure. */
import type { Place } from '@zhiku/contract/page.ts'
import type { Box } from '@zhiku/contract/anchor.ts'

export interface OcrLine {
  /** [start, end) of the page's text */
  start: number
  end: number
  box: Box
  /** a part of it is faint or below the bar */
  doubtful: boolean
}

/** A word this many heights to the right of the last one stands in another column. */
const COLUMN_GAP = 3

/** Places in the order of the text, put together where they stand on one line of the page. */
export function ocrLines(places: readonly Place[], doubts: readonly (readonly [number, number])[]): OcrLine[] {
  const lines: OcrLine[] = []
  for (const [start, end, x, y, w, h] of places) {
    const last = lines.at(-1)
    if (last && continues(last.box, [x, y, w, h])) {
      const [lx, ly, lw, lh] = last.box
      const top = Math.min(ly, y)
      last.box = [lx, top, Math.max(lx + lw, x + w) - lx, Math.max(ly + lh, y + h) - top]
      last.end = end
    } else lines.push({ start, end, box: [x, y, w, h], doubtful: false })
  }
  for (const line of lines) line.doubtful = doubts.some(([from, to]) => from < line.end && to > line.start)
  return lines
}

function continues([lx, ly, lw, lh]: Box, [x, y, , h]: Box): boolean {
  const overlap = Math.min(ly + lh, y + h) - Math.max(ly, y)
  return overlap > Math.min(lh, h) / 2 && x >= lx && x - (lx + lw) < COLUMN_GAP * Math.max(lh, h)
}
