/**
 * Which character set a text is in: decoder first, statistics second.
 *
 * Order: byte order mark, ISO-2022 and HZ escapes, UTF-8 (a few bad bytes allowed), what the document declares, UTF-32, then
 * every East Asian and UTF-16 decoder that accepts all the bytes. Each accepted reading is scored by the share of its
 * characters that are common in its language (`charset-common.ts`). The best of at least 0.85 wins; near ties go to
 * jschardet; with no such reading jschardet decides among the 8-bit sets.
 */
import { detect } from 'jschardet'
import { fail } from '../../base/fail.ts'
import { decodeHz, decodeShifted } from './charset-escaped.ts'
import { type Candidate, EAST_ASIAN, looksKorean, scoreOf, WIDE } from './charset-common.ts'

export interface Decoded {
  text: string
  charset: string
}

const ACCEPT_SCORE = 0.85
const TIE = 0.06
/** statistics look at so much; deciding whether the bytes are valid looks at all */
const SAMPLE_BYTES = 256 * 1024
/** more than this share of control characters, and it is not a text */
const CONTROL_SHARE = 0.02
/** of a page that names its charset more is forgiven: NUL bytes in HTML are ignored */
const CONTROL_SHARE_DECLARED = 0.2
/** damaged UTF-8 has so many good sequences for each bad one */
const GOOD_PER_BAD = 3
const LONG_MIN = 5
/** UTF-16: one order of bytes makes far more sense than the other */
const WIDE_SCORE = 0.5
const WIDE_MARGIN = 0.3

function strictly(charset: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    // A decoder that refuses the bytes is an answer: this is not the charset.
    return null
  }
}

function byteOrderMark(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length % 4 === 0 ? 'utf-32le' : 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  return a === 0 && b === 0 && c === 0xfe && d === 0xff ? 'utf-32be' : null
}

const ISO_2022_JP: readonly string[] = ['\x1b$@', '\x1b$B', '\x1b(J', '\x1b(I', '\x1b$(D']
/** Sets of ISO-2022-CN that have no decoder: CNS 11643. */
const ISO_2022_UNREAD: readonly string[] = ['\x1b$)G', '\x1b$*H']

/** A name as a document writes it (`gb2312`, `UTF8`) to the runtime's; null when the runtime has no such decoder. */
export function knownCharset(label: string): string | null {
  try {
    return new TextDecoder(label.trim()).encoding
  } catch {
    // An unknown label throws: there is no other way to ask.
    return null
  }
}

/** Share of characters that have no place in a text. */
function controlShare(text: string): number {
  const sample = text.slice(0, 100_000)
  let control = 0
  for (let at = 0; at < sample.length; at++) {
    const code = sample.charCodeAt(at)
    if ((code < 0x20 && code !== 9 && code !== 10 && code !== 13 && code !== 12 && code !== 0x1b) || code === 0x7f || code === 0xfffd)
      control++
  }
  return control / Math.max(1, sample.length)
}

function accept(text: string, charset: string, controlMax = CONTROL_SHARE): Decoded {
  if (controlShare(text) > controlMax) throw fail('ingest.unsupported_binary')
  return { text, charset }
}

/** Whole characters: an odd last byte of a cut sample must not make a decoder refuse it. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= SAMPLE_BYTES) return bytes
  // The end of a line is the end of a character in every set but UTF-16.
  const end = bytes.lastIndexOf(0x0a, SAMPLE_BYTES)
  return bytes.subarray(0, end > 0 ? end + 1 : SAMPLE_BYTES)
}

/**
 * @param declared  charset that the document itself names (HTML meta), believed when its decoder accepts the bytes
 * @throws ingest.unknown_charset when no reading fits, ingest.unsupported_binary when the bytes are no text
 */
export function decodeText(bytes: Uint8Array, declared: string | null = null): Decoded {
  const controlMax = declared === null ? CONTROL_SHARE : CONTROL_SHARE_DECLARED
  const mark = byteOrderMark(bytes)
  if (mark?.startsWith('utf-32')) return accept(utf32(bytes, mark === 'utf-32le') ?? '\0', mark)
  if (mark) {
    const text = strictly(mark, bytes)
    // Some programs write the mark in one order of bytes and the text in the other.
    return text === null && mark !== 'utf-8' ? bySound(bytes.subarray(2)) : accept(text ?? new TextDecoder(mark).decode(bytes), mark)
  }
  const escaped = iso2022(bytes)
  if (escaped) return escaped
  const utf8 = strictly('utf-8', bytes) ?? damagedUtf8(bytes)
  // NUL in valid UTF-8 is most often UTF-16 of Latin text.
  if (utf8 !== null && (!utf8.includes('\0') || (declared !== null && controlShare(utf8) <= controlMax)))
    return accept(utf8, 'utf-8', controlMax)
  const named = declared === null ? null : knownCharset(declared)
  if (named !== null && named !== 'utf-8') {
    const text = strictly(named, bytes)
    if (text !== null && controlShare(text) <= controlMax) return { text, charset: named }
  }
  return bySound(bytes)
}

