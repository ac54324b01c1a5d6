/**
 * Text to search terms, the same way for documents and for questions.
 *
 * - Han and kana runs: words of the dictionary segmenter with three or more characters, every pair of neighbouring
 *   characters, every single character. Pairs find what a segmenter cuts differently in question and document.
 * - Latin and other spaced scripts: words in lower case without accents, English ones stemmed.
 * - Identifiers (`getUserById`, `do_something`, `gpt-4`, `GB/T`, `.NET`, `C++`): the whole without its joints, so that
 *   `gpt-4` and `GPT4` meet, and every part. Version numbers and dates keep their joints.
 * - Hangul, Thai and other scripts without dependable word borders: pairs and single characters.
 *
 * Pure but for the segmentation dictionary of the runtime's ICU, whose version is part of TOKENIZER_VERSION.
 */
import { toSearchForm } from './normalise.ts'
import { stem } from './stem.ts'

/** Changes whenever the same text may give other terms: everything must then be indexed again. */
export const TOKENIZER_VERSION = `1-icu${process.versions.icu?.split('.')[0] ?? '0'}`

/** UTF-16 offsets [start, end) into the text as given. */
export interface Token {
  term: string
  start: number
  end: number
}

/** A longer run is a blob (base64, a path without end), not a name that anybody asks for. */
const TERM_CHARS_MAX = 64

const OTHER = 0
const LETTER = 1
const DIGIT = 2
const HAN = 3
const PAIRED = 4

/** Scripts that are cut into pairs: written without spaces, or (hangul) with endings stuck to the word. */
const PAIRED_SCRIPTS = /[\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u
const HAN_SCRIPTS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}ー]/u

function classify(): Uint8Array {
  const classes = new Uint8Array(0x10000)
  for (let code = 0; code < 0x10000; code++) {
    // Every surrogate pair of letters in practice is Han (rare characters); emoji pairs are sorted out where runs are cut.
    if (code >= 0xd800 && code <= 0xdfff) continue
    const character = String.fromCharCode(code)
    if (code >= 0x4e00 && code <= 0x9fff) classes[code] = HAN
    else if (code >= 0xac00 && code <= 0xd7a3) classes[code] = PAIRED
    else if (/\p{Nd}/u.test(character)) classes[code] = DIGIT
    else if (!/[\p{L}\p{M}\p{Nl}\p{No}]/u.test(character)) continue
    else if (HAN_SCRIPTS.test(character)) classes[code] = HAN
    else if (PAIRED_SCRIPTS.test(character)) classes[code] = PAIRED
    else classes[code] = LETTER
  }
  return classes
}

const classes = classify()

const isAstralHan = (text: string, at: number): boolean => {
  const code = text.codePointAt(at)!
  return code >= 0x20000 && code <= 0x3ffff
}

const classAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  if (code >= 0xd800 && code <= 0xdbff) return isAstralHan(text, at) ? HAN : OTHER
  // The second half of a Han pair goes with the first; any other lone half separates.
  if (code >= 0xdc00 && code <= 0xdfff) return at > 0 && isAstralHan(text, at - 1) ? HAN : OTHER
  return classes[code]!
}

const words = new Intl.Segmenter('zh', { granularity: 'word' })

/** Emits in the offsets of the search form. */
type Emit = (term: string, start: number, end: number) => void

/** Offsets at which the characters of a run begin, and its end. */
function characterStarts(text: string, start: number, end: number): number[] {
  const starts: number[] = []
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code < 0xdc00 || code > 0xdfff) starts.push(at)
  }
  starts.push(end)
  return starts
}

function emitPairs(text: string, start: number, end: number, emit: Emit): void {
  const starts = characterStarts(text, start, end)
  for (let i = 0; i + 1 < starts.length; i++) {
    emit(text.slice(starts[i], starts[i + 1]), starts[i]!, starts[i + 1]!)
    if (i + 2 < starts.length) emit(text.slice(starts[i], starts[i + 2]), starts[i]!, starts[i + 2]!)
  }
}

function emitWords(text: string, start: number, end: number, emit: Emit): void {
  if (end - start < 3) return
  const run = text.slice(start, end)
  for (const { segment, index } of words.segment(run)) {
    if (segment.length > 2 && segment.length <= TERM_CHARS_MAX) emit(segment, start + index, start + index + segment.length)
  }
}

const JOINTS = /[-_./'’·&@:]/

const isAlphanumeric = (text: string, at: number): boolean => {
  const kind = classAt(text, at)
  return kind === LETTER || kind === DIGIT
}

/** End of an identifier that begins at `start`: letters and digits, with single joints between them. */
function identifierEnd(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    if (isAlphanumeric(text, at)) at++
    else if (/[-_./'’&@]/.test(text[at]!) && at + 1 < text.length && isAlphanumeric(text, at + 1)) at++
    // Double underscores belong to names (__init__); thousands separators to numbers.
    else if (text[at] === '_' && text[at + 1] === '_' && at + 2 < text.length && isAlphanumeric(text, at + 2)) at += 2
    else if (text[at] === ',' && /^\d,\d{3}(?!\d)/.test(text.slice(at - 1, at + 5))) at++
    else break
  }
  return at
}

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false
  return true
}

/** Lower case, no accents on Latin letters, English endings off. */
function wordTerm(word: string): string {
  const lower = word.toLowerCase()
  if (isAscii(lower)) return stem(lower)
  return lower.normalize('NFD').replace(/(?<=\p{Script=Latin}\p{M}*)\p{M}/gu, '').normalize('NFC')
}

/** Borders inside a part: camelCase, an acronym before a word (HTMLParser), letters against digits. */
function emitPart(text: string, start: number, end: number, emit: Emit): number {
  let count = 0
  let from = start
  for (let at = start + 1; at <= end; at++) {
    const border =
      at === end ||
      (classAt(text, at - 1) === DIGIT) !== (classAt(text, at) === DIGIT) ||
      (isUpper(text, at) && isLower(text, at - 1)) ||
      (isUpper(text, at) && isUpper(text, at - 1) && at + 1 < end && isLower(text, at + 1) && at - from > 0 && !/s(?![a-z])/.test(text.slice(at + 1, at + 3)))
    if (!border) continue
    emit(wordTerm(text.slice(from, at)), from, at)
    count++
    from = at
  }
  return count
}
const isUpper = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code >= 0x41 && code <= 0x5a
}
const isLower = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code >= 0x61 && code <= 0x7a
}
