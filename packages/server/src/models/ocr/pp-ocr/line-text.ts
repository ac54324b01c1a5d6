/** Characters of a line with their places → its text and words. Pure. */
import type { Glyph } from './ctc.ts'

/** A word with its extent along the line, both 0 to 1. */
export interface Span {
  start: number
  end: number
  from: number
  to: number
}

const HAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]$/u
const WIDE_MARK = /^[\u3000-\u303f\uff00-\uff65‘’“”—…·]$/u
const WORD_MARK = /^[.,:/@'’_%+#&-]$/

type Kind = 'han' | 'latin' | 'mark' | 'inner'
const kindOf = (char: string): Kind => (HAN.test(char) ? 'han' : WIDE_MARK.test(char) ? 'mark' : WORD_MARK.test(char) ? 'inner' : 'latin')

/**
 * @returns the text without white space at its ends; words end at a space, at a change of script and after a mark of
 * Chinese punctuation
 */
export function lineText(glyphs: readonly Glyph[]): { text: string; words: Span[]; confidence: number } {
  const kept = clean(glyphs)
  const places = extents(kept)
  const words: Span[] = []
  let text = ''
  let open: (Span & { kind: Kind }) | null = null
  const close = (): void => {
    if (open) words.push({ start: open.start, end: open.end, from: open.from, to: open.to })
    open = null
  }
  kept.forEach((glyph, n) => {
    const start = text.length
    text += glyph.text
    if (glyph.text === ' ') return close()
    const kind = kindOf(glyph.text)
    const [from, to] = places[n]!
    if (open && joins(open.kind, kind)) {
      open = { ...open, end: text.length, to, kind: kind === 'inner' ? open.kind : kind }
    } else {
      close()
      open = { start, end: text.length, from, to, kind }
    }
    return undefined
  })
  close()
  const signs = kept.filter((glyph) => glyph.text !== ' ')
  const confidence = signs.reduce((sum, glyph) => sum + glyph.confidence, 0) / Math.max(1, signs.length)
  return { text, words, confidence }
}

/** A mark belongs to what stands before it and ends it. */
function joins(open: Kind, next: Kind): boolean {
  if (open === 'mark') return next === 'mark'
  if (next === 'mark') return true
  if (next === 'inner') return open !== 'han'
  return open === next || open === 'inner'
}

/** One space between signs, none at the ends. */
function clean(glyphs: readonly Glyph[]): Glyph[] {
  const out: Glyph[] = []
  for (const glyph of glyphs) {
    const space = /^\s$/u.test(glyph.text)
    if (!space) out.push(glyph)
    else if (out.length > 0 && out.at(-1)!.text !== ' ') out.push({ ...glyph, text: ' ' })
  }
  if (out.at(-1)?.text === ' ') out.pop()
  return out
}

/** From half way to the neighbour before to half way to the one after, and no wider than characters are here. */
function extents(glyphs: readonly Glyph[]): [number, number][] {
  const pitches = glyphs.slice(1).map((glyph, n) => glyph.at - glyphs[n]!.at)
  const pitch = pitches.toSorted((a, b) => a - b)[Math.floor(pitches.length / 2)] ?? 1
  return glyphs.map((glyph, n) => {
    const reach = (HAN.test(glyph.text) ? 0.6 : 0.9) * pitch
    const before = n > 0 ? (glyph.at - glyphs[n - 1]!.at) / 2 : glyph.at
    const after = n + 1 < glyphs.length ? (glyphs[n + 1]!.at - glyph.at) / 2 : 1 - glyph.at
    return [Math.max(0, glyph.at - Math.min(before, reach)), Math.min(1, glyph.at + Math.min(after, reach))]
  })
}
