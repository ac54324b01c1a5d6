/** Builds small Word 97-2003 files for tests: [MS-DOC], structures as far as the reader looks at them. */
import { compoundFile } from './compound-file.ts'

export interface DocParagraph {
  /** `\u0007` at its end makes it a cell */
  text: string
  /** index of its style: 0 normal, 1-9 headings, 10 a style with a name of its own */
  style?: number
  /** operations with their operands */
  properties?: readonly (readonly [number, number])[]
}

/** One level of a list: characters 0 to 8 of the template stand for the number of that level. */
export interface DocLevel {
  /** [MS-OSHARED] MSONFC: 0 decimal, 23 bullet, 39 Chinese */
  format: number
  template: string
  start?: number
}

export interface DocFile {
  /** used by paragraphs as list 1, 2 … */
  lists?: readonly (readonly DocLevel[])[]
  paragraphs: readonly DocParagraph[]
  /** one paragraph each */
  footnotes?: string
  header?: string
  /** characters [from, to) of the body that are hidden or deleted */
  marked?: { from: number; to: number; code: 0x083c | 0x0800 }
  /** cp1252, one byte a character */
  narrow?: boolean
  encrypted?: boolean
}

export const IN_TABLE: readonly [number, number] = [0x2416, 1]
export const ENDS_ROW: readonly [number, number] = [0x2417, 1]
export const OUTLINE_3: readonly [number, number] = [0x2640, 2]
export const listOf = (list: number): readonly [number, number] => [0x460b, list]
export const listLevel = (level: number): readonly [number, number] => [0x260a, level]

const FKP = 512
const TEXT_AT = 4 * FKP

const wide = (code: number): boolean => code >> 13 === 4 || code >> 13 === 2 || code >> 13 === 5

function operations(properties: readonly (readonly [number, number])[]): Buffer {
  return Buffer.concat(
    properties.map(([code, value]) => {
      const bytes = Buffer.alloc(wide(code) ? 4 : 3)
      bytes.writeUInt16LE(code, 0)
      if (wide(code)) bytes.writeUInt16LE(value, 2)
      else bytes.writeUInt8(value, 2)
      return bytes
    }),
  )
}

/** A page of runs: positions, one entry a run, the properties from the end on downwards, the count in the last byte. */
function runPage(bounds: readonly number[], entries: readonly Buffer[], entryBytes: number): Buffer {
  const page = Buffer.alloc(FKP)
  bounds.forEach((bound, index) => page.writeUInt32LE(bound, 4 * index))
  let free = FKP - 2
  entries.forEach((entry, index) => {
    if (entry.length === 0) return
    free = (free - entry.length) & ~1
    entry.copy(page, free)
    page.writeUInt8(free / 2, 4 * bounds.length + entryBytes * index)
  })
  page.writeUInt8(entries.length, FKP - 1)
  return page
}

function paragraphEntry({ style = 0, properties = [] }: DocParagraph): Buffer {
  const content = operations(properties)
  // The length is in words and one byte less than it says.
  const odd = content.length % 2 === 0 ? Buffer.alloc(1) : Buffer.alloc(0)
  const head = Buffer.from([(2 + content.length + odd.length + 1) / 2, style, 0])
  return Buffer.concat([head, content, odd])
}

/** Eleven styles: normal, nine built-in headings, and one at the second level of the outline under a name of its own. */
function styleSheet(): Buffer {
  const base = 10
  const style = (id: number, properties: readonly (readonly [number, number])[]): Buffer => {
    const fixed = Buffer.alloc(base)
    fixed.writeUInt16LE(id, 0)
    fixed.writeUInt16LE((0xfff << 4) | 1, 2)
    const name = Buffer.from('\u0001s\0', 'utf16le')
    const content = operations(properties)
    const length = Buffer.alloc(4)
    length.writeUInt16LE(2 + content.length, 0)
    const whole = Buffer.concat([fixed, name, length, content])
    const size = Buffer.alloc(2)
    size.writeUInt16LE(whole.length, 0)
    return Buffer.concat([size, whole, Buffer.alloc(whole.length & 1)])
  }
  const header = Buffer.alloc(2 + 18)
  header.writeUInt16LE(18, 0)
  header.writeUInt16LE(11, 2)
  header.writeUInt16LE(base, 4)
  const styles = Array.from({ length: 10 }, (_, id) => style(id, []))
  return Buffer.concat([header, ...styles, style(0xffe, [[0x2640, 1]])])
}

