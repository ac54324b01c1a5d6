/** RTF to tokens. RTF specification 1.9.1, "RTF syntax". Positions only: what is skipped is never copied. */

export type RtfToken =
  | { type: 'open' }
  | { type: 'close' }
  /** `\name` with its number */
  | { type: 'word'; name: string; value: number | null }
  /** `\*`, `\~` and other single characters */
  | { type: 'symbol'; name: string }
  /** `\'hh` */
  | { type: 'byte'; value: number }
  /** plain bytes [from, to) */
  | { type: 'bytes'; from: number; to: number }

const OPEN = 0x7b
const CLOSE = 0x7d
const BACKSLASH = 0x5c
const QUOTE = 0x27
const LF = 0x0a
const CR = 0x0d
/** Names are at most 32 letters, numbers at most 10 digits; anything longer is damage. */
const NAME_MAX = 32
const DIGITS_MAX = 10

const isLetter = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a))
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (isDigit(byte)) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

export function* rtfTokens(bytes: Uint8Array): Generator<RtfToken> {
  let at = 0
  while (at < bytes.length) {
    const byte = bytes[at]!
    if (byte === OPEN || byte === CLOSE) {
      at++
      yield { type: byte === OPEN ? 'open' : 'close' }
    } else if (byte === LF || byte === CR) at++
    else if (byte !== BACKSLASH) {
      const from = at
      while (at < bytes.length && !ends(bytes[at]!)) at++
      yield { type: 'bytes', from, to: at }
    } else if (isLetter(bytes[at + 1])) {
      const { token, next } = controlWord(bytes, at + 1)
      at = next
      // Raw bytes follow, of a picture or an object: they are no text.
      if (token.name === 'bin') at += Math.max(0, token.value ?? 0)
      else yield token
    } else if (bytes[at + 1] === QUOTE) {
      const high = hexDigit(bytes[at + 2])
      const low = hexDigit(bytes[at + 3])
      at += 2
      if (high < 0 || low < 0) continue
      at += 2
      yield { type: 'byte', value: high * 16 + low }
    } else {
      const symbol = bytes[at + 1]
      at += 2
      if (symbol !== undefined) yield { type: 'symbol', name: String.fromCharCode(symbol) }
    }
  }
}

const ends = (byte: number): boolean => byte === OPEN || byte === CLOSE || byte === BACKSLASH || byte === LF || byte === CR

function controlWord(bytes: Uint8Array, from: number): { token: { type: 'word'; name: string; value: number | null }; next: number } {
  let at = from
  while (isLetter(bytes[at]) && at - from < NAME_MAX) at++
  const name = Buffer.from(bytes.buffer, bytes.byteOffset + from, at - from).toString('latin1')
  const sign = bytes[at] === 0x2d && isDigit(bytes[at + 1]) ? -1 : 1
  if (sign < 0) at++
  let value: number | null = null
  for (let digits = 0; isDigit(bytes[at]) && digits < DIGITS_MAX; digits++) value = (value ?? 0) * 10 + bytes[at++]! - 0x30
  // One space belongs to the word.
  if (bytes[at] === 0x20) at++
  return { token: { type: 'word', name, value: value === null ? null : sign * value }, next: at }
}
