/**
 * Markdown: display text is the rendered text without its marks; HTML inside is read as HTML and leaves only its text.
 * Headings, lists, tables, code and quotes come from the token stream of markdown-it (CommonMark with tables).
 */
import MarkdownIt, { type Token } from 'markdown-it'
import { cleanText } from './clean.ts'
import { decodeText } from './charset.ts'
import { type DraftBlock, tableDraft } from './draft.ts'
import { joinLines } from './flow.ts'
import { frontMatterBlocks, takeFrontMatter } from './front-matter.ts'
import { htmlBlocks } from './html/blocks.ts'
import { capDepth, parsePart } from './html/tree.ts'
import { descriptionOf } from './picture-text.ts'
import { textDocument } from './text-document.ts'
import type { Extractor } from './types.ts'

export const MARKDOWN_VERSION = 'markdown-1 markdown-it-15.0.3'

const parser = new MarkdownIt({ html: true, linkify: false, typographer: false })

export function markdownBlocks(source: string): DraftBlock[] {
  const front = takeFrontMatter(cleanText(source))
  const reader = new Reader()
  reader.read(parser.parse(front.body, {}))
  return [...frontMatterBlocks(front.fields, reader.blocks), ...reader.blocks]
}

class Reader {
  readonly blocks: DraftBlock[] = []
  #lists: { ordered: boolean }[] = []
  #quotes = 0
  /** mark of the list item whose first line has not come yet */
  #marker: string | null = null
  #heading: number | null = null
  #table: { rows: string[][]; headerRows: number; inHead: boolean } | null = null

  read(tokens: Token[]): void {
    for (const token of tokens) this.#token(token)
  }

  #token(token: Token): void {
    switch (token.type) {
      case 'bullet_list_open':
      case 'ordered_list_open':
        this.#lists.push({ ordered: token.type === 'ordered_list_open' })
        break
      case 'bullet_list_close':
      case 'ordered_list_close':
        this.#lists.pop()
        this.#marker = null
        break
      case 'list_item_open':
        this.#marker = this.#lists.at(-1)?.ordered ? `${token.info}${token.markup}` : '•'
        break
      case 'blockquote_open':
        this.#quotes++
        break
      case 'blockquote_close':
        this.#quotes--
        break
      case 'heading_open':
        this.#heading = Number(token.tag.slice(1))
        break
      case 'heading_close':
        this.#heading = null
        break
      case 'inline':
        if (this.#table) this.#table.rows.at(-1)!.push(inlineText(token.children ?? []).replace(/\s+/g, ' '))
        else this.#text(inlineText(token.children ?? []))
        break
      case 'fence':
      case 'code_block':
        this.#code(token)
        break
      case 'html_block':
        this.#html(token.content)
        break
      default:
        this.#tableToken(token)
    }
  }

  #text(text: string): void {
    if (text.trim() === '') return
    if (this.#heading !== null) this.blocks.push({ kind: 'heading', level: this.#heading, text: text.replace(/\s*\n\s*/g, ' ') })
    else if (this.#marker !== null) {
      this.blocks.push({ kind: 'list-item', level: this.#lists.length - 1, marker: this.#marker, text })
      this.#marker = null
    } else this.blocks.push({ kind: this.#quotes > 0 ? 'quote' : 'paragraph', text })
  }

  #code(token: Token): void {
    const text = token.content.replace(/^\n+/, '').trimEnd()
    if (text.trim() === '') return
    const language = token.info.trim().split(/[\s{,]/)[0] ?? ''
    this.blocks.push(language === '' ? { kind: 'code', text } : { kind: 'code', text, language })
  }

  #html(html: string): void {
    const root = parsePart(html)
    capDepth(root)
    this.blocks.push(...htmlBlocks(root).blocks)
  }

  #tableToken(token: Token): void {
    if (token.type === 'table_open') this.#table = { rows: [], headerRows: 0, inHead: false }
    const table = this.#table
    if (!table) return
    if (token.type === 'thead_open') table.inHead = true
    else if (token.type === 'thead_close') table.inHead = false
    else if (token.type === 'tr_open') {
      table.rows.push([])
      if (table.inHead) table.headerRows++
    } else if (token.type === 'table_close') {
      this.#table = null
      const draft = tableDraft(table.rows, table.headerRows)
      if (draft) this.blocks.push(draft)
    }
  }
}

/** Inline tokens to text. Soft line breaks join, hard ones stay; tags vanish, what stands between them stays. */
function inlineText(tokens: readonly Token[]): string {
  const lines: string[][] = [['']]
  const add = (text: string): void => {
    const line = lines.at(-1)!
    line[line.length - 1] += text
  }
  let hidden = false
  for (const token of tokens) {
    if (token.type === 'html_inline') {
      if (/^<br\b/i.test(token.content)) lines.push([''])
      else if (/^<(?:script|style)\b/i.test(token.content)) hidden = true
      else if (/^<\/(?:script|style)\b/i.test(token.content)) hidden = false
    } else if (hidden) continue
    else if (token.type === 'softbreak') lines.at(-1)!.push('')
    else if (token.type === 'hardbreak') lines.push([''])
    else if (token.type === 'image') add(descriptionOf(inlineText(token.children ?? [])) ?? '')
    else add(token.content)
  }
  return lines.map(joinLines).join('\n').trim()
}

export const extractMarkdown: Extractor = async (input) => {
  const { text } = decodeText(input.bytes)
  input.progress()
  return textDocument({ mediaType: 'text/markdown', engine: MARKDOWN_VERSION, blocks: markdownBlocks(text) }, input)
}
