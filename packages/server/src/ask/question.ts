/** What a question asks for: its terms with their weights, and the form its answer will have. Pure. */
import type { TermStatistics } from '../search/frequencies.ts'
import { toSearchForm } from '../search/normalise.ts'
import { readQuery } from '../search/query.ts'
import type { Token } from '../search/tokens.ts'
import { type AnswerForm, answerForms } from './answer-forms.ts'

export interface QuestionTerm {
  term: string
  /** IDF times the share that this kind of term has in the meaning; > 0 */
  weight: number
  /** some chunk of the library has it */
  known: boolean
  /** a name or identifier: its absence says that the documents are about something else */
  isName: boolean
  isHan: boolean
}

export interface Question {
  terms: QuestionTerm[]
  /** sum of the weights; 0 for a question without words */
  total: number
  forms: AnswerForm[]
  /** written in Chinese, whatever names are in it */
  isChinese: boolean
}

/** Function words: they carry no meaning, but are rare, hence heavy, in a library of the other language. */
const ENGLISH_FUNCTION_WORDS = new Set(
  'a an the of in on to is are was were be been has have had and or for with by from at as it its this that these those there can could will would should may might than then if so not no he she his her they their you your we our i my us into about between after before during per'.split(
    ' ',
  ),
)
const CHINESE_FUNCTION_CHARACTERS = new Set(
  '的了是在和与有也都就还又很对于为以及从到把被让给用做会能要该之其这那个些我你他她它吗呢吧啊不没里上下中后前',
)

/** Shares of the meaning. Pairs carry a Chinese question; a pair across a function word and a single character say little. */
const PAIR = 1
const PAIR_WITH_FUNCTION_CHARACTER = 0.4
const SINGLE = 0.15
/** An identifier counts once: this share for the whole, the rest for its parts. */
const WHOLE_OF_IDENTIFIER = 0.6

const HAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+$/u

/** Share of Chinese in a text, a Latin word counting as two characters. */
export function chineseShare(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0
  const latin = text.match(/[A-Za-z]+/g)?.length ?? 0
  return han / Math.max(1, han + 2 * latin)
}

function shareOfHan(term: string): number {
  const characters = Array.from(term)
  // Longer dictionary words are covered by their pairs.
  if (characters.length > 2) return 0
  const functions = characters.filter((character) => CHINESE_FUNCTION_CHARACTERS.has(character)).length
  if (functions === characters.length) return 0
  if (characters.length === 1) return SINGLE
  return functions > 0 ? PAIR_WITH_FUNCTION_CHARACTER : PAIR
}

const contains = (outer: Token, inner: Token): boolean =>
  outer.start <= inner.start && outer.end >= inner.end && outer.end - outer.start > inner.end - inner.start

/** Of a word: 1. Of an identifier: the whole and the parts share. */
function shareOfWord(token: Token, words: readonly Token[]): number {
  if (words.some((other) => contains(token, other))) return WHOLE_OF_IDENTIFIER
  const whole = words.find((other) => contains(other, token))
  if (!whole) return 1
  return (1 - WHOLE_OF_IDENTIFIER) / words.filter((other) => contains(whole, other)).length
}

/** In a Chinese question every foreign word is a name; in an English one those with digits, underscores or capitals inside the sentence. */
function isName(token: Token, text: string, isChinese: boolean): boolean {
  if (isChinese) return true
  const word = text.slice(token.start, token.end)
  return /[\d_]/.test(word) || (/[A-Z]/.test(word) && token.start > 0 && /[a-z]/.test(text))
}

export function analyseQuestion(question: string, statistics: TermStatistics): Question {
  const { text, tokens } = readQuery(question)
  const isChinese = chineseShare(question) > 0.15
  const words = tokens.filter(({ term }) => !HAN.test(term) && !ENGLISH_FUNCTION_WORDS.has(term))
  const terms = new Map<string, QuestionTerm>()
  for (const token of tokens) {
    const { term } = token
    const isHan = HAN.test(term)
    if (!isHan && ENGLISH_FUNCTION_WORDS.has(term)) continue
    const share = isHan ? shareOfHan(term) : shareOfWord(token, words)
    const idf = statistics.idf.get(term)
    const weight = share * (idf ?? statistics.idfOfUnknown)
    if (weight <= (terms.get(term)?.weight ?? 0)) continue
    terms.set(term, { term, weight, known: idf !== undefined, isName: !isHan && isName(token, text, isChinese), isHan })
  }
  const list = [...terms.values()]
  return {
    terms: list,
    total: list.reduce((sum, { weight }) => sum + weight, 0),
    forms: answerForms(toSearchForm(question).text),
    isChinese,
  }
}
