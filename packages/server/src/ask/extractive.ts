/**
 * The answer without a language model: the passages that answer best, in the documents' own words. Pure; the same
 * question, hits and statistics always give the same answer.
 *
 * Every part is a contiguous span of the text of its chunk, at most LIMITS.quoteChars long, not cut inside a word.
 */
import type { TermStatistics } from '../search/frequencies.ts'
import type { ChunkHit } from '../search/lexical.ts'
import { confidenceOf } from './confidence.ts'
import { analyseQuestion } from './question.ts'
import { type QuoteWindow, bestWindows } from './windows.ts'

export interface AnswerPart {
  /** verbatim: hit.text.slice(start - hit.start, end - hit.start) */
  text: string
  hit: ChunkHit
  /** UTF-16 offsets into the page's text */
  start: number
  end: number
  heading: string[]
}

export interface ExtractiveAnswer {
  /** false: nothing in the hits answers; `parts` is then empty */
  answered: boolean
  /** best first, parts of one section together */
  parts: AnswerPart[]
  /** 0 to 1 */
  confidence: number
}

/** Below this the question counts as not answered. Fitted together with the weights of confidence.ts, see docs/decisions/0004. */
export const CONFIDENCE_MIN = 0.24

const PARTS_MAX = 5
/** A part that scores less than this share of the best one is left out. */
const PART_SCORE_MIN = 0.5
const SECTION_SCORE_MIN = 0.85
const WINDOWS_PER_CHUNK = 3
/** Share of the chunk's own rank in the score of its windows. */
const RANK_SHARE = 0.2
/** A quote may speak for the whole answer only if it is not mostly questions and says something new. */
const QUESTION_SHARE_MAX = 0.5
const NEW_WORDS_MIN = 5
const NEW_WORDS_OF_ROW = 1

interface Candidate extends QuoteWindow {
  hit: ChunkHit
  total: number
}

/** Overlapping places, or the same words in two documents. */
function repeats(candidate: Candidate, other: Candidate): boolean {
  const { hit } = candidate
  const samePage = hit.revisionId === other.hit.revisionId && hit.page === other.hit.page
  const from = Math.max(hit.start + candidate.start, other.hit.start + other.start)
  const to = Math.min(hit.start + candidate.end, other.hit.start + other.end)
  return (samePage && from < to) || quoteOf(candidate) === quoteOf(other)
}

const quoteOf = ({ hit, start, end }: Candidate): string => hit.text.slice(start, end)
const sectionOf = ({ hit }: Candidate): string => JSON.stringify([hit.documentId, hit.heading])

/** Best first; but a part that is nearly as good as the best of its section stands after it. */
function bySection(candidates: readonly Candidate[]): Candidate[] {
  const sections = new Map<string, Candidate[]>()
  for (const candidate of candidates) {
    const section = sections.get(sectionOf(candidate))
    if (section && candidate.total >= SECTION_SCORE_MIN * section[0]!.total) section.push(candidate)
    else sections.set(section ? `${sectionOf(candidate)} ${sections.size}` : sectionOf(candidate), [candidate])
  }
  return [...sections.values()].flat()
}

/**
 * @param hits        chunks that were found for the question, best first, with scores > 0
 * @param statistics  how rare the question's terms are in the library, as `retrieve` gives it
 */
export function answerExtractively(question: string, hits: readonly ChunkHit[], statistics: TermStatistics): ExtractiveAnswer {
  const asked = analyseQuestion(question, statistics)
  const bestHit = hits.reduce((best, { score }) => Math.max(best, score), 0)
  const candidates = hits.flatMap((hit) =>
    bestWindows(asked, hit, WINDOWS_PER_CHUNK).map((window): Candidate => ({
      ...window,
      hit,
      total: window.score + RANK_SHARE * (hit.score / (bestHit || 1)),
    })),
  )
  candidates.sort((a, b) => b.total - a.total)
  const chosen: Candidate[] = []
  for (const candidate of candidates) {
    if (chosen.length === PARTS_MAX || candidate.total < PART_SCORE_MIN * candidates[0]!.total) break
    if (!chosen.some((other) => repeats(candidate, other))) chosen.push(candidate)
  }
  const speaker = chosen.find(
    ({ questionShare, newWords, isRow }) => questionShare < QUESTION_SHARE_MAX && newWords >= (isRow ? NEW_WORDS_OF_ROW : NEW_WORDS_MIN),
  )
  const confidence = speaker ? confidenceOf(asked, speaker, speaker.hit.text) : 0
  const answered = confidence >= CONFIDENCE_MIN
  const parts = answered
    ? bySection(chosen).map((candidate) => ({
        text: quoteOf(candidate),
        hit: candidate.hit,
        start: candidate.hit.start + candidate.start,
        end: candidate.hit.start + candidate.end,
        heading: candidate.hit.heading,
      }))
    : []
  return { answered, parts, confidence }
}
