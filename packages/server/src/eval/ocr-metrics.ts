/** Measures of OCR as in the description of the data: character errors, lines found exactly, words of Latin script. Pure. */

/** Typographic quotes and dashes, as NFKC leaves them, and what they count as. */
const QUOTES: readonly (readonly [RegExp, string])[] = [
  [/[‘’‚‛′`´]/g, "'"],
  [/[“”„‟″]/g, '"'],
  [/[‐‑‒–—―−]/g, '-'],
]

const plain = (text: string): string => QUOTES.reduce((out, [marks, ascii]) => out.replace(marks, ascii), text.normalize('NFKC'))

/** NFKC, quotes and dashes in ASCII, no white space. */
export const comparable = (text: string): string => plain(text).replace(/\s+/g, '')

/** Levenshtein distance in characters. */
export function distance(a: string, b: string): number {
  const [from, to] = [[...a], [...b]]
  let above = Uint32Array.from({ length: to.length + 1 }, (_, n) => n)
  let row = new Uint32Array(to.length + 1)
  for (let i = 1; i <= from.length; i += 1) {
    row[0] = i
    for (let j = 1; j <= to.length; j += 1) {
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1))
    }
    ;[above, row] = [row, above]
  }
  return above[to.length]!
}

/** Words and numbers of Latin script in lower case; marks inside of them belong to them. */
export const latinWords = (text: string): string[] =>
  plain(text)
    .toLowerCase()
    .match(/[\p{Script=Latin}0-9]+(?:[.,:/@'-]+[\p{Script=Latin}0-9]+)*/gu) ?? []

/** How many of the expected are there, each counted as often as it is there. */
export function countFound(expected: readonly string[], given: readonly string[]): number {
  const left = new Map<string, number>()
  for (const one of given) left.set(one, (left.get(one) ?? 0) + 1)
  return expected.filter((one) => {
    const count = left.get(one) ?? 0
    left.set(one, count - 1)
    return count > 0
  }).length
}

/** Lines that were given out: rows, and the single cells of rows that have several. */
export function givenLines(text: string): string[] {
  return text.split('\n').flatMap((row) => {
    const cells = row.split('\t')
    return cells.length > 1 ? [row, ...cells] : [row]
  })
}

/** Sums, so that groups can be added up. */
export interface OcrCounts {
  pages: number
  errors: number
  characters: number
  linesFound: number
  lines: number
  wordsFound: number
  words: number
}

/** @param ignoreCase  labels that are all upper case say nothing of case */
export function compareOcr(expected: { text: string; lines: readonly string[] }, given: string, ignoreCase: boolean): OcrCounts {
  const fold = (text: string): string => (ignoreCase ? comparable(text).toLowerCase() : comparable(text))
  const truth = fold(expected.text)
  const lines = expected.lines.map(fold).filter((line) => line !== '')
  const words = latinWords(expected.text)
  return {
    pages: 1,
    errors: distance(truth, fold(given)),
    characters: [...truth].length,
    linesFound: countFound(lines, givenLines(given).map(fold)),
    lines: lines.length,
    wordsFound: countFound(words, latinWords(given)),
    words: words.length,
  }
}

export interface OcrShares {
  pages: number
  /** character errors per hundred characters */
  cerPercent: number | null
  exactLinesPercent: number | null
  /** words of Latin script; null where there are none */
  wordRecallPercent: number | null
}

/** The sums of a group in percent, with two digits. */
export function percentages(counts: readonly OcrCounts[]): OcrShares {
  const sum = (of: keyof OcrCounts): number => counts.reduce((total, one) => total + one[of], 0)
  const percent = (part: number, all: number): number | null => (all > 0 ? Math.round((part / all) * 10_000) / 100 : null)
  return {
    pages: sum('pages'),
    cerPercent: percent(sum('errors'), sum('characters')),
    exactLinesPercent: percent(sum('linesFound'), sum('lines')),
    wordRecallPercent: percent(sum('wordsFound'), sum('words')),
  }
}
