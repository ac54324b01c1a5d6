/** Length of text for chunking: tokens as people count them, and characters for text that has no words. */

/** Length of a span. Both are bounded, so that dot leaders and base64 cannot make a chunk without end. */
export interface Length {
  /** a Han or kana character, a hangul syllable, a Latin word or a number each count one */
  tokens: number
  /** characters that are not white space */
  chars: number
}

/** Characters per token at most; words of natural languages stay far below. */
export const CHARS_PER_TOKEN = 10

const OTHER = 0
const SPACE = 1
const WORD = 2
const SINGLE = 3

const SINGLES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u

function classify(): Uint8Array {
  const classes = new Uint8Array(0x10000)
  for (let code = 0; code < 0x10000; code++) {
    // Halves of surrogate pairs: letters there are nearly always Han; the low half counts nothing.
    if (code >= 0xd840 && code <= 0xd88f) classes[code] = SINGLE
    else if (code >= 0xd800 && code <= 0xdfff) classes[code] = OTHER
    else if ((code >= 0x4e00 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3)) classes[code] = SINGLE
    else if (code >= 0xe000 && code <= 0xf8ff) classes[code] = OTHER
    else {
      const character = String.fromCharCode(code)
      if (/\s/.test(character)) classes[code] = SPACE
      else if (SINGLES.test(character)) classes[code] = SINGLE
      else if (/[\p{L}\p{N}\p{M}_]/u.test(character)) classes[code] = WORD
    }
  }
  return classes
}
const classes = classify()

/** Walks a text and says after each character how long the part since `start` is. */
export class Meter {
  tokens = 0
  chars = 0
  #inWord = false
  add(code: number): void {
    const kind = classes[code]!
    if (kind !== SPACE) this.chars++
    if (kind === SINGLE) this.tokens++
    else if (kind === WORD && !this.#inWord) this.tokens++
    this.#inWord = kind === WORD
  }
}

export function measure(text: string, start: number, end: number): Length {
  const meter = new Meter()
  for (let at = start; at < end; at++) meter.add(text.charCodeAt(at))
  return { tokens: meter.tokens, chars: meter.chars }
}

/** One number for both: tokens, or what the characters come to when there are too many of them. */
export const cost = (length: Length): number => Math.max(length.tokens, length.chars / CHARS_PER_TOKEN)
