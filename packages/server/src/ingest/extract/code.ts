/**
 * Source code and settings files: the text as it is, cut into blocks where a definition begins at the left margin after
 * an empty line. No grammar of any language is needed for that, and no identifier is changed.
 */
import { cleanText } from './clean.ts'
import { decodeText } from './charset.ts'
import type { DraftBlock } from './draft.ts'
import { extensionOf } from './formats.ts'
import { languageOf } from './languages.ts'
import { textDocument } from './text-document.ts'
import type { Extractor } from './types.ts'

export const CODE_VERSION = 'code-1'

/** A line that closes something, or goes on with it, does not begin a definition. */
const CONTINUES = /^(?:\s|[)\]}]|end\b|else\b|elif\b|catch\b|finally\b|except\b)/

/** Blocks of code, never parted inside an indented body. */
export function* codeBlocks(text: string, language: string): Generator<DraftBlock> {
  let lines: string[] = []
  let gap = false
  const block = (): DraftBlock[] => {
    const code = lines.join('\n').replace(/^\n+/, '').trimEnd()
    lines = []
    return code === '' ? [] : [{ kind: 'code', text: code, language }]
  }
  for (const raw of cleanText(text).split('\n')) {
    const line = raw.trimEnd()
    if (line === '') gap = true
    else {
      if (gap && !CONTINUES.test(line)) yield* block()
      gap = false
    }
    lines.push(line)
  }
  yield* block()
}

export const extractCode: Extractor = async (input) => {
  const { text } = decodeText(input.bytes)
  input.progress()
  const language = languageOf(extensionOf(input.name))
  return textDocument({ mediaType: 'text/plain', engine: CODE_VERSION, blocks: codeBlocks(text, language) }, input)
}
