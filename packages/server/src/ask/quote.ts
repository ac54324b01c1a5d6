/**
 * The words of a passage that a sentence of an answer rests on. Pure.
 *
 * Overlap of search terms, so that it works across word forms and between simplified and traditional characters; rare
 * terms of the passage weigh more. Nothing here judges whether the passage supports the sentence.
 */
import { LIMITS } from '../base/limits.ts'
import { type Token, tokenize } from '../search/tokens.ts'
import { type Span, fitSpans, sentenceSpans } from './sentences.ts'

/** Share of the best sentence's score from which a neighbour is quoted with it. */
const NEIGHBOUR_SHARE = 0.5

/**
 * @param claims  what the words should match, the first one that overlaps at all decides
 * @returns a span of the passage of at most LIMITS.quoteChars that begins and ends at sentences where they fit; without
 *          any overlap the passage's beginning
 */
export function bestQuote(passage: string, claims: readonly string[]): Span {
  const sentences = fitSpans(passage, sentenceSpans(passage), LIMITS.quoteChars)
  if (sentences.length === 0) return { start: 0, end: 0 }
  const tokens = tokenize(passage)
  for (const claim of claims) {
    const wanted = new Set(tokenize(claim).map(({ term }) => term))
    const matches = weigh(tokens.filter(({ term }) => wanted.has(term)))
    const scores = sentences.map((sentence) => scoreOf(matches, sentence))
    const best = scores.indexOf(Math.max(...scores))
    if (scores[best]! > 0) return around(sentences, scores, best)
  }
  const alike = sentences.map(() => 1)
  return around(sentences, alike, 0)
}

type Match = Token & { weight: number }

/** Single Han characters and letters say little; what the passage repeats says less each time. */
function weigh(tokens: readonly Token[]): Match[] {
  const counts = new Map<string, number>()
  for (const { term } of tokens) counts.set(term, (counts.get(term) ?? 0) + 1)
  return tokens.map((token) => ({ ...token, weight: (token.term.length > 1 ? 1 : 0.2) / counts.get(token.term)! }))
}

/** Weight of the distinct terms inside a span. */
function scoreOf(matches: readonly Match[], { start, end }: Span): number {
  const terms = new Map<string, number>()
  for (const match of matches) if (match.start >= start && match.end <= end) terms.set(match.term, match.weight)
  return terms.values().reduce((sum, weight) => sum + weight, 0)
}

const fits = (start: number, end: number): boolean => end - start <= LIMITS.quoteChars

/** The sentence with those of its neighbours that match nearly as well. */
function around(sentences: readonly Span[], scores: readonly number[], best: number): Span {
  let { start, end } = sentences[best]!
  const enough = scores[best]! * NEIGHBOUR_SHARE
  for (let next = best + 1; next < sentences.length && scores[next]! >= enough && fits(start, sentences[next]!.end); next++) {
    end = sentences[next]!.end
  }
  for (let before = best - 1; before >= 0 && scores[before]! >= enough && fits(sentences[before]!.start, end); before--) {
    start = sentences[before]!.start
  }
  return { start, end }
}

/** The sentence at the end of `text`, without citation marks: what a mark that follows it stands for. */
export function lastSentence(text: string): string {
  const plain = text
    .slice(-2 * LIMITS.quoteChars)
    .replace(/\[\d{1,3}\]/g, '')
    .trimEnd()
  const last = sentenceSpans(plain).at(-1)
  return last ? plain.slice(last.start, last.end) : ''
}
