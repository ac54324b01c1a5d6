/** Text of an OpenDocument file to blocks: headings, paragraphs, lists with their marks, tables, notes, text boxes. */
import { cleanText } from '../clean.ts'
import { type DraftBlock, tableDraft } from '../draft.ts'
import { attributeOf, childOf, elements, textBelow, type Xml } from '../ooxml/xml.ts'
import { descriptionOf } from '../picture-text.ts'
import type { OdfStyles } from './styles.ts'

/** Not what the document says in its text: what was deleted, declarations, names of pictures, readings above characters. */
const SKIPPED: ReadonlySet<string> = new Set([
  'text:tracked-changes',
  'text:sequence-decls',
  'text:variable-decls',
  'text:user-field-decls',
  'office:forms',
  'text:table-of-content-source',
  'text:ruby-text',
  'text:note-citation',
  'text:hidden-text',
  'text:hidden-paragraph',
  'svg:title',
  'svg:desc',
  'office:event-listeners',
  'draw:glue-point',
  'draw:enhanced-geometry',
])
const REPEAT_MAX = 1000

interface ListPlace {
  style: string | null
  /** numbers of the items around, outermost first */
  numbers: number[]
  marker: string | null
}

export class OdfTextReader {
  readonly #styles: OdfStyles
  readonly #object: (href: string) => string | null
  /** characters of hidden text that were left out */
  hidden = 0
  /** last number of a list at each depth, by list style: a list may go on after other text */
  readonly #counts = new Map<string, number>()
  /** notes and text boxes that follow the paragraph in which they hang */
  #after: DraftBlock[] = []

  constructor(styles: OdfStyles, object: (href: string) => string | null) {
    this.#styles = styles
    this.#object = object
  }

  /** Blocks of one element of a body, a cell or a text box. */
  *blocks(element: Xml, list: ListPlace | null = null): Generator<DraftBlock> {
    if (element.name === 'text:p' || element.name === 'text:h') yield* this.#paragraph(element, list)
    else if (element.name === 'text:list') yield* this.#list(element, list)
    else if (element.name === 'table:table') yield* this.#table(element)
    else if (element.name === 'draw:frame' || element.name.startsWith('draw:')) yield* this.#box(element)
    else if (!SKIPPED.has(element.name)) for (const child of elements(element)) yield* this.blocks(child, list)
  }

  *#paragraph(element: Xml, list: ListPlace | null): Generator<DraftBlock> {
    const style = attributeOf(element, 'text:style-name')
    const text = cleanText(this.#inline(element)).trim()
    const after = this.#after
    this.#after = []
    if (this.#styles.isHidden(style)) this.hidden += text.length
    else if (text !== '') yield this.#block(element, style, text, list)
    yield* after
  }

  #block(element: Xml, style: string | null, text: string, list: ListPlace | null): DraftBlock {
    const marker = list?.marker ?? null
    if (list) list.marker = null
    const role = this.#styles.roleOf(style)
    if (element.name === 'text:h' || role === 'title' || role === 'subtitle') {
      const level = element.name === 'text:h' ? Number(attributeOf(element, 'text:outline-level') ?? 1) || 1 : role === 'title' ? 1 : 2
      const heading: DraftBlock = { kind: 'heading', level: Math.min(6, Math.max(1, level)), text: text.replace(/\s*\n\s*/g, ' ') }
      // A number in front of a heading is part of what it says; the mark of a list of headings is not kept otherwise.
      return marker === null || marker === '•' ? heading : { ...heading, text: `${marker} ${heading.text}` }
    }
    if (marker !== null && marker !== '') return { kind: 'list-item', level: list!.numbers.length - 1, marker, text }
    if (role === 'quote') return { kind: 'quote', text }
    return role === 'code' ? { kind: 'code', text } : { kind: 'paragraph', text }
  }

  *#list(element: Xml, outer: ListPlace | null): Generator<DraftBlock> {
    const style = attributeOf(element, 'text:style-name') ?? outer?.style ?? null
    const depth = (outer?.numbers.length ?? 0) + 1
    const key = `${style}/${depth}`
    const goesOn = attributeOf(element, 'text:continue-numbering') === 'true' || attributeOf(element, 'text:continue-list') !== null
    let number = goesOn ? (this.#counts.get(key) ?? 0) : this.#styles.startOf(style, depth) - 1
    for (const item of elements(element)) {
      if (item.name !== 'text:list-item' && item.name !== 'text:list-header') continue
      const place: ListPlace = { style, numbers: [...(outer?.numbers ?? []), number], marker: null }
      if (item.name === 'text:list-item') {
        number = Number(attributeOf(item, 'text:start-value') ?? number + 1) || number + 1
        place.numbers[depth - 1] = number
        // An item that holds nothing but a list is only there to indent it.
        const first = elements(item).next().value
        if (first && first.name !== 'text:list') place.marker = this.#styles.markOf(style ?? this.#styleOfItem(first), place.numbers)
        else if (first) number--
      }
      for (const child of elements(item)) yield* this.blocks(child, place)
    }
    this.#counts.set(key, number)
  }

