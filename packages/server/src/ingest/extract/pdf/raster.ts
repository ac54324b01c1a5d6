/** A coarse picture of a page, to tell drawn from blank and white text on dark from white on white. */
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
const BYTES_PER_PIXEL = 4

/** Null when the page has no size that could be drawn. */
export function render(pdf: Pdfium, page: number, frame: PageFrame, sidePixels: number): Raster | null {
  const longer = Math.max(frame.width, frame.height)
  if (!(longer > 0 && longer < SIDE_MAX_POINTS)) return null
  const scale = sidePixels / longer
  const width = Math.max(1, Math.round(frame.width * scale))
  const height = Math.max(1, Math.round(frame.height * scale))
  const bitmap = pdf.call.FPDFBitmap_Create(width, height, 0)
  if (bitmap === 0) return null
  pdf.call.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE)
  // Turning back by the page's own rotation gives the unrotated page.
  const back = (4 - frame.rotation / 90) & 3
  pdf.call.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, back, ANNOTATIONS)
  const stride = pdf.call.FPDFBitmap_GetStride(bitmap)
  const pixels = new Uint32Array(pdf.bytes().buffer, pdf.call.FPDFBitmap_GetBuffer(bitmap), (stride / BYTES_PER_PIXEL) * height)
  const dark = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = pixels[(y * stride) / BYTES_PER_PIXEL + x]!
      if (pixel !== WHITE && Math.min(pixel & 0xff, (pixel >> 8) & 0xff, (pixel >> 16) & 0xff) < WHITE_MIN) dark[y * width + x] = 1
    }
  }
  pdf.call.FPDFBitmap_Destroy(bitmap)
  return { width, height, scale, dark }
}

/** Share of the picture that must be drawn on for the page to count as not blank: a line, a letter. */
const DRAWN_SHARE = 0.0005

export function isDrawn(raster: Raster | null): boolean {
  if (!raster) return false
  let dark = 0
  for (const pixel of raster.dark) dark += pixel
  return dark > DRAWN_SHARE * raster.dark.length
}
