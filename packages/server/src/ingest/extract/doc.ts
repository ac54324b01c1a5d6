/** Word 97-2003: body with headings, lists and tables, then text boxes, notes, headers and footers. Pictures are not read. */
import { cleanText, oneLine } from './clean.ts'
import { CompoundFile } from './compound-file.ts'
import { openWord } from './doc/file.ts'
import { type DocParagraph, DocText } from './doc/text.ts'
import { type DraftBlock, tableDraft } from './draft.ts'
import { textDocument } from './text-document.ts'
import type { Extractor } from './types.ts'

export const DOC_VERSION = 'doc-1'

export const extractDoc: Extractor = async (input) => {
  const file = openWord(new CompoundFile(input.bytes))
  input.progress()
  const text = new DocText(file)
  const { body, footnotes, headers, comments, endnotes, boxes, headerBoxes } = file.parts
  let at = 0
  const next = (length: number): DraftBlock[] => {
    const blocks = blocksOf(text.paragraphs(at, at + length))
    at += length
    input.progress()
    return blocks
  }
  const blocks = next(body)
  const notes = next(footnotes).map(asNote)
  const margins = next(headers)
  notes.push(...next(comments).map(asNote), ...next(endnotes).map(asNote))
  blocks.push(...next(boxes), ...notes)
  margins.push(...next(headerBoxes))
  blocks.push(...distinctNotes(margins))
  return textDocument({ mediaType: 'application/msword', engine: DOC_VERSION, blocks, invisible: text.hidden }, input)
}

const asNote = (block: DraftBlock): DraftBlock => ({ kind: 'note', text: oneLine(block.text) })

/** Each distinct header and footer once: they stand on every page but belong to none. A bare page number says nothing. */
function distinctNotes(blocks: readonly DraftBlock[]): DraftBlock[] {
  const lines = new Set(blocks.map((block) => oneLine(block.text)).filter((line) => /\p{L}/u.test(line)))
  return [...lines].map((text) => ({ kind: 'note', text }))
}

function blocksOf(paragraphs: Iterable<DocParagraph>): DraftBlock[] {
  const blocks: DraftBlock[] = []
  const table = new TableRows()
  for (const paragraph of paragraphs) {
    if (table.take(paragraph)) continue
    const rows = table.end()
    if (rows) blocks.push(rows)
    const text = cleanText(paragraph.text).trim()
    if (text !== '') blocks.push(blockOf(paragraph, text))
  }
  const rows = table.end()
  if (rows) blocks.push(rows)
  return blocks
}

function blockOf({ level, isItem, listLevel, mark }: DocParagraph, text: string): DraftBlock {
  if (level !== null && level > 0) {
    // The number of a heading is part of what it says.
    const number = mark === '' || mark === '•' ? '' : `${mark} `
    return { kind: 'heading', level: Math.min(level, 6), text: number + text.replace(/\s+/g, ' ') }
  }
  if (!isItem) return { kind: 'paragraph', text }
  const item: DraftBlock = { kind: 'list-item', level: listLevel ?? 0, text }
  return mark === '' ? item : { ...item, marker: mark }
}

/** Cells end with a mark of their own, rows with one more that belongs to no cell. Tables inside cells are told in one line. */
class TableRows {
  #rows: string[][] = []
  #cells: string[] = []
  #cell = ''

  /** False when the paragraph stands outside of a table. */
  take(paragraph: DocParagraph): boolean {
    if (!paragraph.inTable && paragraph.end !== 'cell') return false
    const inner = paragraph.depth > 1
    const text = oneLine(/[\p{L}\p{N}]/u.test(paragraph.mark) ? `${paragraph.mark} ${paragraph.text}` : paragraph.text)
    if (paragraph.endsRow && !inner) {
      if (this.#cells.length > 0) this.#rows.push(this.#cells)
      this.#cells = []
      return true
    }
    this.#cell += (this.#cell === '' || text === '' ? '' : ' ') + text
    if (paragraph.end === 'cell' && !inner) {
      this.#cells.push(this.#cell)
      this.#cell = ''
    }
    return true
  }

  end(): DraftBlock | null {
    // A row that does not end.
    if (this.#cell !== '') this.#cells.push(this.#cell)
    if (this.#cells.length > 0) this.#rows.push(this.#cells)
    const draft = tableDraft(this.#rows, 0)
    this.#rows = []
    this.#cells = []
    this.#cell = ''
    return draft
  }
}
