/** Slides of an OpenDocument presentation, pages of a drawing: shapes with their places, speaker notes. */
import type { Box } from '@zhiku/contract/anchor.ts'
import type { DraftBlock } from '../draft.ts'
import { attributeOf, below, elements, type Xml } from '../ooxml/xml.ts'
import type { Slide, SlideShape } from '../slide.ts'
import type { OdfTextReader } from './text.ts'

/** Points of each unit of length. */
const UNITS: Readonly<Record<string, number>> = { cm: 72 / 2.54, mm: 72 / 25.4, in: 72, pt: 1, pc: 12, px: 0.75 }

/** A length in points, null when it is none. */
export function points(length: string | null): number | null {
  const match = /^(-?[\d.]+)(cm|mm|in|pt|pc|px)$/.exec(length ?? '')
  return match ? Number(match[1]) * UNITS[match[2]!]! : null
}

/** Size of the slides: of the layout that says so, null where none does. */
export function slideSize(styles: string): Slide['size'] {
  const layout = /<style:page-layout-properties\b[^>]*>/.exec(styles)?.[0] ?? ''
  const width = points(/fo:page-width="([^"]+)"/.exec(layout)?.[1] ?? null)
  const height = points(/fo:page-height="([^"]+)"/.exec(layout)?.[1] ?? null)
  return width && height ? { width, height } : null
}

export function slideOf(page: Xml, size: Slide['size'], text: OdfTextReader): Slide {
  const shapes: SlideShape[] = []
  let title: string | null = null
  const walk = (parent: Xml): void => {
    for (const shape of elements(parent)) {
      if (shape.name === 'draw:g') walk(shape)
      else if (shape.name === 'presentation:notes') continue
      else if (shape.name.startsWith('draw:')) {
        const blocks = [...text.blocks(shape)]
        if (blocks.length === 0) continue
        const isTitle = attributeOf(shape, 'presentation:class') === 'title'
        if (isTitle) title ??= blocks.map((block) => block.text).join(' ')
        shapes.push({ blocks: isTitle ? blocks.map(toHeading) : blocks, box: boxOf(shape) })
      }
    }
  }
  walk(page)
  for (const child of elements(page))
    if (child.name === 'presentation:notes')
      shapes.push({ blocks: [...elements(child)].flatMap((shape) => notesOf(shape, text)), box: null })
  const hasPictures = [...below(page, 'draw:image')].length > 0
  return { label: title ?? attributeOf(page, 'draw:name'), size, shapes, hasPictures }
}

const toHeading = (block: DraftBlock): DraftBlock =>
  block.rows ? block : { kind: 'heading', level: 1, text: block.text.replace(/\s*\n\s*/g, ' ') }

/** What the speaker is to say; the page number and date of the notes page are not. */
function notesOf(shape: Xml, text: OdfTextReader): DraftBlock[] {
  const kind = attributeOf(shape, 'presentation:class')
  if (kind === 'page-number' || kind === 'date-time' || kind === 'header' || kind === 'footer') return []
  return [...text.blocks(shape)].map((block) => ({ kind: 'note', text: block.text }))
}

/** A shape that is turned has its place in a transformation; where it lands is near enough. */
function boxOf(shape: Xml): Box | null {
  const width = points(attributeOf(shape, 'svg:width'))
  const height = points(attributeOf(shape, 'svg:height'))
  const moved = /translate\s*\(\s*(\S+?)[\s,]+(\S+?)\s*\)/.exec(attributeOf(shape, 'draw:transform') ?? '')
  const x = points(moved?.[1] ?? attributeOf(shape, 'svg:x'))
  const y = points(moved?.[2] ?? attributeOf(shape, 'svg:y'))
  return x === null || y === null || width === null || height === null ? null : [x, y, width, height]
}