  #styleOfItem(paragraph: Xml): string | null {
    return this.#styles.listOf(attributeOf(paragraph, 'text:style-name'))
  }

  *#table(table: Xml): Generator<DraftBlock> {
    const rows: string[][] = []
    let headerRows = 0
    const walk = (parent: Xml, isHeader: boolean): void => {
      for (const child of elements(parent)) {
        if (child.name === 'table:table-row') {
          rows.push(this.#row(child))
          if (isHeader && headerRows === rows.length - 1) headerRows++
        } else if (child.name === 'table:table-header-rows') walk(child, true)
        else if (child.name === 'table:table-rows' || child.name === 'table:table-row-group') walk(child, isHeader)
      }
    }
    walk(table, false)
    const notes = this.#after
    this.#after = []
    const draft = tableDraft(rows, headerRows)
    if (draft) yield draft
    yield* notes
  }

  #row(row: Xml): string[] {
    const texts: string[] = []
    for (const cell of elements(row)) {
      if (cell.name !== 'table:table-cell' && cell.name !== 'table:covered-table-cell') continue
      const text = cell.name === 'table:table-cell' ? this.#cell(cell) : ''
      const repeat = Math.min(Number(attributeOf(cell, 'table:number-columns-repeated') ?? 1) || 1, REPEAT_MAX)
      for (let times = 0; times < repeat; times++) texts.push(text)
    }
    return texts
  }

  /** A cell is one line; lists and tables in it are told by their marks. */
  #cell(cell: Xml): string {
    const notes = this.#after
    this.#after = []
    const parts = [...elements(cell)].flatMap((child) => [...this.blocks(child)])
    const hanging = parts.filter((block) => block.kind === 'note')
    this.#after = [...notes, ...hanging]
    return parts
      .filter((block) => block.kind !== 'note')
      .map((block) => (block.marker && block.marker !== '•' ? `${block.marker} ${block.text}` : block.text).replace(/\s+/g, ' '))
      .join(' ')
  }

  /** Text boxes, shapes with text, formulas, tables in frames. */
  *#box(element: Xml): Generator<DraftBlock> {
    for (const child of elements(element)) {
      if (child.name === 'draw:object') {
        const text = this.#formula(child)
        if (text !== '') yield { kind: 'paragraph', text }
      } else if (child.name !== 'draw:image') yield* this.blocks(child)
    }
    if (childOf(element, 'draw:image')) yield* alternativeText(element)
  }

  #inline(element: Xml): string {
    let text = ''
    for (const child of element.children) {
      if (typeof child === 'string') text += child.replace(/\s+/g, ' ')
      else text += this.#part(child)
    }
    return text
  }

  #part(element: Xml): string {
    switch (element.name) {
      case 'text:s':
        return ' '.repeat(Math.min(Number(attributeOf(element, 'text:c') ?? 1) || 1, REPEAT_MAX))
      case 'text:tab':
        return '\t'
      case 'text:line-break':
        return '\n'
      case 'text:note':
        this.#hang('note', childOf(element, 'text:note-body'))
        return ''
      case 'office:annotation':
        this.#hang('note', {
          ...element,
          children: element.children.filter((child) => typeof child !== 'string' && !child.name.startsWith('dc:')),
        })
        return ''
      case 'office:annotation-end':
        return ''
      case 'draw:frame':
        return this.#frame(element)
      case 'text:span':
        return this.#span(element)
      default:
        if (SKIPPED.has(element.name)) return ''
        if (!element.name.startsWith('draw:')) return this.#inline(element)
        this.#after.push(...this.#box(element))
        return ''
    }
  }

  #span(element: Xml): string {
    const text = this.#inline(element)
    if (!this.#styles.isHidden(attributeOf(element, 'text:style-name'))) return text
    this.hidden += text.length
    return ''
  }

  /** A formula stands in its line; what a text box holds follows the paragraph. */
  #frame(frame: Xml): string {
    const object = childOf(frame, 'draw:object')
    if (object) return ` ${this.#formula(object)} `
    const after = this.#after
    this.#after = []
    const inside = [...this.#box(frame)]
    this.#after = [...after, ...inside, ...this.#after]
    return ''
  }

  /** A formula as its author typed it. Charts and other objects give nothing. */
  #formula(object: Xml): string {
    const inline = childOf(object, 'math:math') ?? childOf(object, 'math')
    if (inline) return textBelow(inline).replace(/\s+/g, ' ').trim()
    const href = attributeOf(object, 'xlink:href')
    const content = href === null ? null : this.#object(href)
    const typed = /<(?:\w+:)?annotation\b[^>]*>([^<]*)</.exec(content ?? '')?.[1]
    return typed === undefined
      ? ''
      : typed.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').replace(/\s+/g, ' ').trim()
  }

  #hang(kind: 'note', body: Xml | null): void {
    if (!body) return
    const after = this.#after
    this.#after = []
    const parts = [...elements(body)].flatMap((child) => [...this.blocks(child)])
    const text = parts.map((part) => part.text.replace(/\s+/g, ' ')).join(' ')
    this.#after = after
    if (text !== '') this.#after.push({ kind, text })
  }
}

function* alternativeText(frame: Xml): Generator<DraftBlock> {
  const said = childOf(frame, 'svg:desc') ?? childOf(frame, 'svg:title')
  const text = said ? descriptionOf(textBelow(said)) : null
  if (text !== null) yield { kind: 'caption', text }
}
