/** Small files made by script: what the tests need for themselves. */
import { Buffer } from 'node:buffer'
import { strToU8, zipSync } from 'fflate'

export interface PdfLine {
  text: string
  /** points from the left and from the top of a 595 x 842 page */
  x: number
  y: number
  size?: number
}

const PAGE = { width: 595, height: 842 }

/** UTF-16BE hex, as the predefined CMap UniGB-UCS2-H wants it. */
const hex = (text: string): string => `<${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`
const escaped = (text: string): string => `(${text.replaceAll(/[\\()]/g, '\\$&')})`

function pdfObjects(objects: readonly string[], trailer: string): Uint8Array {
  let body = '%PDF-1.7\n'
  const offsets: number[] = []
  objects.forEach((object, index) => {
    offsets.push(Buffer.byteLength(body, 'latin1'))
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
  })
  const start = Buffer.byteLength(body, 'latin1')
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')}`
  body += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(body, 'latin1')
}

/** A PDF with a text layer: Helvetica for Latin lines, a Chinese font that is named but not embedded for the others. */
export function makePdf(pages: readonly (readonly PdfLine[])[], options: { rotate?: number; trailer?: string } = {}): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${6 + index * 2} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>',
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 >>',
  ]
  pages.forEach((lines, index) => {
    const content = lines
      .map(({ text, x, y, size = 12 }) => {
        // eslint-disable-next-line no-control-regex -- ASCII is what Helvetica can write
        const latin = /^[\u0000-\u007f]*$/.test(text)
        return `BT /${latin ? 'F1' : 'F2'} ${size} Tf 1 0 0 1 ${x} ${PAGE.height - y} Tm ${latin ? escaped(text) : hex(text)} Tj ET`
      })
      .join('\n')
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] ${options.rotate ? `/Rotate ${options.rotate}` : ''} /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${7 + index * 2} 0 R >>`,
      `<< /Length ${Buffer.byteLength(content, 'latin1')} >>\nstream\n${content}\nendstream`,
    )
  })
  return pdfObjects(objects, options.trailer ?? '')
}

/** A page that is one grey image and nothing else. */
export function makeScanPdf(pages = 1): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages} /Kids [${Array.from({ length: pages }, (_, index) => `${4 + index * 2} 0 R`).join(' ')}] >>`,
  ]
  const pixels = Array.from({ length: 64 }, (_, index) => (index % 3 === 0 ? '40' : 'c0')).join('')
  objects.push(
    `<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /ASCIIHexDecode /Length ${pixels.length + 1} >>\nstream\n${pixels}>\nendstream`,
  )
  for (let index = 0; index < pages; index += 1) {
    const content = 'q 500 0 0 700 40 70 cm /Im0 Do Q'
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Resources << /XObject << /Im0 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    )
  }
  return pdfObjects(objects, '')
}

/** Standard security handler with keys that no password opens. */
export function makeEncryptedPdf(): Uint8Array {
  const key = 'a5'.repeat(32)
  return makePdf([[{ text: 'secret', x: 50, y: 50 }]], {
    trailer: `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${key}> /U <${key}> >> /ID [<${'00'.repeat(16)}> <${'00'.repeat(16)}>]`,
  })
}

const CONTENT_TYPES =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
const RELS =
  '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** A Word file; lines that start with "# " are headings. */
export function makeDocx(paragraphs: readonly string[]): Uint8Array {
  const body = paragraphs
    .map((text) =>
      text.startsWith('# ')
        ? `<w:p><w:pPr><w:pStyle w:val="Heading1"/><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>${xml(text.slice(2))}</w:t></w:r></w:p>`
        : `<w:p><w:r><w:t xml:space="preserve">${xml(text)}</w:t></w:r></w:p>`,
    )
    .join('')
  return zipSync({
    '[Content_Types].xml': strToU8(CONTENT_TYPES),
    '_rels/.rels': strToU8(RELS),
    'word/document.xml': strToU8(
      `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
    ),
  })
}

/** A Word file whose one part unpacks to `megabytes`. */
export function makeDocxBomb(megabytes: number): Uint8Array {
  return zipSync(
    {
      '[Content_Types].xml': strToU8(CONTENT_TYPES),
      '_rels/.rels': strToU8(RELS),
      'word/document.xml': new Uint8Array(megabytes * 1024 * 1024).fill(0x20),
    },
    { level: 9 },
  )
}

export const nestedHtml = (depth: number): string =>
  `<!doctype html><title>deep</title>${'<div>'.repeat(depth)}at the bottom of the well${'</div>'.repeat(depth)}`
