/** Writes small PDF files for tests: content streams over Helvetica, its bold face, and a Chinese font that is named but not embedded. */

export interface TestPage {
  /** operators of the content stream; see `text`, `line`, `picture` */
  content: string
  width?: number
  height?: number
  rotate?: 0 | 90 | 180 | 270
  /** x0, y0, x1, y1 in PDF space (y upwards) */
  cropBox?: [number, number, number, number]
  /** dictionaries of annotations */
  annotations?: string[]
}

export const PAGE_WIDTH = 600
export const PAGE_HEIGHT = 800

/** `F1` Helvetica, `F2` Helvetica-Bold, `F3` Chinese, `F4` Chinese vertical. */
type Font = 'F1' | 'F2' | 'F3' | 'F4'

const hex = (value: string): string => `<${Buffer.from(value, 'utf16le').swap16().toString('hex')}>`
const literal = (value: string): string => `(${value.replaceAll(/[\\()]/g, '\\$&')})`
const isLatin = (value: string): boolean => Array.from(value).every((character) => character.codePointAt(0)! < 0x80)

/**
 * Text whose baseline starts at x, y: points from the left and from the bottom of the page.
 * @param matrix  a b c d of the text matrix; [0, 1, -1, 0] reads upwards
 */
export function text(
  x: number,
  y: number,
  value: string,
  options: { size?: number; font?: Font; mode?: number; colour?: string; matrix?: [number, number, number, number] } = {},
): string {
  const font = options.font ?? (isLatin(value) ? 'F1' : 'F3')
  const string = font === 'F1' || font === 'F2' ? literal(value) : hex(value)
  const matrix = (options.matrix ?? [1, 0, 0, 1]).join(' ')
  return `${options.colour ?? '0 0 0'} rg BT /${font} ${options.size ?? 12} Tf ${options.mode ?? 0} Tr ${matrix} ${x} ${y} Tm ${string} Tj ET`
}

/** Lines of text below each other; `leading` is the distance of their baselines. */
export const textLines = (
  x: number,
  y: number,
  lines: readonly string[],
  options: Parameters<typeof text>[3] & { leading?: number } = {},
): string => lines.map((value, index) => text(x, y - index * (options.leading ?? 14), value, options)).join('\n')

export const line = (x0: number, y0: number, x1: number, y1: number): string => `0.5 w ${x0} ${y0} m ${x1} ${y1} l S`
export const filled = (x: number, y: number, width: number, height: number, colour: string): string =>
  `${colour} rg ${x} ${y} ${width} ${height} re f`
/** A small grey picture stretched over a rectangle. */
export const picture = (x: number, y: number, width: number, height: number): string => `q ${width} 0 0 ${height} ${x} ${y} cm /Im0 Do Q`

/** A stream object; `content` holds one byte a character. */
export const stream = (dictionary: string, content: string): string =>
  `<< ${dictionary} /Length ${Buffer.byteLength(content, 'latin1')} >>\nstream\n${content}\nendstream`

export function pdfFile(pages: readonly TestPage[]): Uint8Array {
  const pixels = Array.from({ length: 64 }, (_, index) => (index % 3 === 0 ? '40' : 'c0')).join('')
  const descendant =
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 >>'
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${9 + index * 2} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [7 0 R] >>',
    '<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-V /DescendantFonts [7 0 R] >>',
    descendant,
    stream(
      '/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /ASCIIHexDecode',
      `${pixels}>`,
    ),
  ]
  pages.forEach((page, index) => {
    const box = `/MediaBox [0 0 ${page.width ?? PAGE_WIDTH} ${page.height ?? PAGE_HEIGHT}]${page.cropBox ? ` /CropBox [${page.cropBox.join(' ')}]` : ''}`
    const resources = '/Resources << /Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R /F4 6 0 R >> /XObject << /Im0 8 0 R >> >>'
    objects.push(
      `<< /Type /Page /Parent 2 0 R ${box} /Rotate ${page.rotate ?? 0} ${resources} /Annots [${page.annotations?.join(' ') ?? ''}] /Contents ${10 + index * 2} 0 R >>`,
      stream('', page.content),
    )
  })
  return assemble(objects)
}

/** A file of these objects, numbered from 1; the first is the catalogue. */
export function assemble(objects: readonly string[]): Uint8Array {
  let file = '%PDF-1.7\n'
  const offsets = objects.map((object, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return `${String(offset).padStart(10, '0')} 00000 n \n`
  })
  const start = file.length
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}
