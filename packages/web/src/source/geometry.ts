/**
 * Boxes of the document model on the page as it is shown. Anchors are in points of the unrotated page, origin top
 * left; a page may be shown turned clockwise by 90, 180 or 270 degrees. Results are fractions of the shown page, so
 * that zooming needs no new computation. Pure.
 */
import type { Box } from '@zhiku/contract/anchor.ts'

export interface PageSize {
  width: number
  height: number
  /** degrees clockwise */
  rotation: number
}

/** Fractions 0-1 of the shown page's width and height. */
export interface Rect {
  left: number
  top: number
  width: number
  height: number
}

/** Size in points of the page as shown. */
export const shownSize = ({ width, height, rotation }: PageSize): { width: number; height: number } =>
  normalize(rotation) % 180 === 0 ? { width: width, height: height } : { width: height, height: width }

const normalize = (rotation: number): number => ((rotation % 360) + 360) % 360

/** A box on the page as it is shown, in the same unit, origin top left. */
export function turnBox([x, y, w, h]: Box, size: PageSize): Box {
  const { width: W, height: H } = size
  switch (normalize(size.rotation)) {
    case 90:
      return [H - y - h, x, h, w]
    case 180:
      return [W - x - w, H - y - h, w, h]
    case 270:
      return [y, W - x - w, h, w]
    default:
      return [x, y, w, h]
  }
}

export function boxToRect(box: Box, size: PageSize): Rect {
  const [left, top, width, height] = turnBox(box, size)
  const shown = shownSize(size)
  return { left: left / shown.width, top: top / shown.height, width: width / shown.width, height: height / shown.height }
}

/** Room around a box, so that the outline does not cut into the letters. */
export function padBox([x, y, w, h]: Box, pad: number): Box {
  return [x - pad, y - pad, w + 2 * pad, h + 2 * pad]
}

export const rectStyle = ({ left, top, width, height }: Rect): Record<string, string> => ({
  left: `${left * 100}%`,
  top: `${top * 100}%`,
  width: `${width * 100}%`,
  height: `${height * 100}%`,
})
