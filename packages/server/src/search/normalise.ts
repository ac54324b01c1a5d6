/**
 * Search form of text: NFKC and traditional folded to simplified, with the way back to the offsets of the given text.
 * Case is kept, because camelCase borders are needed when identifiers are split.
 *
 * Speed comes from one table over the UTF-16 units. Almost every character maps to one unit, so the search form
 * of almost every text has the same length and needs no offset map.
 */
import { readFileSync } from 'node:fs'

export interface SearchForm {
  text: string
  /** offset in the given text where the source of unit i begins; null when both texts have the same offsets */
  starts: Uint32Array | null
  /** offset in the given text where the source of unit i ends; null together with `starts` */
  ends: Uint32Array | null
}

/** Pairs of characters, traditional then simplified, one pair per line. */
function readPairs(): Map<string, string> {
  const pairs = new Map<string, string>()
  for (const line of readFileSync(new URL('t2s.txt', import.meta.url), 'utf8').split('\n')) {
    const [from, to] = Array.from(line.trim())
    if (from !== undefined && to !== undefined) pairs.set(from, to)
  }
  return pairs
}

const simplified = readPairs()

/** Table value of a unit whose form is not a single unit or depends on its neighbours. */
const COMPLEX = 0xffff

/** Marks that may compose with the character before them: accents, kana voicing marks, conjoining jamo. */
const composing = (code: number): boolean =>
  (code >= 0x0300 && code <= 0x036f) || code === 0x3099 || code === 0x309a || (code >= 0x1160 && code <= 0x11ff)

const foldCharacter = (character: string): string => {
  const form = character.normalize('NFKC')
  return simplified.get(form) ?? form
}

/** Form of one UTF-16 unit that is not a surrogate, or COMPLEX. */
function formOf(code: number): number {
  if (composing(code)) return COMPLEX
  const form = foldCharacter(String.fromCharCode(code))
  return form.length === 1 ? form.charCodeAt(0) : COMPLEX
}

/** Filled as characters come up; 0 is not known yet. */
const table = new Uint16Array(0x10000)

const utf16 = new TextDecoder('utf-16le', { ignoreBOM: true })

const isPair = (text: string, at: number): boolean => {
  const high = text.charCodeAt(at)
  const low = text.charCodeAt(at + 1)
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff
}

/** The same as `toSearchForm` for texts in which lengths change, cluster by cluster. */
function mapClusters(text: string): SearchForm {
  let out = ''
  const starts: number[] = []
  const ends: number[] = []
  for (let at = 0; at < text.length;) {
    let end = at + (isPair(text, at) ? 2 : 1)
    while (end < text.length && composing(text.charCodeAt(end))) end++
    const cluster = text.slice(at, end)
    const form = end - at > 2 || (end - at === 2 && !isPair(text, at)) ? cluster.normalize('NFKC') : foldCharacter(cluster)
    for (let unit = 0; unit < form.length; unit++) {
      // Lengths equal: keep single offsets, so that a pair is not torn and a long unchanged cluster stays exact.
      const exact = form.length === cluster.length
      starts.push(exact ? at + unit : at)
      ends.push(exact ? at + unit + 1 : end)
    }
    out += form
    at = end
  }
  return { text: out, starts: Uint32Array.from(starts), ends: Uint32Array.from(ends) }
}

/** As nearly every text in one script is. */
function isItsOwnForm(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (table[code] !== code && ((code >= 0xd800 && code <= 0xdfff) || (table[code] = formOf(code)) !== code)) return false
  }
  return true
}

/**
 * @returns the search form; `starts`/`ends` give UTF-16 offsets into `text`. Lone surrogates become U+FFFD, one for one.
 */
export function toSearchForm(text: string): SearchForm {
  if (isItsOwnForm(text)) return { text, starts: null, ends: null }
  const units = new Uint16Array(text.length)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0xd800 && code <= 0xdfff) {
      if (!isPair(text, at)) {
        units[at] = 0xfffd
        continue
      }
      const pair = text.slice(at, at + 2)
      const form = foldCharacter(pair)
      if (form.length !== 2) return mapClusters(text)
      units[at] = form.charCodeAt(0)
      units[++at] = form.charCodeAt(1)
      continue
    }
    const form = table[code]! || (table[code] = formOf(code))
    if (form === COMPLEX) return mapClusters(text)
    units[at] = form
  }
  return { text: utf16.decode(units), starts: null, ends: null }
}
