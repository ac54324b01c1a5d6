/**
 * Is this question answered by this quote at all? Pure.
 *
 * What the quote accounts for against what is missing, by weight. A name of the question that no document has is the
 * strongest sign that the documents are about something else; a word that they have, but not here, says that the answer
 * should stand elsewhere; a word that they never use may be the asker's own way to put it.
 */
import { type Question, chineseShare } from './question.ts'
import type { QuoteWindow } from './windows.ts'

/** Weight of what is missing, by kind. */
const UNKNOWN_NAME = 1.5
const KNOWN_ELSEWHERE = 1.2
const UNKNOWN_WORD = 0.8
/** Of every unknown pair of characters about half stand across two words. */
const UNKNOWN_PAIR = 0.5
/** A quote that accounts for less than about one rare word is not supported by the rest being explained away. */
const LEAST = 1

/** @returns 0 to 1 */
export function confidenceOf(question: Question, window: QuoteWindow, chunkText: string): number {
  // An English question to a Chinese text shares only names with it: other missing words say nothing.
  const crossesLanguages = !question.isChinese && chineseShare(chunkText) > 0.4
  let found = 0
  let missing = 0
  question.terms.forEach(({ weight, known, isName, isHan }, k) => {
    const share = window.evidence[k]!
    found += weight * share
    const rest = weight * (1 - share)
    if (known) missing += rest * KNOWN_ELSEWHERE
    else if (isName) missing += rest * UNKNOWN_NAME
    else if (isHan) missing += rest * UNKNOWN_PAIR
    else if (!crossesLanguages) missing += rest * UNKNOWN_WORD
  })
  return found / (found + missing + LEAST)
}
