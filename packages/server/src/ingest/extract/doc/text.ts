/** The text of a Word 97-2003 file: characters by pieces, paragraphs with their properties, fields without their codes. */
import { type Piece, type Run, type WordFile } from './file.ts'
import { type ParagraphProperties, paragraphProperties, visibility } from './properties.ts'

export interface DocParagraph extends ParagraphProperties {
  text: string
  /** mark of a list item, number of a heading; '' without */
  mark: string
  isItem: boolean
  /** what ended it: a paragraph, a cell (or row), a page or section */
  end: 'paragraph' | 'cell' | 'section'
}

const WESTERN = new TextDecoder('windows-1252')
const WIDE = new TextDecoder('utf-16le')

const FIELD_BEGIN = 0x13
const FIELD_SEPARATOR = 0x14
const FIELD_END = 0x15
const NONE: ParagraphProperties = paragraphProperties(new Uint8Array())

/** Characters that stand for something else; all other control characters are marks without text. */
const SHOWN: Readonly<Record<number, string>> = { 0x09: '\t', 0x0b: '\n', 0x1e: '-' }

export class DocText {
  readonly #file: WordFile
  readonly #codes: Uint16Array
  /** byte of the document stream of each character */
  readonly #places: Uint32Array
  /** characters of hidden text that were left out */
  hidden = 0

  constructor(file: WordFile) {
    this.#file = file
    const { parts } = file
    const wanted = Object.values(parts).reduce((sum, count) => sum + count, 0) + 1
    const last = Math.max(0, ...file.pieces.map((piece) => piece.to))
    // No more characters than the file has bytes, whatever it says.
    const length = Math.min(wanted, last, file.document.byteLength)
    this.#codes = new Uint16Array(length)
    this.#places = new Uint32Array(length)
    for (const piece of file.pieces) this.#fill(piece)
  }

  #fill({ from, to, at, bytesPerCharacter }: Piece): void {
    const { document } = this.#file
    const end = Math.min(to, this.#codes.length)
    if (from >= end) return
    const bytes = Math.min((end - from) * bytesPerCharacter, Math.max(0, document.byteLength - at))
    const text = (bytesPerCharacter === 1 ? WESTERN : WIDE).decode(
      new Uint8Array(document.buffer, document.byteOffset + Math.min(at, document.byteLength), bytes),
    )
    for (let index = 0; index < text.length && from + index < end; index++) {
      this.#codes[from + index] = text.charCodeAt(index)
      this.#places[from + index] = at + index * bytesPerCharacter
    }
  }

  /** Paragraphs of the characters [from, to). */
  *paragraphs(from: number, to: number): Generator<DocParagraph> {
    const { paragraphs, characters } = this.#file
    const end = Math.min(to, this.#codes.length)
    const runs = new RunFinder(characters)
    const marks = new RunFinder(paragraphs)
    const fields = new Fields()
    let text = ''
    for (let at = from; at < end; at++) {
      const code = this.#codes[at]!
      if (code === 0x0d || code === 0x07 || code === 0x0c) {
        const properties = this.#properties(marks.at(this.#places[at]!))
        yield { ...properties, text, end: code === 0x07 ? 'cell' : code === 0x0c ? 'section' : 'paragraph' }
        text = ''
      } else if (code === FIELD_BEGIN || code === FIELD_SEPARATOR || code === FIELD_END) fields.mark(code)
      else if (!fields.inCode && (code >= 0x20 || SHOWN[code] !== undefined)) {
        const shown = runs.visibilityAt(this.#places[at]!)
        if (shown === 'shown') text += SHOWN[code] ?? String.fromCharCode(code)
        else if (shown === 'hidden') this.hidden++
      }
    }
    if (text.trim() !== '') yield { ...NONE, mark: '', isItem: false, text, end: 'paragraph' }
  }

  /** Of a paragraph, completed by those of its style. An empty item is counted all the same. */
  #properties(run: Run | null): Omit<DocParagraph, 'text' | 'end'> {
    const { styles, lists } = this.#file
    const said = run ? paragraphProperties(run.properties) : NONE
    const style = styles[run?.style ?? 0]
    const list = said.list ?? style?.list ?? 0
    const listLevel = said.listLevel ?? style?.listLevel ?? lists?.levelOfStyle(list, run?.style ?? 0) ?? 0
    const level = said.level ?? (style?.level || null)
    const isItem = list > 0
    return { ...said, level, list, listLevel, isItem, mark: isItem ? (lists?.next(list, listLevel) ?? '') : '' }
  }
}

/** Between its begin and its separator a field holds its code, after it what is shown. */
class Fields {
  readonly #inCode: boolean[] = []
  #hiding = 0

  get inCode(): boolean {
    return this.#hiding > 0
  }

  mark(code: number): void {
    if (code === FIELD_BEGIN) {
      this.#inCode.push(true)
      this.#hiding++
    } else if (code === FIELD_SEPARATOR && this.#inCode.at(-1)) {
      this.#inCode[this.#inCode.length - 1] = false
      this.#hiding--
    } else if (code === FIELD_END && this.#inCode.pop()) this.#hiding--
  }
}

/** Finds the run of a byte; characters come nearly in order, so the last one is looked at first. */
class RunFinder {
  readonly #runs: readonly Run[]
  #last: Run | null = null
  #shown: 'shown' | 'deleted' | 'hidden' = 'shown'

  constructor(runs: readonly Run[]) {
    this.#runs = runs
  }

  at(byte: number): Run | null {
    if (this.#last && byte >= this.#last.from && byte < this.#last.to) return this.#last
    let low = 0
    let high = this.#runs.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const run = this.#runs[middle]!
      if (byte < run.from) high = middle - 1
      else if (byte >= run.to) low = middle + 1
      else {
        this.#last = run
        return run
      }
    }
    return null
  }

  visibilityAt(byte: number): 'shown' | 'deleted' | 'hidden' {
    const before = this.#last
    const run = this.at(byte)
    if (run === null) return 'shown'
    if (run !== before) this.#shown = visibility(run.properties)
    return this.#shown
  }
}
