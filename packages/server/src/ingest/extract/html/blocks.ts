/** An HTML tree to blocks: headings, paragraphs, list items with marks, tables with cells, code, quotes, captions. */
import { cleanText } from '../clean.ts'
import { type DraftBlock, tableDraft } from '../draft.ts'
import { joinLines } from '../flow.ts'
import { descriptionOf } from '../picture-text.ts'
import { attribute, type HtmlElement, type HtmlNode, type HtmlParent, isElement, isText, NEVER_TEXT, rawText } from './tree.ts'

/** Elements that begin and end a block. Every other element is part of the line it stands in. */
const BLOCKS: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre search section summary table tbody td tfoot th thead tr ul'
  ).split(' '),
)

interface Place {
  kind: DraftBlock['kind']
  level?: number
  marker?: string
  /** open lists around */
  lists: number
}

export interface HtmlBlocks {
  blocks: DraftBlock[]
  /** characters of hidden elements that were left out */
  invisible: number
}

export function htmlBlocks(root: HtmlParent): HtmlBlocks {
  const walker = new Walker()
  walker.children(root, { kind: 'paragraph', lists: 0 })
  walker.flush()
  return { blocks: walker.blocks, invisible: walker.invisible }
}

/** Text of inline content as one line, line breaks of `<br>` kept. */
const flowing = (text: string): string =>
  cleanText(text)
    .split('\n')
    .map((line) => line.replace(/[^\S\n]+/g, ' '))
    .join('\n')

/** Stands for `<br>` while white space is folded; a character that cleanText takes out of any real text. */
const BREAK = '\u0001'

const foldLine = (text: string): string =>
  text
    .split(BREAK)
    .map((line) => joinLines(flowing(line).split('\n')))
    .join('\n')
    .trim()

function isHidden(element: HtmlElement): boolean {
  if (attribute(element, 'hidden') !== null || attribute(element, 'aria-hidden') === 'true') return true
  const style = attribute(element, 'style')
  return style !== null && /(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$))/i.test(style)
}

class Walker {
  readonly blocks: DraftBlock[] = []
  invisible = 0
  #line = ''
  #place: Place = { kind: 'paragraph', lists: 0 }

  flush(): void {
    const text = foldLine(this.#line)
    this.#line = ''
    if (text === '') return
    const { kind, level, marker, lists } = this.#place
    const block: DraftBlock = { kind, text }
    if (kind === 'heading' && level !== undefined) block.level = level
    if (kind === 'list-item') {
      block.level = Math.max(0, lists - 1)
      if (marker !== undefined) block.marker = marker
    }
    this.blocks.push(block)
    // Further paragraphs of a list item have no mark of their own.
    if (kind === 'list-item') this.#place = { kind: 'paragraph', lists }
  }

  children(parent: HtmlParent, place: Place): void {
    for (const child of parent.childNodes) this.#node(child, place)
  }

  #node(node: HtmlNode, place: Place): void {
    if (isText(node)) this.#line += node.value.replaceAll(BREAK, '')
    else if (isElement(node)) this.#element(node, place)
  }

  #element(element: HtmlElement, place: Place): void {
    const tag = element.tagName
    if (NEVER_TEXT.has(tag)) return
    if (isHidden(element)) {
      this.invisible += rawText(element).replace(/\s+/g, '').length
      return
    }
    if (tag === 'br') this.#line += BREAK
    else if (tag === 'img') this.#line += ` ${descriptionOf(attribute(element, 'alt') ?? '') ?? ''} `
    else if (tag === 'math') this.#line += ` ${formula(element)} `
    else if (!BLOCKS.has(tag)) this.children(element, place)
    else this.#block(element, place)
  }

  #block(element: HtmlElement, place: Place): void {
    this.flush()
    const tag = element.tagName
    if (tag === 'pre') return this.#code(element)
    if (tag === 'table' && isData(element)) return this.#table(element)
    if (tag === 'ul' || tag === 'ol' || tag === 'menu' || tag === 'dir') return this.#list(element, place)
    const inner: Place = { ...place }
    if (/^h[1-6]$/.test(tag)) Object.assign(inner, { kind: 'heading', level: Number(tag[1]) })
    else if (tag === 'blockquote') inner.kind = 'quote'
    else if (tag === 'figcaption' || tag === 'caption') inner.kind = 'caption'
    this.#within(element, inner, place)
  }

  #within(element: HtmlElement, inner: Place, outer: Place): void {
    this.#place = inner
    this.children(element, inner)
    this.flush()
    this.#place = outer
  }

  #list(list: HtmlElement, place: Place): void {
    let number = Number.parseInt(attribute(list, 'start') ?? '1', 10)
    if (Number.isNaN(number)) number = 1
    const inner: Place = { kind: 'paragraph', lists: place.lists + 1 }
    for (const child of list.childNodes) {
      if (isElement(child) && child.tagName === 'li') {
        const value = Number.parseInt(attribute(child, 'value') ?? '', 10)
        if (!Number.isNaN(value)) number = value
        const marker = list.tagName === 'ol' ? `${number++}.` : '•'
        this.flush()
        // The item's own first line carries the mark; what follows in it are paragraphs.
        this.#place = { kind: 'list-item', marker, lists: inner.lists }
        for (const part of child.childNodes) this.#item(part, inner)
        this.flush()
      } else {
        this.#place = inner
        this.#node(child, inner)
      }
    }
    this.flush()
    this.#place = place
  }

  /** A `<p>` or `<div>` that opens a list item is the item's first line. */
  #item(node: HtmlNode, inner: Place): void {
    const opens =
      isElement(node) && (node.tagName === 'p' || node.tagName === 'div') && this.#line.trim() === '' && this.#place.kind === 'list-item'
    if (!opens) return this.#node(node, inner)
    if (isHidden(node)) return
    for (const part of node.childNodes) this.#node(part, inner)
    this.flush()
  }

  #code(element: HtmlElement): void {
    const text = cleanText(rawText(element)).replace(/^\n+/, '').trimEnd()
    if (text.trim() === '') return
    const language = languageOf(element)
    this.blocks.push(language === null ? { kind: 'code', text } : { kind: 'code', text, language })
  }

  #table(table: HtmlElement): void {
    const rows: string[][] = []
    let headerRows = 0
    /** by column: tall cells of the rows above that reach into this one */
    let tall: (Tall | undefined)[] = []
    for (const row of rowsOf(table)) {
      const cells = cellsOf(row)
      if (cells.length === 0) continue
      if (isHeader(row, cells) && headerRows === rows.length) headerRows++
      const below: (Tall | undefined)[] = []
      rows.push(placeCells(cells, tall, below))
      tall = below
    }
    for (const child of table.childNodes)
      if (isElement(child) && child.tagName === 'caption') this.#block(child, { kind: 'caption', lists: 0 })
    const draft = tableDraft(rows, headerRows)
    if (draft) this.blocks.push(draft)
  }
}

