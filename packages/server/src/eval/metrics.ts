/** Measures of search and answers. Pure. */
import { createHash } from 'node:crypto'

/** Share of true values; 0 for none at all. Rounded to four digits, so that reports compare as text. */
export function shareOf(values: readonly boolean[]): number {
  return values.length === 0 ? 0 : round(values.filter(Boolean).length / values.length)
}

export const round = (value: number): number => Math.round(value * 10_000) / 10_000

/** Rank of the right item from 1; null when it was not found. */
export type Rank = number | null

/** Share of questions whose right item is among the first k. */
export const recallAt = (ranks: readonly Rank[], k: number): number => shareOf(ranks.map((rank) => rank !== null && rank <= k))

/** Mean of 1 / rank, 0 beyond k. */
export function mrrAt(ranks: readonly Rank[], k: number): number {
  if (ranks.length === 0) return 0
  return round(ranks.reduce<number>((sum, rank) => sum + (rank !== null && rank <= k ? 1 / rank : 0), 0) / ranks.length)
}

/** Rank of an item in a list of passages reduced to their distinct documents. */
export function rankOfDocument(passages: readonly { document: string }[], right: string): Rank {
  const documents = [...new Set(passages.map(({ document }) => document))]
  const at = documents.indexOf(right)
  return at === -1 ? null : at + 1
}

/** The half of a set that a question belongs to, by its id: weights are fitted on one and reported on the other. */
export const halfOf = (id: string): 'fit' | 'report' => (createHash('sha256').update(id).digest()[0]! % 2 === 0 ? 'fit' : 'report')

/** Marks of emphasis and code do not count: what is cited is the text that a reader sees. */
const withoutMarks = (text: string): string => text.replace(/[*`]/g, '')
const withoutSpace = (text: string): string => text.replace(/\s+/g, '')

/** Does a quote contain one of the expected strings? */
export const quoteContains = (quote: string, expected: readonly string[]): boolean =>
  expected.some((text) => withoutMarks(quote).includes(withoutMarks(text)))

/** Does a quote contain one of the answers, white space aside? */
export const quoteAnswers = (quote: string, answers: readonly string[]): boolean =>
  answers.some((answer) => withoutSpace(quote).includes(withoutSpace(answer)))

/** Plain table: columns padded to their widest cell. */
export function table(rows: readonly (readonly (string | number)[])[]): string[] {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' && !Number.isInteger(cell) ? cell.toFixed(4) : String(cell))))
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  return cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}
