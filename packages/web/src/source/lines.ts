/** Lines of a page that was read by OCR, put together from the places of its words. Pure. */
import type { Box } from '@zhiku/contract/anchor.ts'
import type { Page, Place } from '@zhiku/contract/page.ts'
import { turnBox } from './geometry.ts'

export interface OcrLine {
  /** [start, end) of the page's text */
  start: number
  end: number
  /** on the unrotated page */
  box: Box
  /** a part of it is faint or below the bar */
  doubtful: boolean
}
export interface OcrLines {
  lines: OcrLine[]
  /** the lines run along the page as it is shown, not along the unrotated page: a picture that OCR has found upside down */
  turned: boolean
}

/** A word this many heights to the right of the last one stands in another column. */
const COLUMN_GAP = 3

/** Words in the order of the text, put together where they stand on one line of the page. */
export function ocrLines(page: Pick<Page, 'width' | 'height' | 'rotation' | 'doubts'>, places: readonly Place[]): OcrLines {
  const size = { width: page.width ?? 0, height: page.height ?? 0, rotation: page.rotation }
  const along = group(places, (box) => box)
  const turned = size.rotation === 0 ? null : group(places, (box) => turnBox(box, size))
  // Whichever way the text runs, that way its words join.
  const isTurned = turned !== null && turned.length < along.length
  const lines = isTurned ? turned : along
  for (const line of lines) line.doubtful = page.doubts.some(([from, to]) => from < line.end && to > line.start)
  return { lines, turned: isTurned }
}

/** @param frame  turns a box so that text runs to the right in it */
function group(places: readonly Place[], frame: (box: Box) => Box): OcrLine[] {
  const lines: OcrLine[] = []
  for (const [start, end, x, y, w, h] of places) {
    const last = lines.at(-1)
    if (last && continues(frame(last.box), frame([x, y, w, h]))) {
      last.box = union(last.box, [x, y, w, h])
      last.end = end
    } else lines.push({ start, end, box: [x, y, w, h], doubtful: false })
  }
  return lines
}

function union([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): Box {
  const [left, top] = [Math.min(ax, bx), Math.min(ay, by)]
  return [left, top, Math.max(ax + aw, bx + bw) - left, Math.max(ay + ah, by + bh) - top]
}

function continues([lx, ly, lw, lh]: Box, [x, y, , h]: Box): boolean {
  const overlap = Math.min(ly + lh, y + h) - Math.max(ly, y)
  return overlap > Math.min(lh, h) / 2 && x >= lx && x - (lx + lw) < COLUMN_GAP * Math.max(lh, h)
}
