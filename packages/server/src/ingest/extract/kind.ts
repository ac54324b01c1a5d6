/** Which format a file is in: by its content first, by its extension only where content cannot tell. */
import { fileTypeFromBuffer } from 'file-type'
import { fail } from '../../base/fail.ts'
import { CompoundFile, isCompoundFile } from './compound-file.ts'
import { extensionOf, type Kind, readerOf, unreadOf } from './formats.ts'
import { zipFormat } from './zip-format.ts'

/** Bytes that are looked at. */
const HEAD_BYTES = 4100
/** A PDF may have foreign bytes before its header (ISO 32000, annex H). */
const PDF_HEADER_BYTES = 1024

/**
 * @throws ingest.empty_file, ingest.password_needed (encrypted Office), ingest.unsupported_* with the way out
 */
export async function kindOf(bytes: Uint8Array, name: string): Promise<Kind> {
  if (bytes.length === 0) throw fail('ingest.empty_file')
  const extension = extensionOf(name)
  const head = headOf(bytes)
  if (head.slice(0, PDF_HEADER_BYTES).includes('%PDF-')) return 'pdf'
  if (isCompoundFile(bytes)) return readerFor(compoundFormat(bytes, extension))
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return readerFor(await zipFormat(bytes, extension))
  const old = BINARY.find(([start]) => head.startsWith(start))
  if (old) return readerFor(old[1])
  if (head.startsWith('{\\rtf')) return readerFor('rtf')
  const found = await fileTypeFromBuffer(bytes)
  // XML is told apart below.
  if (found && found.ext !== 'xml') return readerFor(found.ext)
  return readerFor(textFormat(head, extension))
}

/** Reader of a format that was recognised; a name that nobody knows is taken for text, which its reader checks. */
function readerFor(format: string): Kind {
  const kind = readerOf(format)
  if (kind !== null) return kind
  const unread = unreadOf(format)
  if (unread === null) throw fail('ingest.unsupported_format', { format: format.toUpperCase() })
  throw fail(unread.way, { format: unread.format })
}

/** The first bytes as text, one character a byte; of UTF-16 the characters themselves. */
function headOf(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES))
  const [a, b] = head
  const littleEndian = (a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)
  const bigEndian = (a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c)
  if (!littleEndian && !bigEndian) return head.toString('latin1')
  return new TextDecoder(littleEndian ? 'utf-16le' : 'utf-16be').decode(head)
}

/** Binary formats that nobody else tells: Word 1 and 2, Excel 2 to 4, DjVu. */
const BINARY: readonly (readonly [string, string])[] = [
  ['\xdb\xa5', 'word6'],
  ['\x31\xbe\0\0', 'word6'],
  ['\x09\0\x04\0', 'xls'],
  ['\x09\x02\x06\0', 'xls'],
  ['\x09\x04\x06\0', 'xls'],
  ['AT&TFORM', 'djvu'],
]

/** What makes a compound file this format: a stream or storage in its root. */
const COMPOUND: readonly (readonly [string, string])[] = [
  ['WordDocument', 'doc'],
  ['PowerPoint Document', 'ppt'],
  ['PP40', 'ppt95'],
  ['__properties_version1.0', 'msg'],
  ['Workbook', 'xls'],
  ['Book', 'xls'],
  ['VisioDocument', 'vsd'],
  ['Quill', 'pub'],
  ['HwpSummaryInformation', 'hwp'],
  ['\x05HwpSummaryInformation', 'hwp'],
  ['MatOST', 'wps'],
  ['SPELLING', 'wps'],
]

function compoundFormat(bytes: Uint8Array, extension: string): string {
  const file = opened(bytes)
  if (file?.has('EncryptedPackage')) throw fail('ingest.password_needed')
  const found = file && COMPOUND.find(([stream]) => file.has(stream))
  if (found) return found[1]
  // A directory that cannot be followed: the reader will say what is wrong with the file.
  return readerOf(extension) !== null || unreadOf(extension) !== null ? extension : 'OLE'
}

function opened(bytes: Uint8Array): CompoundFile | null {
  try {
    return new CompoundFile(bytes)
  } catch {
    // Damaged: its extension decides who says so.
    return null
  }
}

const HTML_START = /^(?:\xef\xbb\xbf|\uFEFF)?\s*(?:<!--[\s\S]{0,2000}?-->\s*)*(?:<!doctype\s+html|<html[\s>]|<table[\s>])/i
const XML_START = /^(?:\xef\xbb\xbf|\uFEFF)?\s*<\?xml\b/
/** Headers of a page that was saved with its pictures. */
const MIME_START = /^(?=[\s\S]{0,2000}\bmultipart\/related\b)(?:[\w-]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){0,10}?MIME-Version:/i
/** Name of the first element, prefix and all. */
const ROOT_ELEMENT = /<([A-Za-z_][\w:.-]*)(?=[\s/>])/

function textFormat(head: string, extension: string): string {
  const format = extension !== '' && readerOf(extension) === null && unreadOf(extension) === null ? 'txt' : extension || 'txt'
  if (HTML_START.test(head)) return 'html'
  if (XML_START.test(head)) {
    const root = ROOT_ELEMENT.exec(head.replaceAll(/<[!?][^>]*>/g, ''))?.[1]?.toLowerCase()
    if (root === 'html') return 'html'
    return root === 'office:document' ? 'fodt' : 'xml'
  }
  // Web archives under the names of Office files, and tables of text under those of Excel: many programs export so.
  if (MIME_START.test(head)) return 'mht'
  return format === 'xls' && !head.includes('\0') ? 'csv' : format
}
