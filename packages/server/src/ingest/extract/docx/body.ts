/** Body of a Word document to blocks: paragraphs, headings and lists with their numbers, tables, text boxes, notes. */
import { cleanText } from '../clean.ts'
import { type DraftBlock, tableDraft } from '../draft.ts'
import { formulaText } from '../ooxml/formula.ts'
import type { Mark, Numbering } from './numbering.ts'
import { type Styles, toInt } from './styles.ts'
import { alternative, altText, attributeOf, childOf, elements, isOn, textBelow, valueOf, type Xml } from '../ooxml/xml.ts'

export interface BodyContext {
  styles: Styles
  numbering: Numbering
  /** blocks of a footnote, endnote or comment, each given once */
  note(kind: 'footnote' | 'endnote' | 'comment', id: string): DraftBlock[]
  /** what a drawing shows that lies in a part of its own: chart, diagram */
  drawing(relation: string): DraftBlock[]
  /** characters of hidden text that were left out */
  hidden(count: number): void
}

/** Elements that only wrap their content. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'w:sdt',
  'w:sdtContent',
  'w:smartTag',
  'w:customXml',
  'w:ins',
  'w:moveTo',
  'w:hyperlink',
  'w:fldSimple',
  'w:dir',
  'w:bdo',
  'w:ruby',
  'w:rubyBase',
  'mc:Choice',
  'mc:Fallback',
])
/** Deleted and moved text, field codes, readings above characters: not what the document says. */
const SKIPPED: ReadonlySet<string> = new Set([
  'w:del',
  'w:moveFrom',
  'w:delText',
  'w:instrText',
  'w:delInstrText',
  'w:rt',
  'w:rPr',
  'w:pPr',
  'w:sdtPr',
  'w:sdtEndPr',
])

export class BodyReader {
  readonly #context: BodyContext

  constructor(context: BodyContext) {
    this.#context = context
  }

  /** Blocks of one child of the body. */
  *blocks(element: Xml): Generator<DraftBlock> {
    if (element.name === 'w:p') yield* this.#paragraph(element)
    else if (element.name === 'w:tbl') yield* this.#table(element)
    else if (element.name === 'mc:AlternateContent') yield* this.#children(alternative(element))
    else if (element.name === 'm:oMathPara' || element.name === 'm:oMath') yield { kind: 'paragraph', text: formulaText(element) }
    else if (WRAPPERS.has(element.name)) yield* this.#children(element)
  }

