/** An answer as plain text with its sources below, for the clipboard. */
import type { Citation } from '@zhiku/contract/entities.ts'
import { type Translate, placeText } from '../source/place.ts'
import { targetOfCitation } from '../source/target.ts'

/** "[2] name · page 12: “quote”" */
export function citationLine(citation: Citation, t: Translate): string {
  if (citation.removed) return `[${citation.mark}] ${t('source.removed')}`
  const quote = citation.quote.replace(/\s+/g, ' ').trim()
  return `[${citation.mark}] ${citation.document.name} · ${placeText(targetOfCitation(citation), t)}${t('chat.copy.colon')}${t('chat.copy.quoted', { quote })}`
}

export function answerAsText(text: string, citations: readonly Citation[], t: Translate): string {
  if (citations.length === 0) return text
  const lines = citations.toSorted((a, b) => a.mark - b.mark).map((citation) => citationLine(citation, t))
  return `${text.trimEnd()}\n\n${t('chat.copy.sources')}\n${lines.join('\n')}`
}
