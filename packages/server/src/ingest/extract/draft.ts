/** Blocks of a text document (DOCX, Markdown, HTML, plain text) before they are cut into pages. */
import type { Block } from '@zhiku/contract/page.ts'

export interface DraftBlock {
  kind: Block['kind']
  text: string
  level?: number
  marker?: string
  language?: string
  /** offsets into this block's text */
  rows?: [number, number][][]
  headerRows?: number
  /** names of the columns, see contract/page.ts */
  columns?: string[]
}

/** Text of a table with the offsets of its cells: cells of a row are parted by a tab, rows by a line break. */
export function tableDraft(rows: readonly (readonly string[])[], headerRows: number): DraftBlock | null {
  const offsets: [number, number][][] = []
  let text = ''
  for (const row of rows) {
    if (row.every((cell) => cell.trim() === '')) continue
    if (offsets.length > 0) text += '\n'
    const cells: [number, number][] = []
    row.forEach((cell, index) => {
      if (index > 0) text += '\t'
      const clean = cell.trim()
      cells.push([text.length, text.length + clean.length])
      text += clean
    })
    offsets.push(cells)
  }
  if (offsets.length === 0) return null
  return { kind: 'table', text, rows: offsets, headerRows: Math.min(headerRows, offsets.length) }
}