/** @throws ingest.unknown_charset for a set that is told by its escapes but has no decoder */
function iso2022(bytes: Uint8Array): Decoded | null {
  const shifted = decodeShifted(bytes) ?? decodeHz(bytes)
  if (shifted) return accept(shifted.text, shifted.charset)
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  if (!sample.includes(0x1b)) return null
  const text = latin1(sample)
  if (ISO_2022_UNREAD.some((escape) => text.includes(escape))) throw fail('ingest.unknown_charset')
  if (!ISO_2022_JP.some((escape) => text.includes(escape))) return null
  const decoded = strictly('iso-2022-jp', bytes)
  if (decoded === null) throw fail('ingest.unknown_charset')
  return accept(decoded, 'iso-2022-jp')
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/** What no reading fits: a text in an unknown set, or no text at all. */
const undecided = (bytes: Uint8Array): Error =>
  fail(controlShare(latin1(sampleOf(bytes))) > CONTROL_SHARE ? 'ingest.unsupported_binary' : 'ingest.unknown_charset')

/** A few bad bytes in a text that is otherwise UTF-8 beyond doubt; each becomes U+FFFD. */
function damagedUtf8(bytes: Uint8Array): string | null {
  const text = new TextDecoder('utf-8').decode(bytes)
  let good = 0
  let long = 0
  let bad = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0xfffd) bad++
    else if (code >= 0x80) good++
    // Three bytes that fit each other do not happen by chance.
    if (code >= 0x800 && code !== 0xfffd) long++
  }
  if (good < GOOD_PER_BAD * bad && !(long >= LONG_MIN && long > bad)) return null
  return text.replaceAll('\uFFFD', ' ')
}

function utf32(bytes: Uint8Array, littleEndian: boolean): string | null {
  if (bytes.length % 4 !== 0) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 4) {
    const code = view.getUint32(at, littleEndian)
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null
    if (code !== 0xfeff) parts.push(String.fromCodePoint(code))
  }
  return parts.join('')
}

/** Statistics: East Asian and UTF-16 sets by score, then the 8-bit sets by jschardet. */
function bySound(bytes: Uint8Array): Decoded {
  const sample = sampleOf(bytes)
  const wide = sample.includes(0)
  if (wide) {
    for (const littleEndian of [true, false]) {
      const text = utf32(bytes, littleEndian)
      if (text !== null) return accept(text, littleEndian ? 'utf-32le' : 'utf-32be')
    }
  }
  const scored = scores(wide ? sample.subarray(0, sample.length & ~1) : sample, wide ? WIDE : EAST_ASIAN)
  const best = scored[0]
  const clear = wide && best !== undefined && best.score >= WIDE_SCORE && best.score - (scored[1]?.score ?? 0) >= WIDE_MARGIN
  if (best && (clear || best.score >= ACCEPT_SCORE)) {
    const charset = settle(
      scored.filter((other) => best.score - other.score < TIE).map((other) => other.charset),
      sample,
    )
    return accept(new TextDecoder(charset).decode(bytes), charset)
  }
  if (wide) throw undecided(bytes)
  const guess = detected(sample)
  if (guess === null || guess === 'utf-8') throw undecided(bytes)
  return accept(new TextDecoder(guess).decode(bytes), guess)
}

function scores(sample: Uint8Array, candidates: readonly Candidate[]): { charset: string; score: number }[] {
  const scored: { charset: string; score: number }[] = []
  for (const candidate of candidates) {
    const text = strictly(candidate.charset, sample)
    if (text !== null && !text.includes('\0')) scored.push({ charset: candidate.charset, score: scoreOf(text, candidate) })
  }
  return scored.toSorted((a, b) => b.score - a.score)
}

/** Readings that sound equally well, best first. */
function settle(near: readonly string[], sample: Uint8Array): string {
  if (near.length === 1) return near[0]!
  if (near.includes('gb18030') && near.includes('euc-kr')) return looksKorean(sample) ? 'euc-kr' : 'gb18030'
  const voted = detected(sample)
  return near.find((charset) => charset === voted) ?? near[0]!
}

function detected(sample: Uint8Array): string | null {
  const { encoding } = detect(Buffer.from(sample))
  if (!encoding) return null
  return knownCharset(encoding.toLowerCase() === 'gb2312' ? 'gb18030' : encoding)
}
