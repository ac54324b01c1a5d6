/**
 * Windows: runs of neighbouring sentences of a chunk, short enough to be quoted, scored by how well they answer. Pure.
 *
 * A window is worth the weight of the question's terms that it accounts for. Its own words count fully; what stands
 * before it counts in part, because text goes on about what was named: the heading, the document's name, and the
 * sentences just before, less with every sentence. So the sentence after a question scores with the question's words.
 */
import { namesColumns } from '@zhiku/contract/heading.ts'
import { LIMITS } from '../base/limits.ts'
import type { ChunkHit } from '../search/lexical.ts'
import { isQuestion } from '../search/question-words.ts'
import { toSearchForm } from '../search/normalise.ts'
import { wordTermsOf } from '../search/tokens.ts'
import { gainsOf } from './answer-forms.ts'
import type { Question, QuestionTerm } from './question.ts'
import { type Span, fitSpans, sentenceSpans } from './sentences.ts'

export interface QuoteWindow extends Span {
  /** about 0 to 1.5; compares only within one question */
  score: number
  /** by index of question.terms: 0 not accounted for, 1 in the window's own words */
  evidence: Float64Array
  /** share of its characters that are questions themselves */
  questionShare: number
  /** words, and Chinese characters, that the question does not have */
  newWords: number
  /** a row of a table, which is short by nature */
  isRow: boolean
}

interface Sentence extends Span {
  isQuestion: boolean
  isHeading: boolean
  /** a row of a table: it stands for itself */
  isRow: boolean
  /** by index of question.terms: 1 when the sentence has the term */
  has: Uint8Array
  newWords: number
  /** by index of question.forms; empty for a question */
  gains: number[]
}

const HAN = /\p{Script=Han}/u

/** Evidence of a term that only the context has. */
const OF_HEADING = 0.6
const OF_OUTER_HEADING = 0.48
const OF_DOCUMENT_NAME = 0.3
const OF_SENTENCE_BEFORE = 0.4
/** Names of the columns stand for what each row holds. */
const OF_COLUMN = 0.9
/** Evidence of a term that stands in a question of the text: it tells what follows, but answers nothing. */
const OF_QUESTION = 0.6
/** With every further sentence the context counts less; a new question turns to something else. */
const DECAY = 0.85
const DECAY_AT_QUESTION = 0.5

/** The score is half of what the window accounts for as a whole, half of what its best sentence does: words that meet in one sentence belong together. */
const BEST_SENTENCE_SHARE = 0.5
/** A window of questions answers nothing. */
const LOSS_OF_QUESTIONS = 0.4
/** Nor does one that only repeats the question: full loss without, none from this many new words on. */
const LOSS_OF_REPETITION = 0.3
const NEW_WORDS_ENOUGH = 12
/** A label ("Steps:") without what it announces, alone or at the end. */
const LOSS_OF_LABEL = 0.1
const LOSS_OF_LAST_LABEL = 0.03
const LABEL_CHARS_MAX = 60
/** Share of the question's weight that names its subject. */
const SUBJECT_SHARE = 0.3
/** Between equals the longer quote wins. */
const GAIN_OF_LENGTH = 0.02

interface ReadText {
  form: string
  words: ReadonlySet<string>
  has: (term: QuestionTerm) => boolean
}

function read(text: string): ReadText {
  const form = toSearchForm(text).text
  const words = new Set(wordTermsOf(form))
  return { form, words, has: ({ term, isHan }) => (isHan ? form.includes(term) : words.has(term)) }
}

function readSentences(question: Question, hit: ChunkHit): Sentence[] {
  const { text } = hit
  const asked = new Set(question.terms.map(({ term }) => term))
  const isSubject = (subject: string): boolean => {
    const { has } = read(subject)
    return question.terms.reduce((sum, term) => sum + (has(term) ? term.weight : 0), 0) >= SUBJECT_SHARE * question.total
  }
  const askedCharacters = new Set(question.terms.filter(({ isHan }) => isHan).flatMap(({ term }) => Array.from(term)))
  const headings: Span[] = hit.heading.flatMap((heading) => {
    const start = text.indexOf(heading)
    return start >= 0 && (start === 0 || text[start - 1] === '\n') ? [{ start, end: start + heading.length }] : []
  })
  return fitSpans(text, sentenceSpans(text), LIMITS.quoteChars).map(({ start, end }) => {
    const sentence = text.slice(start, end)
    const { form, words, has } = read(sentence)
    const asks = isQuestion(form)
    let newWords = 0
    if (!asks) {
      for (const word of words) if (word.length > 1 && !asked.has(word)) newWords++
      for (const character of form) if (HAN.test(character) && !askedCharacters.has(character)) newWords++
    }
    return {
      start,
      end,
      isQuestion: asks,
      isHeading: headings.some((heading) => start >= heading.start && end <= heading.end),
      isRow: sentence.includes('\t'),
      has: Uint8Array.from(question.terms, (term) => (has(term) ? 1 : 0)),
      newWords,
      gains: asks ? [] : gainsOf(question.forms, form, isSubject),
    }
  })
}

