/**
 * Structures of a Word 97-2003 file that the text needs. [MS-DOC]: 2.5 (FIB), 2.8 (PLC), 2.9.38 (CLX), 2.9.174 (PAPX),
 * 2.9.271 (STSH). All positions are checked: a number that leads out of a stream ends as a damaged file.
 */
import { fail } from '../../../base/fail.ts'
import type { CompoundFile } from '../compound-file.ts'
import { DocLists } from './lists.ts'
import { type ParagraphProperties, paragraphProperties } from './properties.ts'

const MAGIC = 0xa5ec
const ENCRYPTED = 0x0100
const TABLE_1 = 0x0200
const FKP_BYTES = 512

/** Lengths in characters of the parts of the text, in the order in which they follow each other. */
export interface Parts {
  body: number
  footnotes: number
  headers: number
  comments: number
  endnotes: number
  boxes: number
  headerBoxes: number
}

/** Run of the file in which all characters, or one paragraph, have the same properties. */
export interface Run {
  /** bytes [from, to) of the document stream */
  from: number
  to: number
  style: number
  /** modifications: operation code and what follows it */
  properties: Uint8Array
}

export interface Piece {
  /** characters [from, to) of the text */
  from: number
  to: number
  /** byte of the document stream at which it begins */
  at: number
  bytesPerCharacter: 1 | 2
}