  *#children(parent: Xml | null): Generator<DraftBlock> {
    for (const child of elements(parent)) yield* this.blocks(child)
  }

  *#paragraph(element: Xml): Generator<DraftBlock> {
    const properties = childOf(element, 'w:pPr')
    const style = valueOf(properties, 'w:pStyle')
    const inline = new Inline(this.#context, (box) => [...this.#children(box)])
    inline.children(element)
    const number = childOf(properties, 'w:numPr')
    // An empty paragraph with a number is counted all the same.
    const mark = this.#context.numbering.next({ numId: valueOf(number, 'w:numId'), level: toInt(valueOf(number, 'w:ilvl')) }, style)
    const text = cleanText(inline.text).trim()
    if (text !== '') yield this.#classify(text, properties, style, mark)
    yield* inline.attached
  }

  #classify(text: string, properties: Xml | null, style: string | null, mark: Mark | null): DraftBlock {
    const { styles } = this.#context
    const outline = toInt(valueOf(properties, 'w:outlineLvl'))
    const level = outline === null ? styles.headingLevel(style) : outline <= 8 ? Math.min(6, outline + 1) : null
    // A heading shows its number; a bullet before one is decoration.
    if (level !== null) return { kind: 'heading', level, text: mark && !mark.bullet ? `${mark.text} ${text}` : text }
    if (mark) return { kind: 'list-item', level: mark.level, marker: mark.text, text }
    if (styles.isCode(style)) return { kind: 'code', text }
    if (styles.isCaption(style)) return { kind: 'caption', text }
    return { kind: styles.isQuote(style) ? 'quote' : 'paragraph', text }
  }

  *#table(table: Xml): Generator<DraftBlock> {
    const rows: Cell[][] = []
    const attached: DraftBlock[] = []
    let headerRows = 0
    const grid = [...this.#rows(table)]
    for (const row of grid) {
      if (isOn(childOf(row, 'w:trPr'), 'w:tblHeader') && headerRows === rows.length) headerRows++
      rows.push(withOwnText([...this.#cells(row, rows.at(-1), attached)]))
    }
    if (grid.length === 1 && rows[0]!.length === 1) {
      // A single cell is a frame around text.
      for (const row of grid) for (const cell of cellsOf(row)) yield* this.#children(cell)
      return
    }
    const texts = rows.map((row) => row.map((cell) => cell.text))
    if (headerRows === 0 && looksLikeHeader(table, texts)) headerRows = 1
    const draft = tableDraft(texts, headerRows)
    if (draft) {
      const columns = spread(rows.slice(0, headerRows))
      yield columns ? { ...draft, columns } : draft
    }
    yield* attached
  }

  *#rows(parent: Xml): Generator<Xml> {
    for (const child of elements(parent)) {
      if (child.name === 'w:tr' && !childOf(childOf(child, 'w:trPr'), 'w:del')) yield child
      else if (WRAPPERS.has(child.name)) yield* this.#rows(child)
    }
  }

  /** One for each column of the table's grid. */
  *#cells(row: Xml, above: readonly Cell[] | undefined, attached: DraftBlock[]): Generator<Cell> {
    let column = 0
    for (const cell of cellsOf(row)) {
      const properties = childOf(cell, 'w:tcPr')
      const merge = childOf(properties, 'w:vMerge')
      // The lower part of a merged cell: the text of the upper one holds for this row too.
      if (merge && attributeOf(merge, 'w:val') !== 'restart') yield { text: above?.[column]?.text ?? '', from: 'above' }
      else yield { text: this.#cellText(cell, attached), from: 'here' }
      const span = Math.min(100, toInt(valueOf(properties, 'w:gridSpan')) ?? 1)
      for (let i = 1; i < span; i++) yield { text: '', from: 'left' }
      column += span
    }
  }

  #cellText(cell: Xml, attached: DraftBlock[]): string {
    const parts: string[] = []
    for (const block of this.#children(cell)) {
      if (block.kind === 'note') attached.push(block)
      else parts.push((block.marker && block.marker !== '•' ? `${block.marker} ` : '') + block.text.replace(/\s+/g, ' '))
    }
    return parts.join(' ')
  }
}

interface Cell {
  text: string
  /** `left`: covered by a cell that begins further left; `above`: by one that begins in a row above */
  from: 'here' | 'left' | 'above'
}

/** A row that only goes on with merged cells has nothing to say. */
const withOwnText = (row: Cell[]): Cell[] =>
  row.some(({ text, from }) => from === 'here' && text.trim() !== '') ? row : row.map((cell) => ({ ...cell, text: '' }))

/** Names of the columns where a name stands over several; null where each has its own. */
function spread(header: readonly (readonly Cell[])[]): string[] | null {
  if (!header.some((row) => row.some(({ from }) => from === 'left'))) return null
  const names: string[][] = []
  for (const row of header) {
    let text = ''
    row.forEach((cell, column) => {
      if (cell.from !== 'left') text = cell.text.trim()
      const parts = (names[column] ??= [])
      if (text !== '' && parts.at(-1) !== text) parts.push(text)
    })
  }
  return Array.from(names, (parts) => (parts ?? []).join(' '))
}

function* cellsOf(row: Xml): Generator<Xml> {
  for (const child of elements(row)) {
    if (child.name === 'w:tc') yield child
    else if (WRAPPERS.has(child.name)) yield* cellsOf(child)
  }
}

const HEADER_CELL_CHARS_MAX = 60

/** Word marks the first row of a table for its design; it is taken as a header when it has a short text in every cell. */
function looksLikeHeader(table: Xml, rows: readonly string[][]): boolean {
  const look = childOf(childOf(table, 'w:tblPr'), 'w:tblLook')
  const marked =
    look !== null && (attributeOf(look, 'w:firstRow') === '1' || (Number.parseInt(attributeOf(look, 'w:val') ?? '0', 16) & 0x20) !== 0)
  return marked && rows.length > 1 && rows[0]!.length > 1 && rows[0]!.every((cell) => cell !== '' && cell.length <= HEADER_CELL_CHARS_MAX)
}

/** Content of one paragraph: its text, and the blocks that hang on it (text boxes, notes). */
class Inline {
  text = ''
  readonly attached: DraftBlock[] = []
  #afterFormula = false
  readonly #context: BodyContext
  readonly #boxBlocks: (box: Xml) => DraftBlock[]

