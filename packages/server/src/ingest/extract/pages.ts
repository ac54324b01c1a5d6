/**
 * Cuts the blocks of a text document into pages of about LIMITS.textPageChars, at block borders, best before a heading.
 * A block longer than a page is cut at rows, lines, sentences or, at the last, anywhere.
 * A document over the bounds (LIMITS.documentPages, LIMITS.documentChars) ends with the first page that crosses one: whoever
 * reads on finds the crossing there, with everything before it.
 */
import type { Block } from '@zhiku/contract/page.ts'
import { LIMITS } from '../../base/limits.ts'
import { headerNames } from '../chunk/columns.ts'
import type { DraftBlock } from './draft.ts'
import type { ExtractedPage } from './types.ts'

/** A page may end early before a heading once it is this full, and late to reach one. */
const EARLY = 0.6
const LATE = 1.25

interface OpenPage {
  text: string
  blocks: Block[]
}

export function cutIntoPages(drafts: Iterable<DraftBlock>, engine: string, pageChars: number = LIMITS.textPageChars): ExtractedPage[] {
  const pages: ExtractedPage[] = []
  let open: OpenPage = { text: '', blocks: [] }
  let chars = 0
  const close = (): void => {
    if (open.blocks.length === 0) return
    pages.push(toPage(pages.length + 1, open, engine))
    open = { text: '', blocks: [] }
  }
  for (const draft of drafts) {
    for (const piece of fitting(draft, pageChars)) {
      if (piece.text.trim() === '') continue
      chars += piece.text.length
      const length = open.text.length
      const full = length + piece.text.length > pageChars * LATE
      const atHeading = piece.kind === 'heading' && length > pageChars * EARLY
      // A heading that ends a page would be parted from its text.
      if (full || atHeading) closeBeforeTrailingHeadings(open, close, (rest) => (open = rest))
      append(open, piece)
      if (pages.length > LIMITS.documentPages) return pages
      if (chars <= LIMITS.documentChars) continue
      close()
      return pages
    }
  }
  close()
  return pages
}

/** Closes the page, but headings at its end move on to the next one, unless there is nothing else on it. */
function closeBeforeTrailingHeadings(open: OpenPage, close: () => void, reopen: (rest: OpenPage) => void): void {
  let keep = open.blocks.length
  while (keep > 0 && open.blocks[keep - 1]!.kind === 'heading') keep--
  if (keep === 0 || keep === open.blocks.length) return close()
  const moved = open.blocks.splice(keep)
  const from = moved[0]!.start
  const rest: OpenPage = {
    text: open.text.slice(from),
    blocks: moved.map((block) => ({ ...block, start: block.start - from, end: block.end - from })),
  }
  open.text = open.text.slice(0, open.blocks.at(-1)!.end)
  close()
  reopen(rest)
}

function append(open: OpenPage, piece: DraftBlock): void {
  if (open.text !== '') open.text += '\n'
  const start = open.text.length
  open.text += piece.text
  const { text: _, rows, ...rest } = piece
  const block: Block = { ...rest, start, end: open.text.length }
  if (rows) block.rows = rows.map((row) => row.map(([from, to]) => [from + start, to + start]))
  open.blocks.push(block)
}

function toPage(page: number, { text, blocks }: OpenPage, engine: string): ExtractedPage {
  return {
    page,
    kind: 'text',
    label: null,
    status: 'text',
    code: null,
    width: null,
    height: null,
    rotation: 0,
    text,
    blocks,
    words: null,
    engine,
    dropped: { outside: 0, invisible: 0 },
  }
}

function* fitting(draft: DraftBlock, pageChars: number): Generator<DraftBlock> {
  if (draft.text.length <= pageChars * LATE) {
    yield draft
    return
  }
  if (draft.rows) yield* fittingRows(draft, draft.rows, pageChars)
  else {
    for (const [from, to] of cutLongText(draft.text, pageChars)) yield { ...draft, text: draft.text.slice(from, to) }
  }
}

/** A long table becomes several, each with as many rows as fit; the header rows stay with the first, all name their columns. */
function* fittingRows(draft: DraftBlock, rows: [number, number][][], pageChars: number): Generator<DraftBlock> {
  let first = 0
  const columns = draft.columns ?? headerNames(draft.text, rows, draft.headerRows ?? 0)
  for (let next = 1; next <= rows.length; next++) {
    const from = rows[first]![0]![0]
    if (next < rows.length && rows[next]!.at(-1)![1] - from <= pageChars) continue
    const part = rows.slice(first, next)
    const text = draft.text.slice(from, part.at(-1)!.at(-1)![1])
    if (text.length > pageChars * LATE) {
      // One row larger than a page is a text in a frame rather than a table.
      for (const [a, b] of cutLongText(text, pageChars)) yield { kind: 'paragraph', text: text.slice(a, b) }
    } else {
      yield {
        ...draft,
        text,
        rows: part.map((row) => row.map(([a, b]) => [a - from, b - from])),
        headerRows: first === 0 ? Math.min(draft.headerRows ?? 0, part.length) : 0,
        ...(columns.length > 0 ? { columns } : {}),
      }
    }
    first = next
  }
}

/** Spans of at most `max` characters that cover the text, ending at a line break, else a sentence end, else a space. */
export function cutLongText(text: string, max: number): [number, number][] {
  const spans: [number, number][] = []
  let from = 0
  while (text.length - from > max) {
    const window = text.slice(from, from + max)
    const least = max / 2
    let cut = window.lastIndexOf('\n') + 1
    if (cut < least) cut = lastMatchEnd(window, /[。！？!?]["”’」』）)]*|\.\s/g)
    if (cut < least) cut = window.lastIndexOf(' ') + 1
    if (cut < least) cut = max
    // Never between the halves of a surrogate pair.
    if (/[\uD800-\uDBFF]/.test(text[from + cut - 1]!)) cut--
    spans.push([from, from + cut])
    from += cut
  }
  spans.push([from, text.length])
  return spans
}

function lastMatchEnd(text: string, pattern: RegExp): number {
  let end = 0
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length
  return end
}
