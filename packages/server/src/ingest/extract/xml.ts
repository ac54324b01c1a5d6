/**
 * XML of any vocabulary, feeds and SVG among them: the texts of its elements. An element with text of its own is a
 * paragraph, one with nothing but short texts below it is a record of `name: value` lines, a title is a heading, and
 * HTML inside (feeds carry it) is read as HTML. Attributes hold settings rather than text; a file that has text only
 * in them is shown as it is.
 */
import { Parser } from 'htmlparser2'
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import { cleanText, oneLine } from './clean.ts'
import { decodeText } from './charset.ts'
import { codeBlocks } from './code.ts'
import type { DraftBlock } from './draft.ts'
import { htmlBlocks } from './html/blocks.ts'
import { capDepth, parsePart } from './html/tree.ts'
import { textDocument } from './text-document.ts'
import type { Extractor } from './types.ts'
import { resolveEntities } from './xml/entities.ts'

export const XML_VERSION = 'xml-1'

/** A value up to this length is a field of a record; a longer one is a text. */
const FIELD_CHARS = 120
const PROGRESS_ELEMENTS = 5000

const TITLES: ReadonlySet<string> = new Set(['title', 'subtitle', 'head', 'heading', 'headline', 'caption', '标题', '题名'])
/** Elements whose names say nothing about their text. */
const TEXTS: ReadonlySet<string> = new Set(
  'p para paragraph text tspan textpath desc li item line l v s span div td th cell section body description content summary encoded abstract note string value'.split(
    ' ',
  ),
)
const SKIPPED: ReadonlySet<string> = new Set(['script', 'style', 'metadata', 'binary', 'bindata'])

interface Frame {
  name: string
  /** elements around it */
  depth: number
  /** texts and closed elements, in order */
  parts: (string | { name: string; text: string })[]
}

export const extractXml: Extractor = async (input) => {
  const head = Buffer.from(input.bytes.buffer, input.bytes.byteOffset, Math.min(input.bytes.length, 200)).toString('latin1')
  const text = resolveEntities(decodeText(input.bytes, /encoding\s*=\s*["']([\w-]+)/.exec(head)?.[1] ?? 'utf-8').text)
  input.progress()
  const read = new XmlReader(input.progress)
  const blocks = read.blocks(text)
  const isPicture = /<(?:\w+:)?svg[\s>]/.test(text.slice(0, 4000))
  const shown = blocks.length > 0 || isPicture || !/["'][^"']*\p{L}/u.test(text) ? blocks : codeBlocks(text, 'xml')
  return textDocument({ mediaType: isPicture ? 'image/svg+xml' : 'text/xml', engine: XML_VERSION, blocks: shown }, input)
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

class XmlReader {
  readonly #blocks: DraftBlock[] = []
  readonly #open: Frame[] = []
  readonly #progress: () => void
  #skipped = 0
  #elements = 0

  constructor(progress: () => void) {
    this.#progress = progress
  }

  /** @throws ingest.nesting_limit */
  blocks(text: string): DraftBlock[] {
    const parser = new Parser(
      {
        onopentag: (name) => this.#begin(localName(name)),
        ontext: (data) => {
          if (this.#skipped === 0) this.#open.at(-1)?.parts.push(data)
        },
        onclosetag: (name) => this.#end(localName(name)),
      },
      { xmlMode: true, decodeEntities: true },
    )
    parser.write(text)
    parser.end()
    return this.#blocks
  }

  #begin(name: string): void {
    if (++this.#elements % PROGRESS_ELEMENTS === 0) this.#progress()
    if (this.#skipped > 0 || SKIPPED.has(name.toLowerCase())) this.#skipped++
    else if (this.#open.length >= LIMITS.nestingDepth) throw fail('ingest.nesting_limit', { limit: LIMITS.nestingDepth })
    else this.#open.push({ name, depth: this.#open.length, parts: [] })
  }

  #end(name: string): void {
    if (this.#skipped > 0) {
      this.#skipped--
      return
    }
    const frame = this.#open.pop()
    if (!frame || frame.name !== name) return
    const parent = this.#open.at(-1)
    const own = frame.parts.some((part) => typeof part === 'string' && part.trim() !== '')
    const text = own ? frame.parts.map((part) => (typeof part === 'string' ? part : `${part.text} `)).join('') : ''
    if (own && parent) parent.parts.push({ name, text })
    else if (own) this.#emit([{ name: 'text', text }], 0)
    else {
      // What came before this element in those around it is shown before it.
      for (const outer of this.#open) this.#flush(outer)
      this.#flush(frame)
    }
  }

  /** Shows the closed elements of a frame that has no text of its own; one with text waits for its end. */
  #flush(frame: Frame): void {
    if (frame.parts.some((part) => typeof part === 'string' && part.trim() !== '')) return
    const fields = frame.parts.filter((part) => typeof part !== 'string')
    frame.parts = []
    if (fields.length > 0) this.#emit(fields, frame.depth)
  }

  #emit(fields: readonly { name: string; text: string }[], depth: number): void {
    const oneName = fields.length > 1 && fields.every(({ name }) => name === fields[0]!.name)
    let record: string[] = []
    const endRecord = (): void => {
      if (record.length > 0) this.#blocks.push({ kind: 'paragraph', text: record.join('\n') })
      record = []
    }
    for (const { name, text } of fields) {
      const line = oneLine(text)
      if (line === '') continue
      const kind = name.toLowerCase()
      const isField = !oneName && !TITLES.has(kind) && !TEXTS.has(kind) && line.length <= FIELD_CHARS
      if (isField) {
        record.push(`${oneLine(name)}: ${line}`)
        continue
      }
      endRecord()
      if (/<(?:p|br|div|a|ul|table|img|h\d)\b/i.test(text)) this.#blocks.push(...blocksOfHtml(text))
      else if (TITLES.has(kind) && line.length <= FIELD_CHARS * 2)
        this.#blocks.push({ kind: 'heading', level: Math.min(6, Math.max(1, depth)), text: line })
      else this.#blocks.push(...paragraphs(text))
    }
    endRecord()
  }
}

function blocksOfHtml(html: string): DraftBlock[] {
  const root = parsePart(html)
  capDepth(root)
  return htmlBlocks(root).blocks
}

/** Empty lines part paragraphs; other line breaks of XML are spaces. */
const paragraphs = (text: string): DraftBlock[] =>
  cleanText(text)
    .split(/\n[^\S\n]*\n/)
    .map((part) => oneLine(part))
    .filter((part) => part !== '')
    .map((part) => ({ kind: 'paragraph', text: part }))
