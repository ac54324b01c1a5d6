/** Makes pictures of text and PDF files that are made of such pictures, for tests and measurements of OCR. */
import sharp from 'sharp'
import type { Picture } from '../../models/ocr/types.ts'
import { openDocument } from '../extract/pdf/document.ts'
import { frameOf } from '../extract/pdf/glyphs.ts'
import { pdfium } from '../extract/pdf/library.ts'
import { renderColour } from '../extract/pdf/raster.ts'
import { assemble, PAGE_HEIGHT, PAGE_WIDTH, pdfFile, stream, textLines } from './pdf-file.ts'

const DPI = 150
const POINTS_PER_INCH = 72

export interface ScanStyle {
  /** height of the letters in points */
  size?: number
  /** of the letters, 0 (black) to 1 */
  grey?: number
  /** of the page in points */
  width?: number
  height?: number
}

/** Lines of Latin text on white, as a scanner at 150 dpi would see them. */
export async function pictureOf(lines: readonly string[], style: ScanStyle = {}): Promise<Picture> {
  const { size = 14, grey = 0, width = PAGE_WIDTH, height = PAGE_HEIGHT } = style
  const content = textLines(50, height - 60, lines, { size, leading: size * 1.6, colour: `${grey} ${grey} ${grey}` })
  const pdf = await pdfium()
  const document = openDocument(pdf, pdfFile([{ content, width, height }]))
  const page = pdf.call.FPDF_LoadPage(document.handle, 0)
  try {
    return renderColour(pdf, page, frameOf(pdf, page), DPI / POINTS_PER_INCH, true)!
  } finally {
    pdf.call.FPDF_ClosePage(page)
    document.close()
  }
}

const image = ({ data, width, height }: Picture) => sharp(data, { raw: { width, height, channels: 3 } })

export const pngOf = async (picture: Picture): Promise<Buffer> => await image(picture).png().toBuffer()
export const jpegOf = async (picture: Picture): Promise<Buffer> => await image(picture).jpeg({ quality: 80 }).toBuffer()

export interface ScannedPage {
  jpeg: Buffer
  /** pixels */
  width: number
  height: number
  /** operators drawn over the picture, see pdf-file.ts */
  over?: string
  rotate?: 0 | 90 | 180 | 270
}

/** A page of a scan from a picture. */
export const scannedPage = async (picture: Picture, more: Pick<ScannedPage, 'over' | 'rotate'> = {}): Promise<ScannedPage> => ({
  jpeg: await jpegOf(picture),
  width: picture.width,
  height: picture.height,
  ...more,
})

/** A PDF of pictures that fill their pages, without a text layer but for what is drawn over them. */
export function scanFile(pages: readonly ScannedPage[]): Uint8Array {
  const first = 4
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, n) => `${first + n * 3} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ]
  pages.forEach(({ jpeg, width, height, over = '', rotate = 0 }, n) => {
    const at = first + n * 3
    const [across, down] = [(width / DPI) * POINTS_PER_INCH, (height / DPI) * POINTS_PER_INCH]
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${across} ${down}] /Rotate ${rotate} /Resources << /Font << /F1 3 0 R >> /XObject << /Im0 ${at + 2} 0 R >> >> /Contents ${at + 1} 0 R >>`,
      stream('', `q ${across} 0 0 ${down} 0 0 cm /Im0 Do Q\n${over}`),
      stream(
        `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode`,
        jpeg.toString('latin1'),
      ),
    )
  })
  return assemble(objects)
}
