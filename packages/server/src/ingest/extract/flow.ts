/**
 * Flowing text: how pieces of one paragraph that stood on several lines become one line.
 * Scripts written without spaces (Han, kana) are joined by nothing, all others by a space.
 */

/** Characters beside which a line break is not a space: Han, kana, their punctuation, full-width forms. */
export function isWide(code: number): boolean {
  if (code < 0x2e80) return false
  return (
    code <= 0x303f ||
    (code >= 0x3041 && code <= 0x30ff) ||
    (code >= 0x3105 && code <= 0x312f) ||
    (code >= 0x3190 && code <= 0x9fff) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe4f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x20000 && code <= 0x3ffff)
  )
}

const lastCode = (text: string): number => {
  const code = text.charCodeAt(text.length - 1)
  return code >= 0xdc00 && code <= 0xdfff && text.length > 1 ? text.codePointAt(text.length - 2)! : code
}

/** What goes between two lines of one paragraph: '' or ' '. */
export function lineJoint(before: string, after: string): '' | ' ' {
  if (before === '' || after === '') return ''
  return isWide(lastCode(before)) && isWide(after.codePointAt(0)!) ? '' : ' '
}

/** Lines to one line. Lines are trimmed; empty ones vanish. */
export function joinLines(lines: Iterable<string>): string {
  let text = ''
  for (const line of lines) {
    const clean = line.trim()
    text += lineJoint(text, clean) + clean
  }
  return text
}
