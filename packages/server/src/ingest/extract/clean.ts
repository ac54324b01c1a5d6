/**
 * Display text is what the file says, but for what nobody sees and no store takes: control characters, zero-width
 * marks, overrides of the writing direction (they show text in another order than it is read), tag characters (used to
 * hide instructions from readers), halves of surrogate pairs.
 */

// eslint-disable-next-line no-control-regex -- taking them out is the point
const UNSEEN =
  /[\u0000-\u0008\u000B\u000E-\u001F\u007F-\u009F\u200B\u202A-\u202E\u2060\u2066-\u2069\uFEFF\uFFFE\uFFFF]|[\u{E0000}-\u{E007F}]/gu

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
