/**
 * The prompt of one answer. Pure: takes data, returns data.
 *
 * Sources are numbered here, from 1, and fenced as `<source id="n" …>`. What documents and people wrote goes in as
 * data: it is never read as a template, cannot close its fence, carries no invisible characters, and has no `[n]` of
 * its own that could pass for a citation.
 */
import { readFileSync } from 'node:fs'
import { showHeading } from '@zhiku/contract/heading.ts'
import { LIMITS } from '../base/limits.ts'
import type { ChatPrompt } from '../models/stream.ts'
import { languageOf } from './language.ts'

/** What the model is told to say when the sources do not answer. */
export const NOT_FOUND_SIGN = 'NOT_IN_SOURCES'

export interface PromptSource {
  documentName: string
  page: number
  heading: readonly string[]
  text: string
}

export interface BuiltPrompt {
  prompt: ChatPrompt
  /** the first so many of the given sources are in it, numbered from 1; each whole */
  used: number
  /** sources for which there was no room */
  leftOut: number
}

const template = (name: string): string => readFileSync(new URL(`./prompts/${name}.md`, import.meta.url), 'utf8').trim()
const TEMPLATES = {
  zh: { instructions: template('instructions.zh'), question: template('question.zh') },
  en: { instructions: template('instructions.en'), question: template('question.en') },
}

/** One pass: what is filled in is not looked at again, so `{{…}}` in a document stays as it is. */
const fill = (text: string, values: Record<string, string>): string => text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key]!)

/**
 * @param sources  best first; as many as fit into the budget are used, at least one
 * @param history  earlier turns, oldest first; the last few go along, shortened
 */
export function buildPrompt(input: {
  question: string
  sources: readonly PromptSource[]
  history: readonly { role: 'user' | 'assistant'; text: string }[]
}): BuiltPrompt {
  const { instructions, question } = TEMPLATES[languageOf(input.question)]
  const blocks: string[] = []
  let tokens = 0
  for (const source of input.sources) {
    const block = fence(source, blocks.length + 1)
    tokens += estimateTokens(block)
    if (blocks.length > 0 && (tokens > LIMITS.promptSourceTokens || blocks.length >= LIMITS.promptSources)) break
    blocks.push(block)
  }
  const asked = fill(question, { sources: blocks.join('\n'), question: clean(input.question) })
  return {
    prompt: {
      instructions: fill(instructions, { not_found: NOT_FOUND_SIGN }),
      messages: [...shorten(input.history), { role: 'user', content: asked }],
    },
    used: blocks.length,
    leftOut: input.sources.length - blocks.length,
  }
}

function fence(source: PromptSource, id: number): string {
  const heading = source.heading.length === 0 ? '' : ` heading="${attribute(showHeading(source.heading))}"`
  return `<source id="${id}" document="${attribute(source.documentName)}" page="${source.page}"${heading}>\n${asData(source.text)}\n</source>`
}

const attribute = (text: string): string => asData(text).replace(/["\n\t]/g, ' ')

/** Document text that can neither close its fence nor bring marks of its own. */
function asData(text: string): string {
  return (
    clean(text)
      .replace(/<(?=\s*\/?\s*source)/gi, '‹')
      // Reference marks of a paper ("as shown [3]") would come back as citations. Not after what makes it code: a[3], f([3]), = [3].
      .replace(/(?<![\w$)\]]|[=(:,[{]\s?)[[【［](\^?\d{1,3}(?:\s?[,，、–-]\s?\d{1,3})*)[\]】］]/g, '〔$1〕')
  )
}

/**
 * Removes what a person does not see but a model reads: controls, zero-width characters, direction marks, tag
 * characters and variation selectors of the supplement.
 */
function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]|[\u{e0100}-\u{e01ef}]/gu, (character) =>
      character === '\n' || character === '\t' ? character : '',
    )
    .trim()
}

/** The last turns, beginning with a question; numbers of earlier answers mean other sources and go. */
function shorten(history: readonly { role: 'user' | 'assistant'; text: string }[]): ChatPrompt['messages'] {
  const last = history.slice(-LIMITS.promptHistoryMessages)
  const from = last.findIndex((turn) => turn.role === 'user')
  if (from < 0) return []
  return last.slice(from).map(({ role, text }) => {
    const plain = clean(text).replace(/\[\d{1,3}\]/g, '')
    const short = plain.length > LIMITS.promptHistoryChars ? `${plain.slice(0, LIMITS.promptHistoryChars).toWellFormed()}…` : plain
    return { role, content: short }
  })
}

/**
 * Rough and rather too high: one per Han, kana or Hangul character, one per four other characters. Tokenizers of
 * current models give 0.6-1 and 4-5.
 */
export function estimateTokens(text: string): number {
  const wide = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0
  return wide + Math.ceil((text.length - wide) / 4)
}
