/**
 * Blocks of a page to chunks: the pieces that are searched and cited. Pure; chunks never cross a page.
 *
 * page -> sections (a heading and what follows it) -> units (sentences, lines, rows) -> chunks of about `sizeTokens`.
 * Every character that is not white space is in at least one chunk, and `chunk.text === page.text.slice(start, end)`.
 */
import type { ChunkSettings } from '@zhiku/contract/entities.ts'
import type { Block, PageKind } from '@zhiku/contract/page.ts'
import { tableHeader } from './columns.ts'
import { type Section, sectionsOf } from './sections.ts'
import { CUT, type Unit, unitsOf } from './units.ts'

/** Changes whenever the same page may give other chunks. */
export const CHUNKER_VERSION = '2'

export interface Chunk {
  /** within the page, from 0 */
  ord: number
  /** outermost first; of rows of a table the last element is the names of its columns, parted by tabs (contract/heading.ts) */
  heading: string[]
  text: string
  start: number
  end: number
}

/** What remains of a section goes into one chunk up to this share of the size, rather than leaving a crumb. */
const TAIL = 1.2
/** A cut is looked for after this share of the size. */
const FULL_ENOUGH = 0.5
const HEADING_CHARS_MAX = 200

export interface ChunkablePage {
  text: string
  blocks: Block[]
  kind?: PageKind
  label?: string | null
}

/**
 * @param openHeadings  headings open at the end of the page before: index 0 is level 1, '' where a level is missing;
 *                      those of another slide or sheet do not count
 * @returns chunks in order, and the headings open at the end of this page, in the same form
 */
export function chunkPage(
  page: ChunkablePage,
  openHeadings: readonly string[],
  settings: ChunkSettings,
): { chunks: Chunk[]; openHeadings: string[] } {
  const { sections, open } = sectionsOf(page, headingsAbove(page, openHeadings), settings.sizeTokens)
  const chunks: Chunk[] = []
  for (const section of sections) {
    const units = unitsOf(page.text, section.blocks, settings.sizeTokens, settings.separators)
    for (const [from, to] of pack(units, settings)) {
      const { start } = units[from]!
      const { end } = units[to - 1]!
      const header = tableHeader(page.text, units.slice(from, to))
      const heading = [...pathOf(section), ...(header === null ? [] : [header])]
      chunks.push({ ord: chunks.length, heading, text: page.text.slice(start, end), start, end })
    }
  }
  return { chunks, openHeadings: open }
}

/** A slide begins anew; everything in a sheet stands under the sheet's name, on each of its pages. */
function headingsAbove({ kind, label = null }: ChunkablePage, open: readonly string[]): readonly string[] {
  if (kind === 'slide') return []
  if (kind !== 'cells' || label === null) return open
  const name = label.replace(/\s+/g, ' ').trim()
  return open[0] === name ? open : [name]
}

const pathOf = (section: Section): string[] =>
  section.path.filter((heading) => heading !== '').map((heading) => heading.slice(0, HEADING_CHARS_MAX).toWellFormed())

/** First unit of each chunk, and the one after its last. */
function pack(units: readonly Unit[], settings: ChunkSettings): [number, number][] {
  const packed: [number, number][] = []
  let from = 0
  /** units before this index are in a chunk already */
  let done = 0
  while (done < units.length) {
    const to = cutOf(units, from, done, settings.sizeTokens)
    packed.push([from, to])
    done = to
    from = overlapStart(units, from, to, settings)
  }
  return packed
}

/** Index after the last unit of the chunk that begins at `from`; always beyond `done`. The strongest place among those that fill it, else the last that fits. */
function cutOf(units: readonly Unit[], from: number, done: number, size: number): number {
  let sum = 0
  let best = -1
  let bestIsFull = false
  for (let to = from; to < units.length; to++) {
    // Here `sum` is what units from..to-1 come to.
    if (to > done && sum <= size) {
      const isFull = sum >= size * FULL_ENOUGH
      if (best === -1 || !bestIsFull || units[to]!.strength >= units[best]!.strength) {
        best = to
        bestIsFull = isFull
      }
    }
    sum += units[to]!.cost
    if (sum > size * TAIL) return Math.max(best, done + 1)
  }
  return units.length
}

/** The next chunk begins with the last sentences of this one, as many as the overlap allows. Table rows and code are not repeated. */
function overlapStart(units: readonly Unit[], from: number, to: number, settings: ChunkSettings): number {
  // More than half a chunk of repetition would never come to an end.
  const room = Math.min(settings.overlapTokens, settings.sizeTokens / 2)
  let sum = 0
  let start = to
  while (start - 1 > from) {
    const unit = units[start - 1]!
    sum += unit.cost
    if (sum > room || unit.row !== undefined || unit.block.kind === 'code' || unit.block.kind === 'heading') break
    start--
  }
  // An overlap that begins inside a word is noise.
  while (start < to && units[start]!.strength <= CUT.hard) start++
  return start
}
