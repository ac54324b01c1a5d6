/** What kind of run a character belongs to, by one table over the UTF-16 units of the search form. */

export const OTHER = 0
export const LETTER = 1
export const DIGIT = 2
/** Han, kana, bopomofo */
export const HAN = 3
/** Scripts that are cut into pairs: written without spaces, or (hangul) with endings stuck to the word. */
export const PAIRED = 4

const HAN_SCRIPTS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}ー]/u
const PAIRED_SCRIPTS = /[\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u

function classify(code: number): number {
  if (code >= 0x3400 && code <= 0x9fff) return code >= 0x4dc0 && code <= 0x4dff ? OTHER : HAN
  if (code >= 0xac00 && code <= 0xd7a3) return PAIRED
  if (code >= 0xd800 && code <= 0xf8ff) return OTHER
  const character = String.fromCharCode(code)
  if (/\p{Nd}/u.test(character)) return DIGIT
  if (!/[\p{L}\p{M}\p{Nl}\p{No}ー]/u.test(character)) return OTHER
  if (HAN_SCRIPTS.test(character)) return HAN
  return PAIRED_SCRIPTS.test(character) ? PAIRED : LETTER
}

const UNKNOWN = 255
/** Filled as characters come up: classifying all of them at the start would take 100 ms in every process. */
const classes = new Uint8Array(0x10000).fill(UNKNOWN)

function classOf(code: number): number {
  const kind = classes[code]!
  return kind === UNKNOWN ? (classes[code] = classify(code)) : kind
}

/** Of the characters beyond the first plane only Han (planes 2 and 3) is searched for; the rest is emoji and the like. */
const isAstralHan = (text: string, at: number): boolean => {
  const code = text.codePointAt(at)!
  return code >= 0x20000 && code <= 0x3ffff
}

/** @param at  a UTF-16 offset inside the text; both halves of a pair have the class of the character */
export function classAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code < 0xd800 || code > 0xdfff) return classOf(code)
  const high = code < 0xdc00 ? at : at - 1
  return high >= 0 && isAstralHan(text, high) ? HAN : OTHER
}
