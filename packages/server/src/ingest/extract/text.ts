/** Plain text: blocks are parted by blank lines; line breaks inside a block stay as they are. */
import { cleanText } from './clean.ts'
import { decodeText } from './charset.ts'
import type { DraftBlock } from './draft.ts'
import { textDocument } from './text-document.ts'
import type { Extractor } from './types.ts'

export const TEXT_VERSION = 'text-1'

/** A line of its own that numbers a part of the text. Anything less certain stays a paragraph. */
const HEADINGS: readonly [RegExp, number][] = [
  [/^第\s*[一二三四五六七八九十百零〇两\d]+\s*[部篇卷编](?=\s|$|[：:])/, 1],
  [/^第\s*[一二三四五六七八九十百零〇两\d]+\s*[章回](?=\s|$|[：:]|\p{Script=Han})/u, 2],
  [/^第\s*[一二三四五六七八九十百零〇两\d]+\s*节(?=\s|$|[：:]|\p{Script=Han})/u, 3],
  [/^(?:chapter|part)\s+(?:\d+|[ivxlc]+)\b/i, 2],
]
const HEADING_CHARS_MAX = 60

function headingLevel(block: string): number | null {
  if (block.length > HEADING_CHARS_MAX || block.includes('\n') || /[。！？.!?；;，,]$/.test(block)) return null
  return HEADINGS.find(([pattern]) => pattern.test(block))?.[1] ?? null
}

/** Blocks of a decoded text. */
export function* textBlocks(text: string): Generator<DraftBlock> {
  for (const raw of cleanText(text).split(/\n(?:[^\S\n]*\n)+/)) {
    const block = raw
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .replace(/^\n+/, '')
      .trimEnd()
    if (block === '') continue
    const level = headingLevel(block.trim())
    yield level === null ? { kind: 'paragraph', text: block } : { kind: 'heading', text: block.trim(), level }
  }
}

/** Nothing but NUL and white space: an empty file that was padded. */
const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))

export const extractText: Extractor = async (input) => {
  const blocks = isBlank(input.bytes) ? [] : textBlocks(decodeText(input.bytes).text)
  input.progress()
  return textDocument({ mediaType: 'text/plain', engine: TEXT_VERSION, blocks }, input)
}
