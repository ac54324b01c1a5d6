/**
 * Which character set a text is in: decoder first, statistics second.
 *
 * Order: byte order mark, valid UTF-8, ISO-2022 escapes, then every East Asian and UTF-16 decoder that accepts all the
 * bytes. Each accepted reading is scored by the share of its non-ASCII characters that are common: level-1 characters
 * of GB 2312, Big5, Shift_JIS and KS X 1001 (made at the start from the decoders themselves), kana, CJK punctuation.
 * The best of at least 0.85 wins; near ties go to jschardet; with no such reading jschardet decides among the 8-bit sets.
 */
import jschardet from 'jschardet'
import { fail } from '../../base/fail.ts'

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

type Family = 'gb' | 'big5' | 'sjis' | 'ksx'

/** Level-1 rows of each double-byte set: [first lead, last lead, first trail, last trail]. */
const COMMON_ROWS: Record<Family, { charset: string; rows: [number, number, number, number] }> = {
  gb: { charset: 'gb18030', rows: [0xb0, 0xd7, 0xa1, 0xfe] },
  big5: { charset: 'big5', rows: [0xa4, 0xc6, 0x40, 0xfe] },
  sjis: { charset: 'shift_jis', rows: [0x88, 0x97, 0x40, 0xfc] },
  ksx: { charset: 'euc-kr', rows: [0xb0, 0xc8, 0xa1, 0xfe] },
}

function commonCharacters(family: Family): Set<string> {
  const { charset, rows } = COMMON_ROWS[family]
  const [leadFrom, leadTo, trailFrom, trailTo] = rows
  const decoder = new TextDecoder(charset)
  const common = new Set<string>()
  for (let lead = leadFrom; lead <= leadTo; lead++) {
    for (let trail = trailFrom; trail <= trailTo; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail))
      if (character.length === 1 && character !== '\uFFFD') common.add(character)
    }
  }
  return common
}

const commonSets = new Map<Family, Set<string>>()
function commonOf(family: Family): Set<string> {
  const known = commonSets.get(family)
  if (known) return known
  const made = commonCharacters(family)
  commonSets.set(family, made)
  return made
}

interface Candidate {
  charset: string
  families: Family[]
  /** accepts kana as common */
  kana: boolean
}

const CANDIDATES: readonly Candidate[] = [
  { charset: 'gb18030', families: ['gb'], kana: false },
  { charset: 'big5', families: ['big5'], kana: false },
  { charset: 'shift_jis', families: ['sjis'], kana: true },
  { charset: 'euc-jp', families: ['sjis'], kana: true },
  { charset: 'euc-kr', families: ['ksx'], kana: false },
]
const WIDE: readonly Candidate[] = [
  { charset: 'utf-16le', families: ['gb', 'big5', 'sjis', 'ksx'], kana: true },
  { charset: 'utf-16be', families: ['gb', 'big5', 'sjis', 'ksx'], kana: true },
]

function strictly(charset: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    // A decoder that refuses the bytes is an answer: this is not the charset.
    return null
  }
}

/** Share of the characters that are common in the candidate's language; ASCII counts only for UTF-16. */
function score(text: string, candidate: Candidate): number {
  const sets = candidate.families.map(commonOf)
  const wide = candidate.charset.startsWith('utf-16')
  let common = 0
  let all = 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code < 0x80) {
      if (!wide || code === 10 || code === 13) continue
      all++
      if (code >= 0x20 || code === 9) common++
      continue
    }
    all++
    if ((code >= 0x3000 && code <= 0x3020) || (code >= 0xff01 && code <= 0xff5e) || '“”‘’…—·、。'.includes(character)) common++
    else if (candidate.kana && code >= 0x3041 && code <= 0x30fe) common++
    else if (sets.some((set) => set.has(character))) common++
  }
  return all === 0 ? 0 : common / all
}

function byteOrderMark(bytes: Uint8Array): string | null {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  return null
}

