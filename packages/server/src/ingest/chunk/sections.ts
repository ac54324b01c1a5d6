/** Sections of a page: a heading with everything up to the next one. */
import type { Block } from '@zhiku/contract/page.ts'
import { cost, measure } from './measure.ts'

export interface Section {
  /** headings above and of the section; index 0 is level 1, '' where a level is missing */
  path: string[]
  blocks: Block[]
  cost: number
  /** nothing but headings so far */
  bare: boolean
}

/** A section shorter than this is read together with the one after it, when both stand under one parent. */
const TINY_TOKENS = 60

export function sectionsOf(
  page: { text: string; blocks: Block[] },
  openHeadings: readonly string[],
  sizeTokens: number,
): { sections: Section[]; open: string[] } {
  let open = [...openHeadings]
  const sections: Section[] = []
  for (const block of withGaps(page)) {
    if (block.kind === 'heading') {
      const level = Math.max(1, Math.min(block.level ?? 1, 6))
      open = open.slice(0, level - 1)
      while (open.length < level - 1) open.push('')
      open.push(page.text.slice(block.start, block.end).replace(/\s+/g, ' ').trim())
      sections.push({ path: open, blocks: [], cost: 0, bare: true })
    } else if (sections.length === 0) sections.push({ path: open, blocks: [], cost: 0, bare: true })
    const section = sections.at(-1)!
    section.blocks.push(block)
    section.cost += cost(measure(page.text, block.start, block.end))
    if (block.kind !== 'heading') section.bare = false
  }
  return { sections: joinSmall(sections, sizeTokens), open }
}

/** Blocks should cover the text; whatever they leave out is taken as paragraphs, so that it can be found all the same. */
function withGaps(page: { text: string; blocks: Block[] }): Block[] {
  const all: Block[] = []
  let at = 0
  const gap = (start: number, end: number): void => {
    if (end > start && page.text.slice(start, end).trim() !== '') all.push({ kind: 'paragraph', start, end })
  }
  for (const block of page.blocks) {
    gap(at, block.start)
    all.push(block)
    at = block.end
  }
  gap(at, page.text.length)
  return all
}

function joinSmall(sections: readonly Section[], sizeTokens: number): Section[] {
  const joined: Section[] = []
  for (const section of sections) {
    const last = joined.at(-1)
    const merged = last && joint(last, section, sizeTokens)
    if (last && merged)
      joined[joined.length - 1] = {
        path: merged,
        blocks: [...last.blocks, ...section.blocks],
        cost: last.cost + section.cost,
        bare: last.bare && section.bare,
      }
    else joined.push(section)
  }
  return joined
}

/** Path of both sections together, or null when they stay apart. */
function joint(last: Section, next: Section, sizeTokens: number): string[] | null {
  const isChild = next.path.length > last.path.length && last.path.every((heading, index) => heading === next.path[index])
  if (last.bare && isChild) return next.path
  if (last.cost >= TINY_TOKENS || last.cost + next.cost > sizeTokens) return null
  const parent = next.path.slice(0, -1)
  const sameParent =
    parent.every((heading, index) => heading === last.path[index]) &&
    last.path.length - parent.length <= 1 &&
    last.path.length >= parent.length
  // Text before the first heading has no sibling.
  return sameParent && next.path.length > 0 && last.blocks[0]?.kind === 'heading' ? parent : null
}
