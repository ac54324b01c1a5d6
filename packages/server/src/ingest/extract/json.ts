/**
 * JSON, one value or one a line, and notebooks. Values are shown as they are written, never re-computed: a long line is
 * broken at its structure, escapes of visible characters are resolved, and each member of the outermost value is a block.
 */
import { cleanText } from './clean.ts'
import { decodeText } from './charset.ts'
import type { DraftBlock } from './draft.ts'
import { notebookBlocks } from './notebook.ts'
import { textDocument } from './text-document.ts'
import type { Extractor } from './types.ts'

export const JSON_VERSION = 'json-1'

/** Structure deeper than this stays on one line. */
const DEPTH_MAX = 40
/** Lines of files made for people are shorter; a longer one is broken. */
const LINE_CHARS_MAX = 400
/** At most so many members of one block are put together when each is short. */
const MEMBERS_CHARS = 600
/** A longer file is shown as it is: breaking it up takes a multiple of its size in memory. */
const BROKEN_UP_CHARS_MAX = 10_000_000

export const extractJson: Extractor = async (input) => {
  const text = cleanText(decodeText(input.bytes).text)
  input.progress()
  const notebook = notebookBlocks(text)
  const blocks = notebook ?? jsonBlocks(text)
  return textDocument({ mediaType: 'application/json', engine: JSON_VERSION, blocks }, input)
}

/** A run of letters, signs or symbols outside of ASCII; quotes, backslashes and control characters stay escaped. */
const resolveEscapes = (text: string): string =>
  text.includes('\\u')
    ? text.replaceAll(/(\\\\)|((?:\\u[0-9a-fA-F]{4})+)/g, (whole, _backslash: string | undefined, escapes: string | undefined) => {
        if (escapes === undefined) return whole
        const resolved = String.fromCharCode(...(escapes.match(/[0-9a-fA-F]{4}/g) ?? []).map((hex) => Number.parseInt(hex, 16)))
        return /^[^\p{C}"\\]+$/u.test(resolved) && resolved.isWellFormed() ? resolved : whole
      })
    : text

export function* jsonBlocks(source: string): Generator<DraftBlock> {
  const isDense = source.length <= BROKEN_UP_CHARS_MAX && source.split('\n').some((line) => line.length > LINE_CHARS_MAX && isValue(line))
  const text = isDense ? brokenUp(source) : source
  let block = ''
  for (const member of membersOf(resolveEscapes(text).trim())) {
    if (block !== '' && block.length + member.length > MEMBERS_CHARS) {
      yield { kind: 'code', text: block, language: 'json' }
      block = ''
    }
    block += (block === '' ? '' : '\n') + member
  }
  if (block.trim() !== '') yield { kind: 'code', text: block, language: 'json' }
}

const isValue = (line: string): boolean => /^\s*[[{]/.test(line)

/** Parts of the text that end where the outermost value or one of its members ends: after a line at the first depth. */
function* membersOf(text: string): Generator<string> {
  let lines: string[] = []
  let depth = 0
  for (const line of text.split('\n')) {
    lines.push(line.trimEnd())
    depth += depthChange(line)
    if (depth > 1) continue
    yield lines.join('\n')
    lines = []
  }
  if (lines.length > 0) yield lines.join('\n')
}

function depthChange(line: string): number {
  const bare = line.replaceAll(/"(?:\\.|[^"\\])*"?/g, '')
  return bare.replaceAll(/[^[{]/g, '').length - bare.replaceAll(/[^\]}]/g, '').length
}

/** Line breaks and indentation at the structure; strings and numbers are copied as they are, valid or not. */
function brokenUp(text: string): string {
  const parts: string[] = []
  let depth = 0
  const line = (): string => `\n${'  '.repeat(Math.min(depth, DEPTH_MAX))}`
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"?|[{}[\],:]|[^\s"{}[\],:]+|\n/g)) {
    if (token === '{' || token === '[') {
      depth++
      parts.push(token, line())
    } else if (token === '}' || token === ']') {
      depth = Math.max(0, depth - 1)
      // Nothing stands in an empty one.
      if (/^\n *$/.test(parts.at(-1) ?? '')) parts.pop()
      parts.push(/[[{]$/.test(parts.at(-1) ?? '') ? token : `${line()}${token}`)
    } else if (token === ',') parts.push(depth > DEPTH_MAX ? ', ' : `,${line()}`)
    else if (token === ':') parts.push(': ')
    else if (token === '\n') {
      // Between the values of a file with one a line.
      if (depth === 0) parts.push('\n')
    } else parts.push(token)
  }
  return parts.join('')
}
