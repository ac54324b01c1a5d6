/**
 * Display text is what the file says, but for what nobody sees and no store takes: control characters, zero-width
 * marks, overrides of the writing direction (they show text in another order than it is read), tag characters (used to
 * hide instructions from readers), halves of surrogate pairs.
 */

/** First and last code of each range that is taken out. */
const UNSEEN_RANGES: readonly [number, number][] = [
  [0x00, 0x08],
  [0x0b, 0x0b],
  [0x0e, 0x1f],
  [0x7f, 0x9f],
  [0x200b, 0x200b],
  [0x202a, 0x202e],
  [0x2060, 0x2060],
  [0x2066, 0x2069],
  [0xfeff, 0xfeff],
  [0xfffe, 0xffff],
  [0xe0000, 0xe007f],
]
const UNSEEN = new RegExp(`[${UNSEEN_RANGES.map(([from, to]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`).join('')}]`, 'gu')

/** Line ends become \n; form feeds and Unicode line separators too. Every space but tab, line break and the wide one becomes a plain space. */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?|[\f\u2028\u2029\u0085]/g, '\n')
    .replace(UNSEEN, '')
    .replace(/[\u00A0\u2000-\u200A\u202F\u205F]/g, ' ')
    .toWellFormed()
}

/** Runs of white space in a flowing text (HTML, DOCX runs) are one space. */
export const oneLine = (text: string): string => cleanText(text).replace(/\s+/g, ' ').trim()
