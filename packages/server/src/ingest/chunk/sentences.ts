/** Sentence ends in Chinese and English (and what writes alike). Pure. */

/** Words whose full stop does not end a sentence. */
const ABBREVIATIONS: ReadonlySet<string> = new Set(
  'mr mrs ms dr prof sr jr st vs etc e.g i.e fig figs eq eqs no nos vol pp p al cf ca approx inc ltd co corp dept ed eds ref refs sec ch art u.s u.k jan feb mar apr jun jul aug sep sept oct nov dec bzw z.b d.h usw'.split(
    ' ',
  ),
)

/** A full stop needs a space and something that can begin a sentence after it; East Asian marks end one at once. */
const ENDS =
  /[。！？…]+[”’」』）)\]】》"']*|[!?]+["'”’)\]]*(?=\s|$|\p{Script=Han})|；|\.["'”’)\]]*(?=\s+["'“‘([]?[\p{Lu}\p{N}\p{Lo}]|\s*$)|;(?=\s)/gu

/** Offsets inside (start, end) after which a sentence is over; the end itself is not among them. */
export function sentenceEnds(text: string, start: number, end: number): number[] {
  const span = text.slice(start, end)
  const ends: number[] = []
  for (const match of span.matchAll(ENDS)) {
    const after = match.index + match[0].length
    if (after >= span.length) break
    if (match[0].startsWith('.') && isAbbreviation(span, match.index)) continue
    ends.push(start + after)
  }
  return ends
}

function isAbbreviation(span: string, stop: number): boolean {
  const word = /[\p{L}.]{1,12}$/u.exec(span.slice(Math.max(0, stop - 12), stop))?.[0]
  if (word === undefined) return false
  // A single capital is an initial: J. Smith.
  return /^\p{Lu}$/u.test(word) || ABBREVIATIONS.has(word.toLowerCase())
}