const cellsOf = (row: HtmlElement): HtmlElement[] =>
  row.childNodes.filter((cell): cell is HtmlElement => isElement(cell) && (cell.tagName === 'td' || cell.tagName === 'th'))

const isHeader = (row: HtmlElement, cells: readonly HtmlElement[]): boolean =>
  cells.every((cell) => cell.tagName === 'th') ||
  (row.parentNode !== null && 'tagName' in row.parentNode && row.parentNode.tagName === 'thead')

const SPAN_MAX = 100

function spanOf(cell: HtmlElement, name: 'colspan' | 'rowspan'): number {
  const span = Number.parseInt(attribute(cell, name) ?? '1', 10)
  return span > 1 ? Math.min(span, SPAN_MAX) : 1
}

/** A tall cell: its text, and for how many rows below it still holds. */
interface Tall {
  rows: number
  text: string
}

/**
 * Texts of a row by column. A tall cell says its text in each of its rows, so that every row can be read by itself; the
 * further columns of a wide one stay empty, so that columns keep their place.
 */
function placeCells(cells: readonly HtmlElement[], tall: readonly (Tall | undefined)[], below: (Tall | undefined)[]): string[] {
  const texts: string[] = []
  const repeatTall = (): void => {
    for (let over = tall[texts.length]; over; over = tall[texts.length]) {
      if (over.rows > 1) below[texts.length] = { rows: over.rows - 1, text: over.text }
      texts.push(over.text)
    }
  }
  for (const cell of cells) {
    repeatTall()
    const rows = spanOf(cell, 'rowspan') - 1
    let text = cellText(cell)
    for (let column = spanOf(cell, 'colspan'); column > 0; column--) {
      if (rows > 0) below[texts.length] = { rows, text }
      texts.push(text)
      text = ''
    }
  }
  repeatTall()
  return texts
}

function cellText(cell: HtmlElement): string {
  const walker = new Walker()
  walker.children(cell, { kind: 'paragraph', lists: 0 })
  walker.flush()
  return walker.blocks
    .map((block) => (block.marker && block.marker !== '•' ? `${block.marker} ${block.text}` : block.text).replace(/\s+/g, ' '))
    .join(' ')
}

function* rowsOf(table: HtmlElement): Generator<HtmlElement> {
  for (const child of table.childNodes) {
    if (!isElement(child)) continue
    if (child.tagName === 'tr') yield child
    else if (child.tagName === 'thead' || child.tagName === 'tbody' || child.tagName === 'tfoot') yield* rowsOf(child)
  }
}

/** Tables that only lay out a page hold other tables or headings, or have a single column. */
function isData(table: HtmlElement): boolean {
  if (attribute(table, 'role') === 'presentation') return false
  let columns = 0
  for (const row of rowsOf(table))
    columns = Math.max(columns, row.childNodes.filter((cell) => isElement(cell) && (cell.tagName === 'td' || cell.tagName === 'th')).length)
  return columns > 1 && !holds(table, new Set(['table', 'h1', 'h2', 'h3', 'article', 'section', 'form']))
}

function holds(root: HtmlElement, tags: ReadonlySet<string>): boolean {
  const stack: HtmlNode[] = [...root.childNodes]
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (!isElement(node)) continue
    if (tags.has(node.tagName)) return true
    stack.push(...node.childNodes)
  }
  return false
}

/** A formula's TeX source when the page carries it, else its characters. */
function formula(math: HtmlElement): string {
  const stack: HtmlNode[] = [...math.childNodes]
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (!isElement(node)) continue
    if (node.tagName === 'annotation' && attribute(node, 'encoding') === 'application/x-tex') return rawText(node).trim()
    stack.push(...node.childNodes)
  }
  return rawText(math).replace(/\s+/g, ' ').trim()
}

function languageOf(pre: HtmlElement): string | null {
  const elements = [pre, ...pre.childNodes.filter(isElement)]
  for (const element of elements) {
    const match = /(?:^|\s)(?:language|lang)-([\w+#.-]+)/.exec(attribute(element, 'class') ?? '')
    if (match) return match[1]!
  }
  return null
}
