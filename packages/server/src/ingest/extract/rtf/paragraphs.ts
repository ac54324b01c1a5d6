/** Paragraphs and table rows of one stream of RTF text (body, note, header) to blocks. */
import { cleanText } from '../clean.ts'
import { type DraftBlock, tableDraft } from '../draft.ts'

/** What a paragraph is, as its properties say. */
export interface ParagraphFormat {
  /** heading level from 1, null for text */
  level: number | null
  inTable: boolean
  listLevel: number
}

/** A mark that stands in the text itself, as older programs write lists. */
const TYPED_MARK = /^([•·▪◦‣–-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])[ \t]*\t[ \t]*/i

export class Paragraphs {
  readonly blocks: DraftBlock[] = []
  #text = ''
  #marker = ''
  #cells: string[] = []
  #cell = ''
  #rows: string[][] = []
  #headerRows = 0
  /** notes that follow the paragraph or table in which they hang */
  #notes: DraftBlock[] = []

  add(text: string): void {
    this.#text += text
  }

  mark(text: string): void {
    this.#marker = text.trim()
  }

  note(text: string): void {
    if (text.trim() !== '') this.#notes.push({ kind: 'note', text: text.replace(/\s+/g, ' ').trim() })
  }

  endParagraph(format: ParagraphFormat): void {
    const text = cleanText(this.#text)
      .split('\n')
      .map((line) => line.trim())
      .join('\n')
      .trim()
    this.#text = ''
    const marker = this.#marker
    this.#marker = ''
    if (format.inTable) {
      this.#cell += (this.#cell === '' || text === '' ? '' : ' ') + (marker === '' || marker === '•' ? text : `${marker} ${text}`)
      return
    }
    this.#endTable()
    if (text !== '') this.blocks.push(blockOf(text, marker, format))
    this.#endNotes()
  }

  endCell(format: ParagraphFormat): void {
    this.endParagraph({ ...format, inTable: true })
    this.#cells.push(this.#cell.replace(/\s+/g, ' '))
    this.#cell = ''
  }

  endRow(isHeader: boolean): void {
    if (this.#cells.length === 0) return
    if (isHeader && this.#headerRows === this.#rows.length) this.#headerRows++
    this.#rows.push(this.#cells)
    this.#cells = []
  }

  #endTable(): void {
    if (this.#cells.length > 0 || this.#cell !== '') {
      // A row that does not end.
      this.#cells.push(this.#cell)
      this.#cell = ''
      this.endRow(false)
    }
    const draft = tableDraft(this.#rows, this.#headerRows)
    this.#rows = []
    this.#headerRows = 0
    if (draft) this.blocks.push(draft)
    if (draft) this.#endNotes()
  }

  #endNotes(): void {
    this.blocks.push(...this.#notes)
    this.#notes = []
  }

  end(format: ParagraphFormat): void {
    this.endParagraph({ ...format, inTable: false })
    this.#endTable()
    this.#endNotes()
  }
}

function blockOf(text: string, marker: string, { level, listLevel }: ParagraphFormat): DraftBlock {
  if (level !== null) {
    const heading = text.replace(/\s+/g, ' ')
    return { kind: 'heading', level: Math.min(level, 6), text: marker === '' ? heading : `${marker} ${heading}` }
  }
  if (marker !== '') return { kind: 'list-item', level: listLevel, marker: bullet(marker), text }
  const typed = TYPED_MARK.exec(text)
  if (!typed || typed[0].length === text.length) return { kind: 'paragraph', text }
  return { kind: 'list-item', level: listLevel, marker: bullet(typed[1]!), text: text.slice(typed[0].length) }
}

/** Bullets are letters of symbol fonts as often as not. */
const bullet = (marker: string): string => (/[\p{L}\p{N}]/u.test(marker) && marker.length > 1 ? marker : '•')
