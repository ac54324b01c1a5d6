/**
 * Citation marks `[n]` in the text of an answer, as a markdown-it plugin.
 *
 * A mark whose citation is known becomes a token `cite`; marks that follow each other become one token with several
 * numbers. The last word before it (in Chinese the last character) goes into the token too, so that both can be kept
 * on one line: a chip must never start a line. Other brackets stay text.
 */
import type { MarkdownIt, Token } from 'markdown-it'

const MARK = /^\[(\d{1,4})\]/
/** A "word" longer than this (an address, a key) may be broken, or the line would overflow a narrow page. */
const MAX_WORD = 16
const NO_SPACE_SCRIPT = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\u3000-\u303f\uff00-\uffef]$/u

/**
 * Splits the piece off that stays with a following chip: the last word, one character in scripts without spaces.
 * Spaces at the end go away, the chip has its own margin.
 */
export function splitTail(text: string): { head: string; tail: string } {
  const trimmed = text.trimEnd()
  if (trimmed === '') return { head: '', tail: '' }
  const word = NO_SPACE_SCRIPT.test(trimmed)
    ? ''
    : (/[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+$/u.exec(trimmed)?.[0] ?? '')
  const tail = word !== '' && word.length <= MAX_WORD ? word : lastGrapheme(trimmed)
  return { head: trimmed.slice(0, trimmed.length - tail.length), tail }
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
function lastGrapheme(text: string): string {
  // A grapheme longer than 32 code units does not occur in text that is meant to be read.
  return [...graphemes.segment(text.slice(-32))].at(-1)?.segment ?? ''
}

/** `env` of a render: the numbers whose citation is known. */
export type MarksEnv = { known: ReadonlySet<number> }

export function marks(md: MarkdownIt): void {
  md.inline.ruler.before('link', 'cite', (state, silent) => {
    const found = MARK.exec(state.src.slice(state.pos, state.pos + 6))
    if (!found || !(state.env as unknown as MarksEnv).known.has(Number(found[1]))) return false
    if (!silent) {
      const token = state.push('cite', '', 0)
      token.meta = { marks: [Number(found[1])], tail: '' } satisfies CiteMeta
    }
    state.pos += found[0].length
    return true
  })
  md.core.ruler.push('cite_join', (state) => {
    for (const token of state.tokens) if (token.children) token.children = joinMarks(token.children)
  })
  md.renderer.rules.cite = (tokens, index) => {
    const { marks: numbers, tail } = tokens[index]!.meta as CiteMeta
    return `<span class="cite-tail">${md.utils.escapeHtml(tail)}<span data-marks="${numbers.join(',')}"></span></span>`
  }
}

type CiteMeta = { marks: number[]; tail: string }
const citeOf = (token: Token): CiteMeta => token.meta as CiteMeta
const isBlank = (token: Token | undefined): boolean => token?.type === 'text' && token.content.trim() === ''
const CLOSERS = new Set(['strong_close', 'em_close', 's_close'])

/** Neighbouring marks into one token, inside the emphasis they follow, with the tail of the text before them. */
function joinMarks(children: readonly Token[]): Token[] {
  const out: Token[] = []
  for (const token of children) {
    if (token.type !== 'cite') {
      out.push(token)
      continue
    }
    // Spaces before a chip go away, it has its own margin.
    while (isBlank(out.at(-1))) out.pop()
    const before = out.at(-1)
    if (before?.type === 'cite') {
      const known = citeOf(before).marks
      for (const mark of citeOf(token).marks) if (!known.includes(mark)) known.push(mark)
      continue
    }
    const closers: Token[] = []
    while (CLOSERS.has(out.at(-1)?.type ?? '')) {
      closers.unshift(out.pop()!)
      while (isBlank(out.at(-1))) out.pop()
    }
    const text = out.at(-1)
    if (text?.type === 'text') {
      const { head, tail } = splitTail(text.content)
      text.content = head
      citeOf(token).tail = tail
    }
    out.push(token, ...closers)
  }
  return out
}
