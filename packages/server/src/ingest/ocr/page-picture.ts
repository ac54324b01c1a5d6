/** The picture of a page: of a PDF drawn at the resolution for OCR, of a picture file decoded. Runs in a child. */
import { createHash } from 'node:crypto'
import type { Box } from '@zhiku/contract/anchor.ts'
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import { type DecodedFile, decodePicture } from '../../models/ocr/picture/decode.ts'
import type { Picture, PixelBox } from '../../models/ocr/types.ts'
import { openDocument, type PdfDocument } from '../extract/pdf/document.ts'
import { frameOf, type PageFrame } from '../extract/pdf/glyphs.ts'
import { type Pdfium, pdfium } from '../extract/pdf/library.ts'
import { renderColour } from '../extract/pdf/raster.ts'
import { hasBrokenPicture } from '../extract/pdf/sight.ts'
import type { PicturePage } from '../pool/protocol.ts'
import { load } from '../pool/read-file.ts'
import { decodeBmp, isBmp } from './bmp.ts'

export interface PagePicture {
  picture: Picture
  /** a place in the picture as a place of the page: points of the unrotated PDF page, pixels of the upright picture */
  toPage(box: PixelBox): Box
}

const POINTS_PER_INCH = 72

type Open = { path: string; pdf: Pdfium; document: PdfDocument } | { path: string; file: DecodedFile }
/** The file of the page before: the next one is likely to be of the same. One at a time, for the sake of memory. */
let open: Open | null = null

/**
 * @param how  for OCR: as a reader of the page sees it, at LIMITS.ocrDpi; for a viewer: unrotated, longest side at most `side`
 * @throws AppError ingest.*
 */
export async function pagePicture(of: PicturePage, how: { for: 'ocr' } | { for: 'viewer'; side: number }): Promise<PagePicture> {
  const file = await openFile(of)
  if ('file' in file) {
    if (of.page > file.file.pages) throw fail('ingest.corrupt', { detail: `page ${of.page} of ${file.file.pages}` })
    const picture = await file.file.picture(of.page)
    return { picture, toPage: (box) => [...box] }
  }
  const { pdf, document } = file
  const page = pdf.call.FPDF_LoadPage(document.handle, of.page - 1)
  if (page === 0) throw fail('ingest.corrupt', { detail: `page ${of.page}` })
  try {
    const frame = frameOf(pdf, page)
    const scale = scaleOf(frame, how)
    const picture = renderColour(pdf, page, frame, scale, how.for === 'ocr')
    if (!picture)
      throw fail('ingest.corrupt', { detail: `page ${of.page}: ${Math.round(frame.width)} x ${Math.round(frame.height)} points` })
    // A scan that is drawn as nothing is blank only if it could be drawn.
    if (how.for === 'ocr' && picture.data.every((value) => value === 0xff) && hasBrokenPicture(pdf, page))
      throw fail('ingest.corrupt', { detail: `picture of page ${of.page}` })
    return { picture, toPage: (box) => unturned(box, frame, scale) }
  } finally {
    pdf.call.FPDF_ClosePage(page)
  }
}

/** Of what is drawn, so that the same page of another revision is known again whatever else has changed in the file. */
export const hashOf = ({ data, width, height }: Picture): string =>
  createHash('sha256').update(`${width}x${height} `).update(data).digest('hex')

async function openFile({ path, kind }: PicturePage): Promise<Open> {
  if (open?.path === path) return open
  if (open && 'document' in open) open.document.close()
  open = null
  const bytes = load(path)
  if (kind === 'page') {
    const pdf = await pdfium()
    open = { path, pdf, document: openDocument(pdf, bytes) }
  } else
    open = { path, file: isBmp(bytes) ? { format: 'bmp', pages: 1, picture: async () => decodeBmp(bytes) } : await decodePicture(bytes) }
  return open
}

function scaleOf(frame: PageFrame, how: { for: 'ocr' } | { for: 'viewer'; side: number }): number {
  if (how.for === 'viewer') return how.side / Math.max(frame.width, frame.height)
  const most = Math.sqrt(LIMITS.picturePixels / Math.max(1, frame.width * frame.height))
  return Math.min(LIMITS.ocrDpi / POINTS_PER_INCH, most)
}

/** From pixels of the page as it is shown to points of the unrotated page. */
export function unturned([x, y, w, h]: PixelBox, frame: Pick<PageFrame, 'width' | 'height' | 'rotation'>, scale: number): Box {
  const [left, top, across, down] = [x / scale, y / scale, w / scale, h / scale]
  switch (frame.rotation) {
    case 90:
      return [top, frame.height - left - across, down, across]
    case 180:
      return [frame.width - left - across, frame.height - top - down, across, down]
    case 270:
      return [frame.width - top - down, left, down, across]
    default:
      return [left, top, across, down]
  }
}
