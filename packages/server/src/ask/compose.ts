/**
 * The text of an extractive answer: one fixed line, then the quotes, word for word, each with its mark, grouped by
 * document and heading in the order in which these first appear. Pure.
 */
import type { Language } from '@zhiku/contract/errors.ts'
import { namesColumns, showHeading } from '@zhiku/contract/heading.ts'
import { SENTENCES } from './language.ts'

export interface QuotedPart {
  text: string
  heading: readonly string[]
  documentName: string
}

/** Text, or the mark of part number `part` (from 0). */
export type Piece = { kind: 'text'; text: string } | { kind: 'mark'; mark: number; part: number }

export function composeQuotes(parts: readonly QuotedPart[], language: Language): Piece[] {
  const groups = Map.groupBy(parts.keys(), (index) => JSON.stringify([parts[index]!.documentName, parts[index]!.heading]))
  const pieces: Piece[] = [{ kind: 'text', text: SENTENCES.lead[language] }]
  let mark = 0
  for (const group of groups.values()) {
    const { heading, documentName } = parts[group[0]!]!
    const title = heading.length > 0 ? showHeading(heading) : documentName
    // One group needs no heading: the citations say where it stands. But rows of a table need the names of its columns.
    if (groups.size > 1 || namesColumns(heading)) pieces.push({ kind: 'text', text: `\n\n**${escapeMarks(title, parts.length)}**` })
    for (const part of group) {
      const quote = escapeMarks(parts[part]!.text, parts.length)
      mark += 1
      pieces.push(
        { kind: 'text', text: `\n\n${quote}${/[\p{Script=Han}。！？；：，”）」』】]$/u.test(quote) ? '' : ' '}` },
        { kind: 'mark', mark, part },
      )
    }
  }
  return pieces
}

/**
 * The text of an extractive answer after one of its documents was deleted: its quotes and their heading are taken out,
 * their marks stay. The name of the document stands in for the heading.
 *
 * @param marks  citations of the answer in all: what composeQuotes wrote its text with
 */
export function withoutQuotes(text: string, gone: readonly QuotedPart[], marks: number): string {
  for (const { text: quote, heading, documentName } of gone) {
    if (quote !== '') text = text.replace(escapeMarks(quote, marks), () => '…')
    if (heading.length > 0)
      text = text.replace(`**${escapeMarks(showHeading(heading), marks)}**`, () => `**${escapeMarks(documentName, marks)}**`)
  }
  return text
}

/**
 * The one change to a quote's words, and only to how they are written in Markdown: `[2]` that stands in the document
 * would be taken for a mark, and a line of three backticks would turn what follows into code.
 */
const escapeMarks = (text: string, marks: number): string =>
  text
    .replace(/\[(?=(\d{1,3})\])/g, (bracket, number: string) => (Number(number) >= 1 && Number(number) <= marks ? `\\${bracket}` : bracket))
    .replace(/^([ \t>]*)(?=`{3}|~{3})/gm, '$1\\')
