/**
 * Text to search terms, the same way for documents and for questions.
 *
 * - Han and kana runs: every pair of neighbouring characters, every single character, and the words of three or more
 *   characters that the dictionary segmenter finds. Pairs find what question and document cut differently.
 * - Spaced scripts: words in lower case, Latin ones without accents, English ones stemmed.
 * - Identifiers: see identifiers.ts.
 * - Hangul, Thai and other scripts without dependable word borders: pairs and single characters.
 *
 * Pure but for the segmentation dictionary of the runtime's ICU, whose version is part of TOKENIZER_VERSION.
 */
import { HAN, OTHER, PAIRED, classAt } from './character-classes.ts'
import { emitIdentifier, identifierEnd, mayHaveSigns } from './identifiers.ts'
import { toSearchForm } from './normalise.ts'

/** Changes whenever the same text may give other terms: everything must then be indexed again. */
export const TOKENIZER_VERSION = `1-icu${process.versions.icu?.split('.')[0] ?? '0'}`

/** UTF-16 offsets [start, end) into the text as given; several tokens may share a place. */
export interface Token {
  term: string
  start: number
  end: number
}

/** Takes a term with its place in the search form. */
export type Emit = (term: string, start: number, end: number) => void

/** A longer run is a blob (base64, a key), not a name that anybody asks for. */
const TERM_CHARS_MAX = 64

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })

/** Offsets at which the characters of [start, end) begin, then `end`. */
function characterStarts(text: string, start: number, end: number): number[] {
  const starts: number[] = []
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code < 0xdc00 || code > 0xdfff) starts.push(at)
  }
  starts.push(end)
  return starts
}

function emitCharactersAndPairs(text: string, start: number, end: number, emit: Emit): void {
  const starts = characterStarts(text, start, end)
  for (let i = 0; i + 1 < starts.length; i++) {
    emit(text.slice(starts[i], starts[i + 1]), starts[i]!, starts[i + 1]!)
    if (i + 2 < starts.length) emit(text.slice(starts[i], starts[i + 2]), starts[i]!, starts[i + 2]!)
  }
}

function emitLongWords(text: string, start: number, end: number, emit: Emit): void {
  if (end - start < 3) return
  for (const { segment, index } of segmenter.segment(text.slice(start, end))) {
    if (segment.length > 2 && segment.length <= TERM_CHARS_MAX) emit(segment, start + index, start + index + segment.length)
  }
}

/**
 * @param withHan  false leaves out the runs of Han and kana, which cost most of the time
 * @param takeRun  takes a run of letters and digits as a whole and says true, or leaves it to `emit`
 */
function scan(text: string, emit: Emit, withHan = true, takeRun?: (start: number, end: number) => boolean): void {
  for (let at = 0; at < text.length;) {
    const kind = classAt(text, at)
    if (kind === OTHER) {
      at++
      continue
    }
    let end = at + 1
    if (kind === HAN || kind === PAIRED) {
      while (end < text.length && classAt(text, end) === kind) end++
      if (kind === PAIRED || withHan) emitCharactersAndPairs(text, at, end, emit)
      if (kind === HAN && withHan) emitLongWords(text, at, end, emit)
    } else {
      end = identifierEnd(text, at)
      if (takeRun?.(at, end) !== true) emitIdentifier(text, at, end, emit)
    }
    at = end
  }
}

/**
 * @returns the terms of a text in order of their place, the parts of an identifier before the whole; terms longer than
 *          64 characters are left out
 */
export function tokenize(text: string): Token[] {
  const form = toSearchForm(text)
  const tokens: Token[] = []
  scan(form.text, (term, start, end) => {
    if (term.length === 0 || term.length > TERM_CHARS_MAX) return
    tokens.push(form.starts === null ? { term, start, end } : { term, start: form.starts[start]!, end: form.ends![end - 1]! })
  })
  return tokens
}

/** The terms alone, in the same order. */
export function termsOf(text: string): string[] {
  const terms: string[] = []
  scan(toSearchForm(text).text, (term) => {
    if (term.length > 0 && term.length <= TERM_CHARS_MAX) terms.push(term)
  })
  return terms
}

/** The terms of a search form (normalise.ts) but for those of Han and kana runs, which a search for the substring finds faster. */
export function wordTermsOf(form: string): string[] {
  const terms: string[] = []
  const emit: Emit = (term) => {
    if (term.length > 0 && term.length <= TERM_CHARS_MAX) terms.push(term)
  }
  scan(form, emit, false)
  return terms
}

/**
 * A term as one ASCII word `[a-z][a-z0-9]*`, the only form that the database's text parser takes as it is.
 * One to one: plain ASCII terms get an x in front, any other a y and four base-36 digits per code point.
 * At most 257 bytes for the terms of `tokenize`.
 */
export function encodeTerm(term: string): string {
  if (/^[a-z0-9]+$/.test(term)) return `x${term}`
  let out = 'y'
  for (const character of term) out += character.codePointAt(0)!.toString(36).padStart(4, '0')
  return out
}

const encoded = new Map<string, string>()
/** Natural text repeats its terms; the cache is dropped when a text of blobs has filled it. */
const ENCODED_MAX = 50_000

function encodeCached(term: string): string {
  let code = encoded.get(term)
  if (code === undefined) {
    if (encoded.size >= ENCODED_MAX) encoded.clear()
    code = encodeTerm(term)
    encoded.set(term, code)
  }
  return code
}

/** Codes of the runs of letters and digits met so far, several of one run joined. */
const encodedRuns = new Map<string, string>()
/** Shorter strings are copies in V8; a longer one would keep the text that it was cut from. */
const CACHED_RUN_CHARS = 12

/** The codes of a run to which no signs belong; '' when it has no terms. */
function encodeRun(run: string): string {
  const known = encodedRuns.get(run)
  if (known !== undefined) return known
  const codes: string[] = []
  emitIdentifier(run, 0, run.length, (term) => pushCode(codes, term))
  const joined = codes.join(' ')
  if (run.length <= CACHED_RUN_CHARS) {
    if (encodedRuns.size >= ENCODED_MAX) encodedRuns.clear()
    encodedRuns.set(run, joined)
  }
  return joined
}

function pushCode(codes: string[], term: string): void {
  if (term.length > 0 && term.length <= TERM_CHARS_MAX) codes.push(encodeCached(term))
}

/** The same terms as `termsOf`, encoded; the runs of letters and digits, of which text has few different ones, at one look each. */
function encodeText(text: string, codes: string[]): void {
  const form = toSearchForm(text).text
  scan(
    form,
    (term) => pushCode(codes, term),
    true,
    (start, end) => {
      if (mayHaveSigns(form, start, end)) return false
      const code = encodeRun(form.slice(start, end))
      if (code !== '') codes.push(code)
      return true
    },
  )
}

const withoutExtension = (name: string): string => name.replace(/\.[a-z0-9]{1,5}$/i, '')

/**
 * What goes into the keyword index for one chunk: document name without its extension, heading path, text.
 * @param parts.title  the document's file name
 */
export function encodeForIndex(parts: { title: string; heading: readonly string[]; text: string }): string {
  const codes: string[] = []
  for (const part of [withoutExtension(parts.title), ...parts.heading, parts.text]) encodeText(part, codes)
  return codes.join(' ')
}
