/** One page: visible glyphs -> segments -> reading order -> lines -> blocks -> text with word boxes. */
import type { Block } from '@zhiku/contract/page.ts'
import type { WordBox } from '../types.ts'
import type { Annotation } from './annotations.ts'
import { blocksOf, type Part, partsOf, ruledHeaderRows } from './blocks.ts'
import { Composer } from './compose.ts'
import type { DocumentStyle } from './document-style.ts'
import type { Glyphs } from './glyphs.ts'
import { lineOf } from './lines.ts'
import { type Column, readingOrder } from './reading-order.ts'
import { type RuledTable, ruledTables } from './ruled-tables.ts'
import type { Rule } from './rules.ts'
import { type PageSize, type Segment, segmentsOf } from './segments.ts'
import type { Styles } from './styles.ts'

export interface Layout {
  text: string
  blocks: Block[]
  words: WordBox[]
}

/** @param kept  1 for each glyph that is to be read */
export function layoutPage(
  glyphs: Glyphs,
  styles: Styles,
  kept: Uint8Array,
  page: PageSize,
  rules: readonly Rule[],
  annotations: readonly Annotation[],
  style: DocumentStyle,
): Layout {
  const parts: (Part | RuledTable)[] = []
  for (const group of segmentsOf(glyphs, styles, kept, page, rules)) {
    const { tables, rest } = ruledTables(group.rules, group.segments)
    for (const column of readingOrder([...rest, ...tables.map(asSegment)])) addParts(glyphs, column, parts)
  }
  // The size of running text is known before anything is called a heading.
  for (const part of parts) if ('kind' in part && part.kind === 'text') for (const line of part.lines) style.count(line.size, line.chars)
  const composer = new Composer(glyphs)
  for (const part of parts) {
    if ('rows' in part) composer.add({ kind: 'table', lines: [], table: part, headerRows: ruledHeaderRows(glyphs, part) })
    else for (const block of blocksOf(glyphs, part, style)) composer.add(block)
  }
  for (const { kind, text, box } of annotations) composer.addBoxed(kind, text, box)
  style.endPage()
  return { text: composer.text, blocks: composer.blocks, words: composer.words }
}

/** A ruled table takes part in the reading order as one piece. */
function asSegment(table: RuledTable): Segment {
  const { x0, y0, x1, y1, rows } = table
  const segments = rows.flat(2)
  const size = segments.reduce((sum, segment) => sum + segment.size, 0) / segments.length
  return {
    glyphs: [],
    spaces: [],
    x0,
    y0,
    x1,
    y1,
    size,
    bolds: 0,
    rtl: false,
    firstWord: 0,
    order: Math.min(...segments.map((segment) => segment.order)),
    table,
  }
}

function addParts(glyphs: Glyphs, column: Column, parts: (Part | RuledTable)[]): void {
  let lines = []
  for (const row of column) {
    const table = row[0]!.table
    if (!table) {
      lines.push(lineOf(glyphs, row))
      continue
    }
    parts.push(...partsOf(glyphs, lines), table)
    lines = []
  }
  parts.push(...partsOf(glyphs, lines))
}
