/** Pictures of written pages, drawn by the browser, and PDF files that hold nothing but such pictures: scans. */
import { Buffer } from 'node:buffer'
import type { Browser } from 'playwright-core'

export interface ScanLine {
  text: string
  /** CSS px from the left and from the top of a page of 800 x 1130 */
  x: number
  y: number
  size?: number
  /** of the ink, "#000" when absent */
  colour?: string
}

/** A4 in CSS px; a picture of it has twice as many pixels a side. */
export const SHEET = { width: 800, height: 1130 }
const DENSITY = 2

/** Draws a written page. @returns the picture's bytes; its size in pixels is SHEET times two, or `size` times two */
export async function drawPage(
  browser: Browser,
  lines: readonly ScanLine[],
  options: { type?: 'png' | 'jpeg'; size?: { width: number; height: number } } = {},
): Promise<Buffer> {
  const { type = 'png', size = SHEET } = options
  const context = await browser.newContext({ viewport: size, deviceScaleFactor: DENSITY })
  try {
    const page = await context.newPage()
    const body = lines
      .map(
        ({ text, x, y, size: px = 22, colour = '#000' }) =>
          `<div style="position:absolute;left:${x}px;top:${y}px;font:${px}px/1.2 'Noto Sans CJK SC','Noto Sans',sans-serif;white-space:pre;color:${colour}">${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</div>`,
      )
      .join('')
    await page.setContent(`<!doctype html><meta charset="utf-8"><body style="margin:0;background:#fff">${body}</body>`)
    return await page.screenshot({ type, ...(type === 'jpeg' ? { quality: 88 } : {}) })
  } finally {
    await context.close()
  }
}

/** A PDF of 595 x 842 points a page, each page one JPEG over its whole area. */
export function scanPdf(pages: readonly Buffer[]): Uint8Array {
  const [width, height] = [595, 842]
  const pixels = { width: SHEET.width * DENSITY, height: SHEET.height * DENSITY }
  const chunks: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  const offsets: number[] = []
  let length = chunks[0]!.length
  const write = (bytes: Buffer): void => {
    chunks.push(bytes)
    length += bytes.length
  }
  const object = (head: string, stream?: Buffer): void => {
    offsets.push(length)
    write(Buffer.from(`${offsets.length} 0 obj\n${head}\n`))
    if (stream) {
      write(Buffer.from('stream\n'))
      write(stream)
      write(Buffer.from('\nendstream\n'))
    }
    write(Buffer.from('endobj\n'))
  }
  object('<< /Type /Catalog /Pages 2 0 R >>')
  object(`<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${3 + index * 3} 0 R`).join(' ')}] >>`)
  pages.forEach((jpeg, index) => {
    const own = 3 + index * 3
    object(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Resources << /XObject << /Im0 ${own + 1} 0 R >> >> /Contents ${own + 2} 0 R >>`,
    )
    object(
      `<< /Type /XObject /Subtype /Image /Width ${pixels.width} /Height ${pixels.height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length ${jpeg.length} >>`,
      jpeg,
    )
    const content = Buffer.from(`q ${width} 0 0 ${height} 0 0 cm /Im0 Do Q`)
    object(`<< /Length ${content.length} >>`, content)
  })
  const start = length
  write(
    Buffer.from(
      `xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')}trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  )
  return Buffer.concat(chunks)
}