  constructor(context: BodyContext, boxBlocks: (box: Xml) => DraftBlock[]) {
    this.#context = context
    this.#boxBlocks = boxBlocks
  }

  children(parent: Xml | null): void {
    for (const child of elements(parent)) this.#element(child)
  }

  #element(element: Xml): void {
    const { name } = element
    if (SKIPPED.has(name)) return
    if (name === 'w:t') this.#add(textBelow(element))
    else if (name === 'w:r') this.#run(element)
    else if (name === 'w:tab' || name === 'w:ptab') this.text += '\t'
    else if (name === 'w:br' || name === 'w:cr') this.text += '\n'
    else if (name === 'w:noBreakHyphen') this.text += '-'
    else if (name === 'w:sym') this.text += symbolOf(element)
    else if (name === 'm:oMath' || name === 'm:oMathPara') this.#formula(element)
    else if (name === 'mc:AlternateContent') this.children(alternative(element))
    else if (name === 'w:txbxContent') this.attached.push(...this.#boxBlocks(element))
    else if (name === 'a:t') this.attached.push({ kind: 'paragraph', text: cleanText(textBelow(element)).trim() })
    else if (name === 'v:textpath') this.#wordArt(element)
    else if (name === 'c:chart' || name === 'cx:chart' || name === 'dgm:relIds') this.#drawing(element)
    else if (name === 'wp:docPr') this.#description(altText(element))
    else if (name === 'v:imagedata')
      this.#description(altText({ ...element, attributes: { descr: attributeOf(element, 'o:title') ?? '' } }))
    else if (name === 'w:footnoteReference' || name === 'w:endnoteReference' || name === 'w:commentReference') this.#note(element)
    else this.children(element)
  }

  #run(run: Xml): void {
    if (isOn(childOf(run, 'w:rPr'), 'w:vanish')) this.#context.hidden(textBelow(run).replace(/\s+/g, '').length)
    else this.children(run)
  }

  #formula(element: Xml): void {
    const text = formulaText(element).replace(/\s+/g, ' ').trim()
    if (text === '') return
    // Several formulas of one paragraph stand below each other.
    if (element.name === 'm:oMathPara' && this.text.trim() !== '') this.text += '\n'
    else if (/[\p{L}\p{N}]$/u.test(this.text)) this.text += ' '
    this.text += text
    this.#afterFormula = true
  }

  #add(text: string): void {
    if (text === '') return
    if (this.#afterFormula && /^[\p{L}\p{N}]/u.test(text)) this.text += ' '
    this.#afterFormula = false
    this.text += text
  }

  #wordArt(element: Xml): void {
    const text = attributeOf(element, 'string')
    if (text !== null && text.trim() !== '') this.attached.push({ kind: 'paragraph', text: cleanText(text).trim() })
  }

  #drawing(element: Xml): void {
    const relation = attributeOf(element, element.name === 'dgm:relIds' ? 'r:dm' : 'r:id')
    if (relation !== null) this.attached.push(...this.#context.drawing(relation))
  }

  /** Once: a drawing and what stands in for it in older programs describe the same. */
  #description(text: string | null): void {
    if (text !== null && !this.attached.some((block) => block.text === text)) this.attached.push({ kind: 'caption', text })
  }

  #note(element: Xml): void {
    const id = attributeOf(element, 'w:id')
    if (id === null) return
    const kind = element.name === 'w:footnoteReference' ? 'footnote' : element.name === 'w:endnoteReference' ? 'endnote' : 'comment'
    this.attached.push(...this.#context.note(kind, id))
  }
}

/** Check boxes and bullets of symbol fonts; other private codes say nothing without their font. */
const SYMBOLS: Readonly<Record<string, string>> = {
  F0A8: '☐',
  F06F: '☐',
  F0FE: '☒',
  F0FD: '☒',
  F052: '☑',
  F0FC: '✓',
  F0B7: '•',
  F0A7: '•',
  F0D8: '➢',
  F0E0: '→',
}

function symbolOf(element: Xml): string {
  const code = (attributeOf(element, 'w:char') ?? '').toUpperCase()
  const known = SYMBOLS[code]
  if (known !== undefined) return known
  const value = Number.parseInt(code, 16)
  return Number.isNaN(value) || value > 0xffff || (value >= 0xe000 && value <= 0xf8ff) ? '' : String.fromCharCode(value)
}
