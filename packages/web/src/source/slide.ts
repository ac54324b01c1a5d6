/** A slide put together from the places of its text: what to draw where, and how large. Pure. */
import type { Box } from '@zhiku/contract/anchor.ts'
import type { Block, Page, Place } from '@zhiku/contract/page.ts'

export interface SlideItem {
  /** where its text begins in the page's text */
  start: number
  /** points of the slide */
  box: Box
  fontPt: number
  heading: boolean
  blocks: Block[]
}

export interface Slide {
  /** points */
  width: number
  height: number
  items: SlideItem[]
  /** texts that stand nowhere on the slide, in order: the speaker's notes above all */
  notes: Block[]
}

/** Where a file does not tell its size: 16:9. */
const DEFAULT = { width: 960, height: 540 }
const MAX_FONT_PT = 44
const MIN_FONT_PT = 6
const LINE = 1.3
const HAN_EM = 1
const LATIN_EM = 0.52

export function slideOf(page: Pick<Page, 'text' | 'blocks' | 'width' | 'height'>, places: readonly Place[]): Slide {
  const size = page.width && page.height ? { width: page.width, height: page.height } : DEFAULT
  const blocks: readonly Block[] = page.blocks.length > 0 ? page.blocks : [{ kind: 'paragraph', start: 0, end: page.text.length }]
  const items: (Omit<SlideItem, 'fontPt'> & { end: number; placeEnd: number })[] = []
  const notes: Block[] = []
  const ordered = places.toSorted((a, b) => a[0] - b[0])
  for (const block of blocks) {
    const own = ordered.filter(([start, end]) => start < block.end && end > block.start)
    if (own.length === 0 || block.kind === 'note') {
      if (page.text.slice(block.start, block.end).trim() !== '') notes.push(block)
      continue
    }
    const box = union(own)
    const placeEnd = Math.max(...own.map(([, end]) => end))
    const last = items.at(-1)
    // One place that holds several blocks is one text box of the slide.
    if (last && last.placeEnd > block.start) {
      last.blocks.push(block)
      last.box = unionOf(last.box, box)
      last.placeEnd = Math.max(last.placeEnd, placeEnd)
      last.end = block.end
    } else items.push({ start: block.start, end: block.end, placeEnd, box, heading: block.kind === 'heading', blocks: [block] })
  }
  return {
    ...size,
    items: items.map(({ start, end, box, heading, blocks: own }) => ({
      start,
      box,
      heading,
      blocks: own,
      fontPt: fontFor(page.text.slice(start, end), box[2], box[3]),
    })),
    notes,
  }
}

const union = (places: readonly Place[]): Box => places.map(([, , x, y, w, h]): Box => [x, y, w, h]).reduce(unionOf)

function unionOf([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): Box {
  const x = Math.min(ax, bx)
  const y = Math.min(ay, by)
  return [x, y, Math.max(ax + aw, bx + bw) - x, Math.max(ay + ah, by + bh) - y]
}

/** The largest size in points at which the text fits into width x height, to half a point. */
export function fontFor(text: string, width: number, height: number): number {
  const ems = text.split('\n').map((line) => {
    let sum = 0
    for (const char of line) sum += char.codePointAt(0)! >= 0x2e80 ? HAN_EM : LATIN_EM
    return sum
  })
  for (let size = MAX_FONT_PT; size > MIN_FONT_PT; size -= 0.5) {
    const lines = ems.reduce((sum, em) => sum + Math.max(1, Math.ceil((em * size) / Math.max(1, width))), 0)
    if (lines * LINE * size <= height) return size
  }
  return MIN_FONT_PT
}
