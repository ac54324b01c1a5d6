/**
 * Seven-bit character sets for which the runtime has no decoder: each is an eight-bit set with the high bit taken away,
 * so it is given back. ISO-2022-KR (RFC 1557), ISO-2022-CN with GB 2312 (RFC 1922), HZ (RFC 1843).
 */
const ESC = 0x1b
const SHIFT_OUT = 0x0e
const SHIFT_IN = 0x0f
const LF = 0x0a
const TILDE = 0x7e

/** What designates the set of the shifted characters: escape sequence without ESC, and the decoder of the eight-bit set. */
const DESIGNATIONS: readonly (readonly [string, string])[] = [
  ['$)C', 'euc-kr'],
  ['$)A', 'gb18030'],
]

/**
 * Text between shift-out and shift-in is read with its high bit set.
 * @returns null when the bytes are in none of these sets, or in one that cannot be read (CNS 11643)
 */
export function decodeShifted(bytes: Uint8Array): { text: string; charset: string } | null {
  if (!bytes.includes(ESC) || bytes.some((byte) => byte >= 0x80)) return null
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const designation = DESIGNATIONS.find(([escape]) => raw.includes(`\x1b${escape}`))
  if (!designation || raw.includes('\x1b$)G') || raw.includes('\x1b$*H')) return null
  const [escape, charset] = designation
  const out = Buffer.alloc(bytes.length)
  let length = 0
  let shifted = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === ESC && raw.startsWith(escape, at + 1)) at += escape.length
    else if (byte === SHIFT_OUT) shifted = true
    else if (byte === SHIFT_IN) shifted = false
    else {
      // The end of a line ends the shift.
      if (byte === LF) shifted = false
      out[length++] = shifted && byte > 0x20 && byte < 0x7f ? byte | 0x80 : byte
    }
  }
  return { text: new TextDecoder(charset).decode(out.subarray(0, length)), charset: charset === 'euc-kr' ? 'iso-2022-kr' : 'iso-2022-cn' }
}

/** Pairs of GB 2312 between `~{` and `~}`, at least this many of them, or it is a text with tildes. */
const HZ_PAIRS_MIN = 4
const HZ_PAIR = /^(?:[\x21-\x77][\x21-\x7e])+$/

/** @returns null when it is not HZ */
export function decodeHz(bytes: Uint8Array): { text: string; charset: string } | null {
  if (!bytes.includes(TILDE) || bytes.some((byte) => byte >= 0x80)) return null
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const decoder = new TextDecoder('gb18030', { fatal: true })
  let pairs = 0
  let bad = 0
  const text = raw.replace(/~\{([^\n]*?)(?:~\}|(?=\n)|$)|~(~|\n)/g, (whole, gb: string | undefined, escaped: string | undefined) => {
    if (gb === undefined) return escaped === '~' ? '~' : ''
    if (!HZ_PAIR.test(gb)) {
      bad++
      return whole
    }
    pairs += gb.length / 2
    try {
      return decoder.decode(Uint8Array.from(gb, (character) => character.charCodeAt(0) | 0x80))
    } catch {
      // A pair that is no character of GB 2312: these tildes mean something else.
      bad++
      return whole
    }
  })
  return pairs >= HZ_PAIRS_MIN && bad === 0 ? { text, charset: 'hz-gb-2312' } : null
}
