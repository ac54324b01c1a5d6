/** EPUB: the pages of its spine in order, read as HTML. Pictures, fonts and scripts are not opened. */
import { fail } from '../../base/fail.ts'
import type { DraftBlock } from './draft.ts'
import { type Book, encryptedParts, openBook } from './epub/book.ts'
import { htmlBlocks } from './html/blocks.ts'
import { capDepth, parseXhtml } from './html/tree.ts'
import { OfficePackage } from './ooxml/package.ts'
import { textDocument } from './text-document.ts'
import type { Extractor } from './types.ts'

export const EPUB_VERSION = 'epub-1'

export const extractEpub: Extractor = async (input) => {
  const pack = new OfficePackage(input.bytes)
  const book = openBook(pack)
  input.progress()
  const encrypted = encryptedParts(pack)
  if (book.chapters.some((part) => encrypted.has(part))) throw fail('ingest.encrypted')
  const present = book.chapters.filter((part) => pack.has(part))
  if (present.length === 0) throw fail('ingest.corrupt', { detail: 'no spine' })
  const blocks: DraftBlock[] = []
  let invisible = 0
  for (const part of present) {
    const root = parseXhtml(pack.text(part)!)
    capDepth(root)
    const chapter = htmlBlocks(root)
    blocks.push(...withChapterTitle(chapter.blocks, book.titles.get(part)))
    invisible += chapter.invisible
    input.progress()
  }
  return textDocument(
    { mediaType: 'application/epub+zip', engine: EPUB_VERSION, blocks: [...front(book, blocks), ...blocks], invisible },
    input,
  )
}

/** A chapter whose title stands only in the navigation. */
function withChapterTitle(blocks: DraftBlock[], title: string | undefined): DraftBlock[] {
  if (title === undefined || blocks.length === 0 || opens(blocks, title)) return blocks
  return [{ kind: 'heading', level: 2, text: title }, ...blocks]
}

const opens = (blocks: readonly DraftBlock[], text: string): boolean =>
  blocks.slice(0, 5).some((block) => block.kind === 'heading' || block.text.includes(text))

/** Title, authors and description, where the first pages do not say them. */
function front({ title, creators, description }: Book, blocks: readonly DraftBlock[]): DraftBlock[] {
  const first = blocks
    .slice(0, 10)
    .map((block) => block.text)
    .join('\n')
  const added: DraftBlock[] = []
  if (title !== '' && !first.includes(title)) added.push({ kind: 'heading', level: 1, text: title })
  const missing = creators.filter((name) => !first.includes(name))
  if (missing.length > 0) added.push({ kind: 'paragraph', text: missing.join(', ') })
  if (description !== '' && !first.includes(description)) added.push({ kind: 'paragraph', text: description })
  return added
}
