/** Pictures of a page: coarse ones to tell drawn from blank and white text on dark from white on white, and in colour for OCR and viewers. */
import type { PageFrame } from './glyphs.ts'
import type { Pdfium } from './library.ts'

export interface Raster {
  width: number
  height: number
  /** pixels per point of the unrotated page */
  scale: number
  /** 1 where something darker than nearly white is drawn */
  dark: Uint8Array
}

/** fine enough to find a white letter's surroundings, and to see whether there is anything at all */
export const FINE = 400
export const COARSE = 120
const SIDE_MAX_POINTS = 20_000
const WHITE = 0xffffffff
const WHITE_MIN = 240
const ANNOTATIONS = 0x01

/** Null when the page has no size that could be drawn. */
export function render(pdf: Pdfium, page: number, frame: PageFrame, sidePixels: number): Raster | null {
  const scale = sidePixels / Math.max(frame.width, frame.height)
  return withBitmap(pdf, page, frame, scale, (pixels, width, height) => {
    const dark = new Uint8Array(width * height)
    for (let at = 0; at < dark.length; at++) {
      const pixel = pixels[at]!
      if (pixel !== WHITE && Math.min(pixel & 0xff, (pixel >> 8) & 0xff, (pixel >> 16) & 0xff) < WHITE_MIN) dark[at] = 1
    }
    return { width, height, scale, dark }
  })
}

/**
 * The page in colour on white.
 * @param scale  pixels per point
 * @param asShown  turned as a viewer shows it; else unrotated, as all boxes are
 * @returns RGB, 3 bytes a pixel; null when the page has no size that could be drawn or memory is short
 */
export function renderColour(
  pdf: Pdfium,
  page: number,
  frame: PageFrame,
  scale: number,
  asShown: boolean,
): { data: Uint8Array; width: number; height: number } | null {
  const shown = asShown && frame.rotation % 180 !== 0 ? { ...frame, width: frame.height, height: frame.width } : frame
  return withBitmap(pdf, page, asShown ? { ...shown, rotation: 0 } : frame, scale, (pixels, width, height) => {
    const data = new Uint8Array(width * height * 3)
    for (let from = 0, to = 0; from < width * height; from++) {
      const pixel = pixels[from]!
      data[to++] = (pixel >> 16) & 0xff
      data[to++] = (pixel >> 8) & 0xff
      data[to++] = pixel & 0xff
    }
    return { data, width, height }
  })
}

/** Draws the page and hands over its pixels, 0xXXRRGGBB, row by row; they are gone afterwards. */
function withBitmap<T>(
  pdf: Pdfium,
  page: number,
  frame: PageFrame,
  scale: number,
  use: (pixels: Uint32Array, width: number, height: number) => T,
): T | null {
  const longer = Math.max(frame.width, frame.height)
  if (!(longer > 0 && longer < SIDE_MAX_POINTS)) return null
  const width = Math.max(1, Math.round(frame.width * scale))
  const height = Math.max(1, Math.round(frame.height * scale))
  const bitmap = pdf.call.FPDFBitmap_Create(width, height, 0)
  if (bitmap === 0) return null
  try {
    pdf.call.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE)
    // Turning back by the page's own rotation gives the unrotated page.
    const back = (4 - frame.rotation / 90) & 3
    pdf.call.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, back, ANNOTATIONS)
    // Four bytes a pixel need no padding: the stride is the width.
    return use(new Uint32Array(pdf.bytes().buffer, pdf.call.FPDFBitmap_GetBuffer(bitmap), width * height), width, height)
  } finally {
    pdf.call.FPDFBitmap_Destroy(bitmap)
  }
}

/** Share of the picture that must be drawn on for the page to count as not blank: a line, a letter. */
const DRAWN_SHARE = 0.0005

export function isDrawn(raster: Raster | null): boolean {
  if (!raster) return false
  let dark = 0
  for (const pixel of raster.dark) dark += pixel
  return dark > DRAWN_SHARE * raster.dark.length
}