const LEVELS = 9

function listTables(lists: readonly (readonly DocLevel[])[]): { lists: Buffer; uses: Buffer } {
  const head = Buffer.alloc(2 + 28 * lists.length)
  head.writeUInt16LE(lists.length, 0)
  const uses = Buffer.alloc(4 + 16 * lists.length + 4 * lists.length)
  uses.writeUInt32LE(lists.length, 0)
  const levels = lists.flatMap((list, index) => {
    head.writeUInt32LE(100 + index, 2 + 28 * index)
    uses.writeUInt32LE(100 + index, 4 + 16 * index)
    return Array.from({ length: LEVELS }, (_, level) => {
      const { format, template, start = 1 } = list[level] ?? { format: 23, template: '-' }
      const fixed = Buffer.alloc(28 + 2)
      fixed.writeUInt32LE(start, 0)
      fixed.writeUInt8(format, 4)
      fixed.writeUInt16LE(template.length, 28)
      return Buffer.concat([fixed, Buffer.from(template, 'utf16le')])
    })
  })
  return { lists: Buffer.concat([head, ...levels]), uses }
}

export function docFile({
  lists = [],
  paragraphs,
  footnotes = '',
  header = '',
  marked,
  narrow = false,
  encrypted = false,
}: DocFile): Uint8Array {
  const stories = [
    paragraphs.map(({ text }) => (text.endsWith('\u0007') ? text : `${text}\r`)).join(''),
    ...[footnotes, header].map((text) => (text === '' ? '' : `${text}\r`)),
  ]
  const all = `${stories.join('')}\r`
  const size = narrow ? 1 : 2
  const text = Buffer.from(all, narrow ? 'latin1' : 'utf16le')
  const bounds = [TEXT_AT]
  for (const { text: part } of paragraphs) bounds.push(bounds.at(-1)! + size * (part.endsWith('\u0007') ? part.length : part.length + 1))
  const papx = runPage(bounds, paragraphs.map(paragraphEntry), 13)
  const spans = marked
    ? [TEXT_AT, TEXT_AT + size * marked.from, TEXT_AT + size * marked.to, TEXT_AT + text.length]
    : [TEXT_AT, TEXT_AT + text.length]
  const mark = marked ? operations([[marked.code, 1]]) : Buffer.alloc(0)
  const none = Buffer.alloc(0)
  const chpx = runPage(spans, marked ? [none, Buffer.concat([Buffer.from([mark.length]), mark]), none] : [none], 1)

  const clx = Buffer.alloc(5 + 16)
  clx.writeUInt8(2, 0)
  clx.writeUInt32LE(16, 1)
  clx.writeUInt32LE(0, 5)
  clx.writeUInt32LE(all.length, 9)
  clx.writeUInt32LE(narrow ? (2 * TEXT_AT) | 0x40000000 : TEXT_AT, 15)
  const pages = (page: number): Buffer => {
    const table = Buffer.alloc(12)
    table.writeUInt32LE(TEXT_AT, 0)
    table.writeUInt32LE(TEXT_AT + text.length, 4)
    table.writeUInt32LE(page, 8)
    return table
  }
  const tables = listTables(lists)
  const parts: [number, Buffer][] = [
    [0xa2, styleSheet()],
    [0xfa, pages(3)],
    [0x102, pages(2)],
    [0x1a2, clx],
    [0x2e2, tables.lists],
    [0x2ea, tables.uses],
  ]
  const fib = Buffer.alloc(2 * FKP)
  fib.writeUInt16LE(0xa5ec, 0)
  fib.writeUInt16LE(0x0200 | (encrypted ? 0x0100 : 0), 10)
  stories.forEach((story, index) => fib.writeUInt32LE(story.length, 0x4c + 4 * index))
  let at = 0
  for (const [field, bytes] of parts) {
    fib.writeUInt32LE(at, field)
    fib.writeUInt32LE(bytes.length, field + 4)
    at += bytes.length
  }
  const table = Buffer.concat(parts.map(([, bytes]) => bytes))
  // A stream of more than 4096 bytes lies in sectors of its own.
  return compoundFile({ WordDocument: Buffer.concat([fib, papx, chpx, text, Buffer.alloc(4096)]), '1Table': table })
}