/** Evidence that every sentence of the chunk has from its headings and its document's name. */
function evidenceOfPlace(question: Question, hit: ChunkHit): Float64Array {
  const inner = read(hit.heading.slice(-1).join('\n'))
  const outer = read(hit.heading.slice(0, -1).join('\n'))
  const name = read(hit.documentName.replace(/\.[a-z0-9]{1,5}$/i, ''))
  const ofInner = namesColumns(hit.heading) ? OF_COLUMN : OF_HEADING
  return Float64Array.from(question.terms, (term) =>
    inner.has(term) ? ofInner : outer.has(term) ? OF_OUTER_HEADING : name.has(term) ? OF_DOCUMENT_NAME : 0,
  )
}

/** What the next sentence has from the ones before it, after one more sentence was read. */
function carryOn(context: Float64Array, place: Float64Array, sentence: Sentence, mayTurn: boolean): void {
  // One row says nothing of the next.
  if (sentence.isRow) {
    context.set(place)
    return
  }
  const decay = mayTurn && sentence.isQuestion ? DECAY * DECAY_AT_QUESTION : DECAY
  for (let k = 0; k < context.length; k++) {
    context[k] = Math.max(context[k]! * decay, sentence.has[k] ? OF_SENTENCE_BEFORE : 0, place[k]!)
  }
}

const overlap = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end

/** @returns at most `count` windows of the chunk that do not overlap, best first */
export function bestWindows(question: Question, hit: ChunkHit, count: number): QuoteWindow[] {
  const windows = question.total === 0 ? [] : allWindows(question, hit, readSentences(question, hit))
  // Stable: of equals the first in the text, then the shorter.
  windows.sort((a, b) => b.score - a.score)
  const best: QuoteWindow[] = []
  for (const window of windows) {
    if (best.length === count) break
    if (!best.some((other) => overlap(window, other))) best.push(window)
  }
  return best
}

function allWindows(question: Question, hit: ChunkHit, sentences: readonly Sentence[]): QuoteWindow[] {
  const place = evidenceOfPlace(question, hit)
  const context = Float64Array.from(place)
  const windows: QuoteWindow[] = []
  sentences.forEach((sentence, first) => {
    if (!sentence.isHeading) windows.push(...windowsFrom(question, hit.text, sentences, first, place, context))
    carryOn(context, place, sentence, true)
  })
  return windows
}

/** All windows that begin with one sentence, growing by one sentence up to the length of a quote or the next heading. */
function* windowsFrom(
  question: Question,
  text: string,
  sentences: readonly Sentence[],
  first: number,
  place: Float64Array,
  before: Float64Array,
): Generator<QuoteWindow> {
  const { start, isRow } = sentences[first]!
  const evidence = Float64Array.from(before)
  const context = Float64Array.from(before)
  let ofBestSentence = 0
  let questionChars = 0
  let newWords = 0
  let tells = false
  const gains = question.forms.map(() => 0)
  for (let last = first; last < sentences.length; last++) {
    const sentence = sentences[last]!
    if (sentence.end - start > LIMITS.quoteChars || sentence.isHeading) return
    // The next question begins something else; so does every row of a table.
    if (sentence.isQuestion && tells) return
    if (last > first && (sentence.isRow || isRow)) return
    tells ||= !sentence.isQuestion
    const own = sentence.isQuestion ? OF_QUESTION : 1
    let ofWindow = 0
    let ofSentence = 0
    question.terms.forEach(({ weight }, k) => {
      if (sentence.has[k]) evidence[k] = Math.max(evidence[k]!, own)
      ofWindow += weight * evidence[k]!
      ofSentence += weight * (sentence.has[k] ? own : context[k]!)
    })
    carryOn(context, place, sentence, false)
    if (!sentence.isQuestion || last === first) ofBestSentence = Math.max(ofBestSentence, ofSentence)
    if (sentence.isQuestion) questionChars += sentence.end - sentence.start
    newWords += sentence.newWords
    sentence.gains.forEach((gain, k) => (gains[k] = Math.max(gains[k]!, gain)))

    const length = sentence.end - start
    const quote = text.slice(start, sentence.end)
    const questionShare = Math.min(1, questionChars / length)
    let score = ((1 - BEST_SENTENCE_SHARE) * ofWindow + BEST_SENTENCE_SHARE * ofBestSentence) / question.total
    score *= gains.reduce((sum, gain) => sum + gain, 1)
    score *= 1 - LOSS_OF_QUESTIONS * questionShare
    if (!isRow) score *= 1 - LOSS_OF_REPETITION * Math.max(0, 1 - newWords / NEW_WORDS_ENOUGH)
    if (/[：:]$/.test(quote)) score *= 1 - (length < LABEL_CHARS_MAX ? LOSS_OF_LABEL : LOSS_OF_LAST_LABEL)
    score += (GAIN_OF_LENGTH * length) / LIMITS.quoteChars
    yield { start, end: sentence.end, score, evidence: Float64Array.from(evidence), questionShare, newWords, isRow }
  }
}