const ISO_2022: readonly [RegExp, string | null][] = [
  [/\x1b\$[@B]|\x1b\([JI]|\x1b\$\(D/, 'iso-2022-jp'],
  // The runtime has no decoder for the Korean and Chinese ones.
  [/\x1b\$\)C|\x1b\$\)A|\x1b\$\)G/, null],
]

/** A name as a document writes it (`gb2312`, `UTF8`) to the runtime's; null when the runtime has no such decoder. */
export function knownCharset(label: string): string | null {
  try {
    return new TextDecoder(label.trim()).encoding
  } catch {
    // An unknown label throws: there is no other way to ask.
    return null
  }
}

/** Is it a text at all? NUL and control characters have no place in one. */
function looksBinary(text: string): boolean {
  const sample = text.slice(0, 100_000)
  let control = 0
  for (let at = 0; at < sample.length; at++) {
    const code = sample.charCodeAt(at)
    if (code === 0) return true
    if ((code < 0x20 && code !== 9 && code !== 10 && code !== 13 && code !== 12 && code !== 0x1b) || code === 0x7f || code === 0xfffd)
      control++
  }
  return control / Math.max(1, sample.length) > CONTROL_SHARE
}

function accept(text: string, charset: string): Decoded {
  if (looksBinary(text)) throw fail('ingest.unknown_charset')
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
 * @throws ingest.unknown_charset when no reading fits or the bytes are not a text
 */
export function decodeText(bytes: Uint8Array, declared: string | null = null): Decoded {
  const mark = byteOrderMark(bytes)
  if (mark) return accept(new TextDecoder(mark).decode(bytes), mark)
  const utf8 = strictly('utf-8', bytes)
  if (utf8 !== null && !utf8.includes('\0')) return accept(utf8, 'utf-8')
  const named = declared === null ? null : knownCharset(declared)
  if (named !== null && named !== 'utf-8') {
    const text = strictly(named, bytes)
    if (text !== null && !looksBinary(text)) return { text, charset: named }
  }
  const escaped = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, SAMPLE_BYTES)).toString('latin1')
  for (const [pattern, charset] of ISO_2022) {
    if (!pattern.test(escaped)) continue
    const text = charset === null ? null : strictly(charset, bytes)
    if (text === null || charset === null) throw fail('ingest.unknown_charset')
    return accept(text, charset)
  }
  return bySound(bytes, utf8 === null)
}

/** Statistics: East Asian sets by score, then the 8-bit sets by jschardet. */
function bySound(bytes: Uint8Array, notUtf8: boolean): Decoded {
  const sample = sampleOf(bytes)
  const candidates = sample.includes(0) ? WIDE : CANDIDATES
  const scored: { charset: string; score: number }[] = []
  for (const candidate of candidates) {
    const text = strictly(candidate.charset, candidate.charset.startsWith('utf-16') ? sample.subarray(0, sample.length & ~1) : sample)
    if (text !== null && !text.includes('\0')) scored.push({ charset: candidate.charset, score: score(text, candidate) })
  }
  scored.sort((a, b) => b.score - a.score)
  const best = scored[0]
  if (best && best.score >= ACCEPT_SCORE) {
    const near = scored.filter((other) => best.score - other.score < TIE)
    const voted = near.length > 1 ? detected(sample) : null
    const charset = near.find((other) => other.charset === voted)?.charset ?? best.charset
    return accept(new TextDecoder(charset).decode(bytes), charset)
  }
  if (sample.includes(0)) throw fail('ingest.unknown_charset')
  const guess = detected(sample)
  if (guess !== null && guess !== 'utf-8') return accept(new TextDecoder(guess).decode(bytes), guess)
  // Damaged UTF-8: a few bad bytes in an otherwise valid text.
  if (notUtf8) return accept(new TextDecoder('utf-8').decode(bytes), 'utf-8')
  throw fail('ingest.unknown_charset')
}

function detected(sample: Uint8Array): string | null {
  const { encoding } = jschardet.detect(Buffer.from(sample))
  if (!encoding) return null
  return knownCharset(encoding.toLowerCase() === 'gb2312' ? 'gb18030' : encoding)
}
