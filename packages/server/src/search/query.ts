/** A question as the search reads it. Pure. */
import { LIMITS } from '../base/limits.ts'
import { toSearchForm } from './normalise.ts'
import { withoutQuestionWords } from './question-words.ts'
import { type Token, encodeTerm, tokenize } from './tokens.ts'

export interface Query {
  /** search form, question words blanked unless there is nothing else */
  text: string
  /** offsets into `text`; of a very long question only the first LIMITS.queryTokens */
  tokens: Token[]
}

export function readQuery(question: string): Query {
  const form = toSearchForm(question).text
  const text = withoutQuestionWords(form)
  const tokens = tokenize(text)
  if (tokens.length > 0) return { text, tokens: tokens.slice(0, LIMITS.queryTokens) }
  return { text: form, tokens: tokenize(form).slice(0, LIMITS.queryTokens) }
}

/** The distinct terms, encoded; "" when there are none. A repeated term would count twice in the database's score. */
export function encodeQuery(question: string): string {
  return [...new Set(readQuery(question).tokens.map(({ term }) => term))].map(encodeTerm).join(' ')
}
