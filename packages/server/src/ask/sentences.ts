/**
 * Sentences of display text, Chinese and English. Pure.
 *
 * A line that stands for itself (list item, table row, line of code, heading) is never joined to the next; lines of prose
 * that were wrapped at a fixed width are.
 */

/** UTF-16 offsets [start, end), no white space at either end. */
export interface Span {
  start: number
  end: number
}

/** Words whose full stop ends no sentence. */
const ABBREVIATIONS = new Set(
  'mr mrs ms dr prof sr jr st vs etc e.g i.e fig figs eq eqs no nos vol pp p al cf ca approx inc ltd co corp dept ed eds ref refs sec ch art u.s u.k jan feb mar apr jun jul aug sep sept oct nov dec'.split(
    ' ',
  ),
)

/** East Asian marks end a sentence at once; Latin ones need a space and something after it that can begin one. */
const END =
  /[。！？｡]+["”’」』）)\]】》]*|[!?]+["”’)\]]*(?=\s|$|\p{Script=Han})|；|;(?=\s|$|\p{Script=Han})|(?:\.|…+|\.{3,})["”’)\]]*(?=\s+["“‘'([]?[\p{Lu}\p{Lo}\p{N}]|\s*$)/gu

function endsNoSentence(line: string, stop: number): boolean {
  if (line[stop] !== '.') return false
  const before = line.slice(Math.max(0, stop - 12), stop)
  const word = /[\p{L}.]+$/u.exec(before)?.[0]
  // A number at the start of a line numbers the item.
  if (word === undefined) return /^\s*[([]?\d{1,3}$/.test(line.slice(0, stop))
  return /^\p{Lu}$/u.test(word) || ABBREVIATIONS.has(word.toLowerCase())
}

const LIST_MARK = /^\s*(?:[-*+•·◦▪–—]\s|[([（]?(?:\d{1,3}|[a-zA-Z]|[一二三四五六七八九十]{1,3})[)\]）.、:：,，]\s*)/
const WRAPPED_CHARS_MIN = 40

/** Was `line` cut only because the page was full, so that `next` goes on with its sentence? */
function isWrapped(line: string, next: string): boolean {
  if (line.length < WRAPPED_CHARS_MIN || line.includes('\t') || next.includes('\t') || /^\s/.test(next) || LIST_MARK.test(next))
    return false
  if (/[a-z,]-?$/.test(line) && /^[a-z(]/.test(next)) return true
  // Chinese lines of the same full width, broken inside a sentence.
  return /[\p{Script=Han}，、]$/u.test(line) && /^[\p{Script=Han}，、]/u.test(next) && next.length <= line.length && line.length <= 60
}

/** Lines, wrapped ones joined. */
function* paragraphs(text: string): Generator<Span> {
  let start = 0
  let lineStart = 0
  while (lineStart <= text.length) {
    const found = text.indexOf('\n', lineStart)
    const lineEnd = found === -1 ? text.length : found
    const nextEnd = text.indexOf('\n', lineEnd + 1)
    const next = text.slice(lineEnd + 1, nextEnd === -1 ? text.length : nextEnd)
    if (found === -1 || !isWrapped(text.slice(lineStart, lineEnd), next)) {
      yield { start, end: lineEnd }
      start = lineEnd + 1
    }
    lineStart = lineEnd + 1
  }
}

function trimmed(text: string, start: number, end: number): Span | null {
  let from = start
  let to = end
  while (from < to && /\s/.test(text[from]!)) from++
  while (to > from && /\s/.test(text[to - 1]!)) to--
  return from < to ? { start: from, end: to } : null
}

/** @returns sentences in order, not overlapping; every character that is not white space is in exactly one */
export function sentenceSpans(text: string): Span[] {
  const spans: Span[] = []
  const add = (start: number, end: number): void => {
    const span = trimmed(text, start, end)
    if (span) spans.push(span)
  }
  for (const { start, end } of paragraphs(text)) {
    const line = text.slice(start, end)
    let from = 0
    // Cells of a table row are parted by tabs; a row is one unit.
    if (!line.includes('\t')) {
      for (const match of line.matchAll(END)) {
        if (endsNoSentence(line, match.index)) continue
        const to = match.index + match[0].length
        add(start + from, start + to)
        from = to
      }
    }
    add(start + from, end)
  }
  return spans
}

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })

/** The last place in (least, max] where the text may be cut: after a clause, a space, a word; anywhere when there is none. */
function cutBefore(text: string, start: number, max: number): number {
  const least = max / 3
  const clause = /[，,、：:；;]["”’」』）)]*(?=[^，,、：:；;]*$)/u.exec(text.slice(start, start + max))
  if (clause && clause.index >= least) return start + clause.index + clause[0].length
  // A word may end exactly at the limit.
  const space = /\s(?=\S*$)/.exec(text.slice(start, start + max + 1))
  if (space && space.index >= least) return start + space.index
  // Looks beyond the limit, so that the word that stands across it is seen whole.
  const reach = text.slice(start, start + max + 20)
  let last = 0
  for (const { index } of segmenter.segment(reach)) if (index <= max) last = index
  if (last >= least) return start + last
  return start + ((text.charCodeAt(start + max) & 0xfc00) === 0xdc00 ? max - 1 : max)
}

/** Cuts spans longer than `max` at clauses, spaces or words. */
export function fitSpans(text: string, spans: readonly Span[], max: number): Span[] {
  return spans.flatMap((span) => {
    const pieces: Span[] = []
    let { start } = span
    while (span.end - start > max) {
      const cut = cutBefore(text, start, max)
      const piece = trimmed(text, start, cut)
      if (piece) pieces.push(piece)
      start = cut
      while (start < span.end && /\s/.test(text[start]!)) start++
    }
    const rest = trimmed(text, start, span.end)
    if (rest) pieces.push(rest)
    return pieces
  })
}
