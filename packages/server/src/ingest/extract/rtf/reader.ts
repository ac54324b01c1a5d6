/** RTF to blocks: groups, destinations, characters of all code pages. Pictures, objects and settings are skipped. */
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'
import type { DraftBlock } from '../draft.ts'
import { codePageOfFont, decoderOf } from './code-pages.ts'
import { CHARACTERS, HEADERS, KEPT, MARKS, NOTES, SKIPPED } from './destinations.ts'
import { Paragraphs, type ParagraphFormat } from './paragraphs.ts'
import { type RtfToken, rtfTokens } from './tokens.ts'

const PROGRESS_TOKENS = 20_000
/** Text without any control word is decoded in pieces of about this size. */
const PENDING_BYTES = 64 * 1024

interface Group extends ParagraphFormat {
  skip: boolean
  hidden: boolean
  /** characters that follow each \u for readers that do not know it */
  uc: number
  codePage: number | null
  /** what the group is when it is more than formatting */
  destination: string
}

export interface RtfText {
  blocks: DraftBlock[]
  invisible: number
}

/** @throws ingest.nesting_limit */
export function readRtf(bytes: Uint8Array, progress: () => void): RtfText {
  return new RtfReader(bytes, progress).read()
}

class RtfReader {
  readonly #bytes: Uint8Array
  readonly #progress: () => void
  readonly #groups: Group[] = []
  #group: Group = {
    skip: false,
    hidden: false,
    uc: 1,
    codePage: null,
    destination: '',
    level: null,
    inTable: false,
    listLevel: 0,
  }
  #documentCodePage = 1252
  readonly #fonts = new Map<number, number | null>()
  #font = 0
  readonly #styleLevels = new Map<number, number>()
  #style = -1
  #styleName = ''
  /** `\*` was the last token: the next word may be skipped by those who do not know it */
  #ignorable = false
  /** the next word decides what a group is */
  #first = false
  #pending: number[] = []
  #skipCharacters = 0
  #headerRow = false
  #invisible = 0
  readonly #streams: Paragraphs[] = [new Paragraphs()]
  readonly #headers = new Set<string>()

  constructor(bytes: Uint8Array, progress: () => void) {
    this.#bytes = bytes
    this.#progress = progress
  }

  read(): RtfText {
    let tokens = 0
    for (const token of rtfTokens(this.#bytes)) {
      if (++tokens % PROGRESS_TOKENS === 0) this.#progress()
      this.#token(token)
      // Bytes after the end of the outermost group are no part of the document.
      if (token.type === 'close' && this.#groups.length === 0) break
    }
    while (this.#groups.length > 0) this.#close()
    this.#flush()
    this.#stream.end(this.#group)
    const notes = [...this.#headers].filter((line) => /\p{L}/u.test(line)).map((text): DraftBlock => ({ kind: 'note', text }))
    return { blocks: [...this.#stream.blocks, ...notes], invisible: this.#invisible }
  }

  get #stream(): Paragraphs {
    return this.#streams.at(-1)!
  }

  #token(token: RtfToken): void {
    if (token.type === 'open') this.#open()
    else if (token.type === 'close') this.#close()
    else if (token.type === 'word') this.#word(token.name, token.value)
    else if (token.type === 'symbol') this.#symbol(token.name)
    else if (!this.#group.skip) this.#characters(token)
    if (token.type !== 'open' && !(token.type === 'symbol' && token.name === '*')) this.#first = false
  }

  #open(): void {
    this.#flush()
    this.#skipCharacters = 0
    if (this.#groups.length >= LIMITS.nestingDepth) throw fail('ingest.nesting_limit', { limit: LIMITS.nestingDepth })
    this.#groups.push(this.#group)
    this.#group = { ...this.#group, destination: '' }
    this.#first = true
    this.#ignorable = false
  }

  #close(): void {
    this.#flush()
    this.#skipCharacters = 0
    const ended = this.#group
    const outer = this.#groups.pop()
    if (!outer) return
    if (ended.destination !== '') this.#endDestination(ended)
    // Properties of paragraphs outlive the group in which they were set, as Word has it; those of characters do not.
    const { level, inTable, listLevel } = ended.destination === '' && !ended.skip ? ended : outer
    this.#group = { ...outer, level, inTable, listLevel }
  }

  #endDestination(group: Group): void {
    if (group.destination === 'font' || group.destination === 'style') return
    const stream = this.#streams.pop()!
    stream.end(group)
    const text = stream.blocks.map((block) => block.text).join(' ')
    if (HEADERS.has(group.destination)) this.#headers.add(text.replace(/\s+/g, ' ').trim())
    else if (MARKS.has(group.destination)) this.#stream.mark(text)
    else this.#stream.note(text)
  }

  #symbol(name: string): void {
    if (name === '*') this.#ignorable = true
    else if (this.#group.skip) return
    else if (name === '~') this.#text(' ')
    else if (name === '_') this.#text('-')
    else if (name === '\\' || name === '{' || name === '}') this.#characters({ type: 'byte', value: name.charCodeAt(0) })
    else if (name === '\n' || name === '\r') this.#endParagraph()
  }

  #word(name: string, value: number | null): void {
    const first = this.#first
    const ignorable = this.#ignorable
    this.#ignorable = false
    if (this.#group.skip) return
    if (first && this.#begins(name, ignorable)) return
    const character = CHARACTERS[name]
    if (character !== undefined) this.#text(character)
    else if (name === 'u') this.#unicode(value ?? 0)
    else if (!this.#structure(name)) this.#property(name, value)
  }

  /** A word at the beginning of a group may say what the whole group is. */
  #begins(name: string, ignorable: boolean): boolean {
    if (name === 'fonttbl') this.#group.destination = 'font'
    else if (name === 'stylesheet') this.#group.destination = 'style'
    else if (SKIPPED.has(name)) this.#group.skip = true
    else if (name === 'upr') this.#group.skip = false
    else if (HEADERS.has(name) || NOTES.has(name) || MARKS.has(name)) {
      this.#group.destination = name
      this.#group.inTable = false
      this.#group.level = null
      this.#streams.push(new Paragraphs())
    } else if (ignorable && !KEPT.has(name)) this.#group.skip = true
    else return false
    return true
  }

  get #table(): 'font' | 'style' | null {
    for (const { destination } of [this.#group, ...this.#groups.toReversed()])
      if (destination === 'font' || destination === 'style') return destination
    return null
  }

  #structure(name: string): boolean {
    if (name === 'par' || name === 'sect' || name === 'page' || name === 'column') this.#endParagraph()
    else if (name === 'cell') {
      this.#flush()
      this.#stream.endCell(this.#group)
    } else if (name === 'row') {
      this.#flush()
      this.#stream.endRow(this.#headerRow)
    } else if (name === 'trowd') this.#headerRow = false
    else if (name === 'trhdr') this.#headerRow = true
    else return false
    return true
  }

  #endParagraph(): void {
    this.#flush()
    if (this.#table === null) this.#stream.endParagraph(this.#group)
  }

  #property(name: string, value: number | null): void {
    const group = this.#group
    switch (name) {
      case 'pard':
        Object.assign(group, { level: null, inTable: false, listLevel: 0 })
        break
      case 'plain':
        this.#setFont(null)
        group.hidden = false
        break
      case 'intbl':
        group.inTable = true
        break
      case 's':
        this.#style = value ?? 0
        if (this.#table === null) group.level = this.#styleLevels.get(this.#style) ?? group.level
        break
      case 'outlinelevel':
        this.#outlineLevel(value ?? 9)
        break
      case 'ilvl':
        group.listLevel = Math.min(Math.max(value ?? 0, 0), 8)
        break
      case 'v':
        this.#flush()
        group.hidden = value !== 0
        break
      case 'deleted':
        this.#flush()
        group.hidden = value !== 0
        break
      case 'uc':
        group.uc = Math.min(Math.max(value ?? 1, 0), 16)
        break
      case 'ansicpg':
        this.#documentCodePage = value ?? 1252
        break
      case 'mac':
        this.#documentCodePage = 10000
        break
      case 'f':
        this.#setFont(value ?? 0)
        break
      case 'fcharset':
        this.#fonts.set(this.#font, codePageOfFont(value ?? 0))
        break
      case 'cpg':
        this.#fonts.set(this.#font, value)
        break
    }
  }

  #outlineLevel(value: number): void {
    const level = value >= 0 && value < 9 ? value + 1 : null
    if (this.#table === 'style') {
      if (level !== null) this.#styleLevels.set(this.#style, level)
    } else this.#group.level = level
  }

  #setFont(font: number | null): void {
    this.#flush()
    if (this.#table === 'font') {
      this.#font = font ?? 0
      this.#fonts.set(this.#font, null)
    } else this.#group.codePage = font === null ? null : (this.#fonts.get(font) ?? null)
  }

  #unicode(value: number): void {
    this.#flush()
    this.#text(String.fromCharCode(value & 0xffff))
    this.#skipCharacters = this.#group.uc
  }

  #text(text: string): void {
    this.#flush()
    const table = this.#table
    if (table !== null || this.#group.skip) return
    if (this.#group.hidden) this.#invisible += text.length
    else this.#stream.add(text)
  }

  #characters(token: Extract<RtfToken, { type: 'byte' | 'bytes' }>): void {
    const [from, to] = token.type === 'byte' ? [0, 1] : [token.from, token.to]
    for (let at = from; at < to; at++) {
      if (this.#skipCharacters > 0) this.#skipCharacters--
      else this.#pending.push(token.type === 'byte' ? token.value : this.#bytes[at]!)
    }
    // Two bytes of ASCII in a row end a character of any code page.
    if (this.#pending.length > PENDING_BYTES && this.#pending.at(-1)! < 0x80 && this.#pending.at(-2)! < 0x80) this.#flush()
  }

  /** Bytes that stand together are decoded together: characters of East Asian code pages are two of them. */
  #flush(): void {
    if (this.#pending.length === 0) return
    const bytes = Uint8Array.from(this.#pending)
    this.#pending = []
    const table = this.#table
    if (table === 'style') return this.#styleEntry(bytes)
    if (table === 'font') return
    const charset = decoderOf(this.#group.codePage ?? this.#documentCodePage)
    // Pairs of an East Asian code page may look like UTF-8.
    const text = (charset === 'windows-1252' ? utf8(bytes) : null) ?? new TextDecoder(charset).decode(bytes)
    if (this.#group.hidden) this.#invisible += text.replace(/\s+/g, '').length
    else this.#stream.add(text)
  }

  /** Names of styles end in `;`. Only those of headings are of interest. */
  #styleEntry(bytes: Uint8Array): void {
    this.#styleName += new TextDecoder(decoderOf(this.#documentCodePage)).decode(bytes)
    if (!this.#styleName.endsWith(';')) return
    const level = /^\s*(?:heading|标题|標題|見出し)\s*([1-9])/i.exec(this.#styleName)?.[1]
    if (level !== undefined) this.#styleLevels.set(this.#style, Number(level))
    this.#styleName = ''
  }
}

/** Some programs write UTF-8 though RTF has no such thing. Two or more bytes that fit each other do not happen by chance. */
function utf8(bytes: Uint8Array): string | null {
  if (bytes.every((byte) => byte < 0x80)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Bytes of a code page.
    return null
  }
}
