/** Which format a file is in: by its content first, by its extension only where content cannot tell. */
import { fileTypeFromBuffer } from 'file-type'
import { fail } from '../../base/fail.ts'

export type Kind = 'pdf' | 'docx' | 'markdown' | 'html' | 'text'

/** Bytes that are looked at. */
const HEAD_BYTES = 4100
/** A PDF may have foreign bytes before its header (ISO 32000, annex H). */
const PDF_HEADER_BYTES = 1024

/** Formats that are recognised but not read yet, in words a person knows them by. */
const NOT_READ: Readonly<Record<string, string>> = {
  csv: 'CSV',
  tsv: 'TSV',
  eml: 'EML',
  mbox: 'MBOX',
  mht: 'MHTML',
  mhtml: 'MHTML',
  srt: 'SRT',
  vtt: 'WebVTT',
  xml: 'XML',
  svg: 'SVG',
  rtf: 'RTF',
  doc: 'Word 97-2003 (DOC)',
  dot: 'Word 97-2003 (DOT)',
  xls: 'Excel 97-2003 (XLS)',
  ppt: 'PowerPoint 97-2003 (PPT)',
  msg: 'Outlook (MSG)',
  xlsx: 'Excel (XLSX)',
  xlsm: 'Excel (XLSM)',
  xlsb: 'Excel (XLSB)',
  pptx: 'PowerPoint (PPTX)',
  pptm: 'PowerPoint (PPTM)',
  odt: 'OpenDocument (ODT)',
  ods: 'OpenDocument (ODS)',
  odp: 'OpenDocument (ODP)',
  epub: 'EPUB',
  wps: 'WPS',
  et: 'WPS (ET)',
  dps: 'WPS (DPS)',
  ofd: 'OFD',
  caj: 'CAJ',
  djvu: 'DjVu',
  xps: 'XPS',
  pages: 'Pages',
  key: 'Keynote',
  numbers: 'Numbers',
  mp3: 'MP3',
  m4a: 'M4A',
  wav: 'WAV',
  flac: 'FLAC',
  ogg: 'OGG',
  mp4: 'MP4',
  mov: 'MOV',
  mkv: 'MKV',
  avi: 'AVI',
  jpg: 'JPEG',
  jpeg: 'JPEG',
  png: 'PNG',
  gif: 'GIF',
  webp: 'WebP',
  tif: 'TIFF',
  tiff: 'TIFF',
  heic: 'HEIC',
  bmp: 'BMP',
  zip: 'ZIP',
  rar: 'RAR',
  '7z': '7-Zip',
  gz: 'GZIP',
  tar: 'TAR',
  exe: 'EXE',
}

const MARKDOWN = new Set(['md', 'markdown', 'mdown', 'mkd', 'mdx'])
const HTML = new Set(['html', 'htm', 'xhtml', 'shtml'])
const DOCX = new Set(['docx', 'docm', 'dotx', 'dotm'])

export const extensionOf = (name: string): string => /\.([^./\\]{1,12})$/.exec(name)?.[1]?.toLowerCase() ?? ''

/**
 * @throws ingest.empty_file, ingest.unsupported_format, ingest.password_needed (encrypted Office)
 */
export async function kindOf(bytes: Uint8Array, name: string): Promise<Kind> {
  if (bytes.length === 0) throw fail('ingest.empty_file')
  const extension = extensionOf(name)
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES)).toString('latin1')
  if (head.slice(0, PDF_HEADER_BYTES).includes('%PDF-')) return 'pdf'
  if (head.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) throw compoundFile(bytes, extension)
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return await zipKind(bytes, extension)
  if (head.startsWith('{\\rtf')) throw fail('ingest.unsupported_format', { format: 'RTF' })
  const found = await fileTypeFromBuffer(bytes)
  // XML is told apart below: XHTML is read, other XML is not.
  if (found && found.ext !== 'xml') throw fail('ingest.unsupported_format', { format: NOT_READ[found.ext] ?? found.ext.toUpperCase() })
  if (extension === 'pdf') return 'pdf'
  if (DOCX.has(extension)) return 'docx'
  return textKind(head, extension)
}

/** OLE compound file: old Office, Outlook, or an OOXML file under a password. */
function compoundFile(bytes: Uint8Array, extension: string): Error {
  const has = (stream: string): boolean =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(Buffer.from(stream, 'utf16le'))
  if (has('EncryptedPackage')) return fail('ingest.password_needed')
  const format = has('WordDocument')
    ? 'doc'
    : has('PowerPoint Document')
      ? 'ppt'
      : has('__properties_version1.0')
        ? 'msg'
        : has('Workbook')
          ? 'xls'
          : extension
  return fail('ingest.unsupported_format', { format: NOT_READ[format] ?? 'OLE' })
}

async function zipKind(bytes: Uint8Array, extension: string): Promise<Kind> {
  if (DOCX.has(extension)) return 'docx'
  const found = await fileTypeFromBuffer(bytes)
  if (found && DOCX.has(found.ext)) return 'docx'
  const format = found && found.ext !== 'zip' ? found.ext : extension
  throw fail('ingest.unsupported_format', { format: NOT_READ[format] ?? (found?.ext ?? 'zip').toUpperCase() })
}

function textKind(head: string, extension: string): Kind {
  if (HTML.has(extension)) return 'html'
  if (MARKDOWN.has(extension)) return 'markdown'
  if (/^(?:\xef\xbb\xbf)?\s*(?:<!--[\s\S]{0,2000}?-->\s*)*(?:<!doctype\s+html|<html[\s>])/i.test(head)) return 'html'
  if (/^(?:\xef\xbb\xbf)?\s*<\?xml\b/.test(head)) {
    if (/<html[\s>]/i.test(head)) return 'html'
    throw fail('ingest.unsupported_format', { format: NOT_READ[extension] ?? 'XML' })
  }
  const format = NOT_READ[extension]
  if (format !== undefined) throw fail('ingest.unsupported_format', { format })
  return 'text'
}
