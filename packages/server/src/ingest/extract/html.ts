/** HTML: charset, tree, main text, blocks. Scripts and styles are never text; nothing is fetched. */
import { oneLine } from './clean.ts'
import { decodeText } from './charset.ts'
import type { DraftBlock } from './draft.ts'
import { htmlBlocks } from './html/blocks.ts'
import { mainText, wholeBody } from './html/main-text.ts'
import { capDepth, parseDocument, parseXhtml } from './html/tree.ts'
import { textDocument } from './text-document.ts'
import type { Extractor } from './types.ts'

export const HTML_VERSION = 'html-1 readability-0.6.0'

/** HTML standard, 13.2.3.2: the declaration must stand within the first 1024 bytes; real pages put it a little later. */
const PRESCAN_BYTES = 4096

const XHTML = /^\s*(?:<\?xml\b|<!DOCTYPE\s+html\s+PUBLIC\s+"-\/\/W3C\/\/DTD XHTML)/i

function declaredCharset(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, PRESCAN_BYTES)).toString('latin1')
  return (
    /<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ??
    /^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w-]+)/i.exec(head)?.[1] ??
    null
  )
}

export const extractHtml: Extractor = async (input) => {
  const { text } = decodeText(input.bytes, declaredCharset(input.bytes) ?? 'utf-8')
  const document = XHTML.test(text) ? parseXhtml(text) : parseDocument(text)
  input.progress()
  // Nobody writes a page that deep by hand; looking for its main text would take very long.
  const main = capDepth(document) ? wholeBody(document) : mainText(document)
  input.progress()
  const { blocks, invisible } = htmlBlocks(main.root)
  const engine = `${HTML_VERSION} ${main.method}`
  return textDocument({ mediaType: 'text/html', engine, blocks: withTitle(main.title, blocks), invisible }, input)
}

/** The page's title opens the text, unless its first heading says the same. */
function withTitle(title: string, blocks: DraftBlock[]): DraftBlock[] {
  const clean = oneLine(title)
  const heading = blocks.slice(0, 3).find((block) => block.kind === 'heading')
  if (clean === '' || (heading && (clean.includes(heading.text) || heading.text.includes(clean)))) return blocks
  return [{ kind: 'heading', level: 1, text: clean }, ...blocks]
}