export interface WordFile {
  document: DataView
  parts: Parts
  pieces: Piece[]
  paragraphs: Run[]
  characters: Run[]
  /** by index */
  styles: Style[]
  lists: DocLists | null
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** @throws ingest.corrupt, ingest.password_needed, ingest.unsupported_document (Word 6 and 95) */
export function openWord(streams: CompoundFile): WordFile {
  const bytes = streams.stream('WordDocument')
  if (!bytes || bytes.length < 68) throw fail('ingest.corrupt', { detail: 'DOC' })
  const document = viewOf(bytes)
  // Word 6 and 95 have other structures under the same name.
  if (document.getUint16(0, true) !== MAGIC) throw fail('ingest.unsupported_document', { format: 'Word 6 / 95' })
  const flags = document.getUint16(10, true)
  if ((flags & ENCRYPTED) !== 0) throw fail('ingest.password_needed')
  const table = streams.stream((flags & TABLE_1) === 0 ? '0Table' : '1Table')
  if (!table) throw fail('ingest.corrupt', { detail: 'DOC' })
  try {
    return structures(document, viewOf(table))
  } catch (error) {
    if (error instanceof RangeError) throw fail('ingest.corrupt', { detail: 'DOC' }, error)
    throw error
  }
}

function structures(document: DataView, table: DataView): WordFile {
  const length = (at: number): number => document.getUint32(at, true)
  const place = (at: number): DataView => part(table, length(at), length(at + 4))
  return {
    document,
    parts: {
      body: length(0x4c),
      footnotes: length(0x50),
      headers: length(0x54),
      comments: length(0x5c),
      endnotes: length(0x60),
      boxes: length(0x64),
      headerBoxes: length(0x68),
    },
    pieces: piecesOf(place(0x1a2)),
    paragraphs: runsOf(
      document,
      optional(() => place(0x102)),
      true,
    ),
    characters: runsOf(
      document,
      optional(() => place(0xfa)),
      false,
    ),
    styles: optional(() => stylesOf(place(0xa2))) ?? [],
    lists: length(0x2e6) === 0 ? null : optional(() => new DocLists(table, length(0x2e2), length(0x2ea))),
  }
}

const part = (view: DataView, at: number, bytes: number): DataView =>
  new DataView(view.buffer, view.byteOffset + checked(view, at, bytes), bytes)

function checked(view: DataView, at: number, bytes: number): number {
  if (at + bytes > view.byteLength) throw new RangeError('outside of the stream')
  return at
}

/** Without properties or styles the text is still text. */
function optional<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function piecesOf(clx: DataView): Piece[] {
  let at = 0
  while (clx.getUint8(at) === 1) at += 3 + clx.getUint16(at + 1, true)
  if (clx.getUint8(at) !== 2) throw fail('ingest.corrupt', { detail: 'DOC' })
  const table = part(clx, at + 5, clx.getUint32(at + 1, true))
  const count = Math.floor((table.byteLength - 4) / 12)
  return Array.from({ length: count }, (_, index): Piece => {
    const position = table.getUint32(4 * (count + 1) + 8 * index + 2, true)
    const narrow = (position & 0x40000000) !== 0
    return {
      from: table.getUint32(4 * index, true),
      to: table.getUint32(4 * index + 4, true),
      at: narrow ? (position & 0x3fffffff) >>> 1 : position,
      bytesPerCharacter: narrow ? 1 : 2,
    }
  })
}

/** Runs from the pages of 512 bytes that a table lists; pages that cannot be read are left out. */
function runsOf(document: DataView, table: DataView | null, ofParagraphs: boolean): Run[] {
  const count = table ? Math.floor((table.byteLength - 4) / 8) : 0
  const runs: Run[] = []
  for (let index = 0; index < count; index++) {
    const page = (table!.getUint32(4 * (count + 1) + 4 * index, true) & 0x3fffff) * FKP_BYTES
    const found = optional(() => pageRuns(part(document, page, FKP_BYTES), ofParagraphs))
    if (found) runs.push(...found)
  }
  return runs.toSorted((a, b) => a.from - b.from)
}

function pageRuns(page: DataView, ofParagraphs: boolean): Run[] {
  const count = page.getUint8(FKP_BYTES - 1)
  const size = ofParagraphs ? 13 : 1
  return Array.from({ length: count }, (_, index): Run => {
    const run = { from: page.getUint32(4 * index, true), to: page.getUint32(4 * index + 4, true) }
    const offset = 2 * page.getUint8(4 * (count + 1) + size * index)
    if (offset === 0) return { ...run, style: 0, properties: new Uint8Array() }
    let at = offset + 1
    let bytes = page.getUint8(offset)
    if (ofParagraphs) {
      // A length in words, less one byte; 0 says that the length is in the next byte.
      if (bytes === 0) bytes = 2 * page.getUint8(at++)
      else bytes = 2 * bytes - 1
    }
    const style = ofParagraphs && bytes >= 2 ? page.getUint16(at, true) : 0
    if (ofParagraphs) {
      at += 2
      bytes -= 2
    }
    bytes = Math.max(0, Math.min(bytes, FKP_BYTES - at))
    return { ...run, style, properties: new Uint8Array(page.buffer, page.byteOffset + at, bytes) }
  })
}

const STI_HEADING_9 = 9
const STI_TITLE = 62
const STI_SUBTITLE = 74
const PARAGRAPH_STYLE = 1
const NO_STYLE = 0xfff
const BASES_MAX = 12

/** What the paragraphs of a style are when they do not say otherwise. */
export interface Style {
  /** heading level, 0 for none */
  level: number
  /** use of a list, 0 for none */
  list: number
  listLevel: number | null
}

interface OwnStyle {
  level: number | null
  list: number | null
  listLevel: number | null
  base: number
}

/**
 * Built-in styles have numbers, so headings are known in every language; others say at which level of the outline their
 * paragraphs stand; what a style does not say, the one it is based on says.
 */
function stylesOf(sheet: DataView): Style[] {
  const count = sheet.getUint16(2, true)
  const baseBytes = sheet.getUint16(4, true)
  const styles: OwnStyle[] = []
  for (let at = 2 + sheet.getUint16(0, true); styles.length < count;) {
    const bytes = sheet.getUint16(at, true)
    at += 2
    styles.push(bytes < 4 ? { level: null, list: null, listLevel: null, base: NO_STYLE } : styleOf(part(sheet, at, bytes), baseBytes))
    at += bytes + (bytes & 1)
  }
  return styles.map((_, index) => {
    const found: Omit<OwnStyle, 'base'> = { level: null, list: null, listLevel: null }
    for (let style = styles[index], steps = 0; style && steps < BASES_MAX; style = styles[style.base], steps++) {
      found.level ??= style.level
      found.list ??= style.list
      found.listLevel ??= style.listLevel
    }
    return { level: found.level ?? 0, list: found.list ?? 0, listLevel: found.listLevel }
  })
}

function styleOf(style: DataView, baseBytes: number): OwnStyle {
  const id = style.getUint16(0, true) & 0xfff
  const kind = style.getUint16(2, true) & 0xf
  const said = kind === PARAGRAPH_STYLE ? optional(() => propertiesOf(style, baseBytes)) : null
  const builtIn = id >= 1 && id <= STI_HEADING_9 ? id : id === STI_TITLE ? 1 : id === STI_SUBTITLE ? 2 : null
  return {
    level: builtIn ?? said?.level ?? null,
    list: said?.list ?? null,
    listLevel: said?.listLevel ?? null,
    base: style.getUint16(2, true) >> 4,
  }
}

/** After the fixed part: the name with its length and end, then the paragraph properties with their length and style. */
function propertiesOf(style: DataView, baseBytes: number): ParagraphProperties {
  let at = baseBytes + 2 + 2 * style.getUint16(baseBytes, true) + 2
  at += at & 1
  const properties = part(style, at + 4, Math.max(0, style.getUint16(at, true) - 2))
  return paragraphProperties(new Uint8Array(properties.buffer, properties.byteOffset, properties.byteLength))
}
