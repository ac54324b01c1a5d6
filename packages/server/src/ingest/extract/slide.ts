/** Slides to pages: the shared model of everything that is shown slide by slide. Places are in points of the slide. */
import type { Box } from '@zhiku/contract/anchor.ts'
import type { Block } from '@zhiku/contract/page.ts'
import type { DraftBlock } from './draft.ts'
import type { ExtractedPage, WordBox } from './types.ts'

export interface SlideShape {
  blocks: readonly DraftBlock[]
  /** null where the file gives no place (notes) */
  box: Box | null
}

export interface Slide {
  /** its title, null without one */
  label: string | null
  /** points; null where the file does not say */
  size: { width: number; height: number } | null
  /** in reading order */
  shapes: readonly SlideShape[]
  /** pictures are on it: without a text it was not read, rather than blank */
  hasPictures: boolean
}

/** @param page  ordinal of the slide, from 1 */
export function slidePage(page: number, { label, size, shapes, hasPictures }: Slide, engine: string): ExtractedPage {
  const blocks: Block[] = []
  const words: WordBox[] = []
  let text = ''
  for (const { blocks: drafts, box } of shapes) {
    for (const { text: part, rows, ...rest } of drafts) {
      if (part.trim() === '') continue
      if (text !== '') text += '\n'
      const start = text.length
      text += part
      const block: Block = { ...rest, start, end: text.length }
      if (rows) block.rows = rows.map((row) => row.map(([from, to]) => [from + start, to + start]))
      if (box) {
        block.box = box
        words.push(...wordsIn(part, start, box))
      }
      blocks.push(block)
    }
  }
  return {
    page,
    kind: 'slide',
    label: label === null ? null : label.slice(0, LABEL_CHARS).toWellFormed(),
    status: blocks.length > 0 ? 'text' : hasPictures ? 'failed' : 'blank',
    code: blocks.length === 0 && hasPictures ? 'ingest.picture_page' : null,
    width: size?.width ?? null,
    height: size?.height ?? null,
    rotation: 0,
    text,
    blocks,
    words,
    engine,
    dropped: { outside: 0, invisible: 0 },
  }
}

const LABEL_CHARS = 120

/** A file says where a shape is, not where its words are: each of them has the place of the shape. */
function wordsIn(text: string, start: number, [x, y, w, h]: Box): WordBox[] {
  return Array.from(text.matchAll(/\S+/g), (word) => ({ start: start + word.index, end: start + word.index + word[0].length, x, y, w, h }))
}
