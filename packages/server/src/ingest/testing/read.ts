/** Reads a file in this process, for tests of the readers. */
import { openFile } from '../extract/registry.ts'
import type { ExtractedPage, Extraction } from '../extract/types.ts'

export async function read(bytes: Uint8Array, name: string, fromPage = 1): Promise<{ extraction: Extraction; pages: ExtractedPage[] }> {
  const extraction = await openFile({ bytes, name, fromPage, progress: () => {} })
  return { extraction, pages: await Array.fromAsync(extraction.pages) }
}

/** Kind and text of each block, list marks in front: short to compare with. */
export const outline = (pages: readonly ExtractedPage[]): string[] =>
  pages.flatMap((page) =>
    page.blocks.map((block) => {
      const level = block.level === undefined ? '' : ` ${block.level}`
      return `${block.kind}${level}: ${block.marker ? `${block.marker} ` : ''}${page.text.slice(block.start, block.end)}`
    }),
  )

/** Everything that must hold of any page: blocks in order, inside the text, covering it; cells inside their block; words on their text. */
export function checkPage(page: ExtractedPage): void {
  let at = 0
  for (const block of page.blocks) {
    if (block.start < at || block.end <= block.start || block.end > page.text.length)
      throw new Error(`page ${page.page}: block ${block.start}-${block.end} after ${at}`)
    if (page.text.slice(at, block.start).trim() !== '') throw new Error(`page ${page.page}: text outside of blocks before ${block.start}`)
    let cellAt = block.start
    for (const [start, end] of block.rows?.flat() ?? []) {
      if (start < cellAt || end < start || end > block.end)
        throw new Error(`page ${page.page}: cell ${start}-${end} in block ${block.start}-${block.end}`)
      cellAt = end
    }
    at = block.end
  }
  if (page.text.slice(at).trim() !== '') throw new Error(`page ${page.page}: text after the last block`)
  // eslint-disable-next-line no-control-regex -- none of them may reach the database
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(page.text) || !page.text.isWellFormed())
    throw new Error(`page ${page.page}: characters that cannot be stored`)
  let wordAt = 0
  for (const word of page.words ?? []) {
    if (word.start < wordAt || word.end <= word.start || word.end > page.text.length)
      throw new Error(`page ${page.page}: word ${word.start}-${word.end} after ${wordAt}`)
    // Cells and lines of a slide are whole texts.
    if (page.kind === 'page' && /\s/.test(page.text.slice(word.start, word.end)))
      throw new Error(`page ${page.page}: white space in a word`)
    wordAt = word.end
  }
}
