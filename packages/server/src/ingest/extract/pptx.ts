/** PowerPoint presentations (OOXML): a page per slide, in the order of the presentation. */
import type { Block } from '@zhiku/contract/page.ts'
import { fail, isAppError } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import type { DraftBlock } from './draft.ts'
import { chartBlocks } from './ooxml/chart.ts'
import { diagramBlocks } from './ooxml/diagram.ts'
import { mainPart, OfficePackage, orElse, partsOf, type Relation, relationsOf } from './ooxml/package.ts'
import { attributeOf, childOf, elements, type Xml, xmlTree, at } from './ooxml/xml.ts'
import { authorsOf, commentBlocks, notesBlocks } from './pptx/notes.ts'
import { type PlacedBlock, readShapes, type Template } from './pptx/shapes.ts'
import type { ExtractedPage, Extractor, WordBox } from './types.ts'

export const PPTX_VERSION = 'pptx-1'
const MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.presentationml.presentation'
const EMU_PER_POINT = 12_700
/** Size of a slide that names none: 4:3. */
const WIDTH_DEFAULT = 720
const HEIGHT_DEFAULT = 540

export const extractPptx: Extractor = async ({ bytes, fromPage, progress }) => {
  const presentation = new Presentation(new OfficePackage(bytes))
  progress()
  const { slides } = presentation
  return {
    mediaType: MEDIA_TYPE,
    engine: PPTX_VERSION,
    pagesTotal: slides.length,
    pages: (function* () {
      for (let page = fromPage; page <= slides.length; page++) {
        progress()
        if (page > LIMITS.documentPages) throw fail('ingest.page_limit', { pages: slides.length, limit: LIMITS.documentPages })
        yield presentation.page(page)
      }
    })(),
  }
}

class Presentation {
  /** names of the slides' parts; one that is missing is a page that failed */
  readonly slides: string[]
  readonly #pack: OfficePackage
  readonly #size: { width: number; height: number }
  readonly #authors: Map<string, string>
  readonly #templates = new Map<string, Template | null>()
  /** the same on every slide */
  readonly #footers = new Set<string>()

  constructor(pack: OfficePackage) {
    this.#pack = pack
    const part = mainPart(pack, 'ppt/presentation.xml')
    const root = xmlTree(pack.text(part) ?? '')
    if (root?.name !== 'p:presentation') throw fail('ingest.corrupt', { detail: 'no presentation' })
    const relations = relationsOf(pack, part)
    this.slides = [...elements(childOf(root, 'p:sldIdLst'))].map((slide) => relations.get(attributeOf(slide, 'r:id') ?? '')?.target ?? '')
    const size = childOf(root, 'p:sldSz')
    const points = (name: string, none: number): number => (size && Number(attributeOf(size, name)) / EMU_PER_POINT) || none
    this.#size = { width: points('cx', WIDTH_DEFAULT), height: points('cy', HEIGHT_DEFAULT) }
    this.#authors = authorsOf(pack, [...partsOf(pack, relations, 'commentAuthors'), ...partsOf(pack, relations, 'authors')])
  }

  /** A slide that cannot be read does not take the others with it. */
  page(page: number): ExtractedPage {
    const empty: ExtractedPage = {
      page,
      kind: 'slide',
      label: null,
      status: 'blank',
      code: null,
      ...this.#size,
      rotation: 0,
      text: '',
      blocks: [],
      words: [],
      engine: PPTX_VERSION,
      dropped: { outside: 0, invisible: 0 },
    }
    try {
      return { ...empty, ...this.#read(this.slides[page - 1]!) }
    } catch (error) {
      if (!isAppError(error)) throw error
      return { ...empty, status: 'failed', code: error.code }
    }
  }

  #read(part: string): Partial<ExtractedPage> {
    const text = this.#pack.text(part)
    const root = text === null ? null : xmlTree(text)
    if (!root) throw fail('ingest.corrupt', { detail: 'slide' })
    const relations = relationsOf(this.#pack, part)
    const layout = partsOf(this.#pack, relations, 'slideLayout')[0]
    const master = layout === undefined ? undefined : partsOf(this.#pack, relationsOf(this.#pack, layout), 'slideMaster')[0]
    const { title, blocks, pictures } = readShapes(at(root, 'p:cSld', 'p:spTree'), {
      layout: this.#template(layout),
      master: this.#template(master),
      drawing: (kind, id) => this.#drawing(kind, relations.get(id)),
    })
    const hanging = [
      ...notesBlocks(this.#pack, partsOf(this.#pack, relations, 'notesSlide')),
      ...commentBlocks(this.#pack, partsOf(this.#pack, relations, 'comments'), this.#authors),
    ].map((block): PlacedBlock => ({ block, places: [] }))
    const page = assemble([...blocks.filter(({ block }) => this.#isNew(block)), ...hanging])
    if (page.blocks.length === 0) {
      // A slide of nothing but pictures is not a blank one.
      return pictures > 0 ? { status: 'failed', code: 'ingest.picture_page' } : {}
    }
    const hidden = attributeOf(root, 'show') === '0' || attributeOf(root, 'show') === 'false'
    return {
      ...page,
      status: 'text',
      label: title && title.slice(0, 200).toWellFormed(),
      blocks: hidden ? page.blocks.map((block) => ({ ...block, hidden })) : page.blocks,
    }
  }

  /** A footer stands on every slide; it is read once. */
  #isNew({ kind, text }: DraftBlock): boolean {
    if (kind !== 'note') return true
    if (this.#footers.has(text)) return false
    this.#footers.add(text)
    return true
  }

  #template(part: string | undefined): Template | null {
    if (part === undefined) return null
    let template = this.#templates.get(part)
    if (template === undefined) {
      const root = orElse<Xml | null>(null, () => xmlTree(this.#pack.text(part) ?? ''))
      const shapes = [...elements(at(root, 'p:cSld', 'p:spTree'))].filter(({ name }) => name === 'p:sp')
      template = root ? { shapes, styles: childOf(root, 'p:txStyles') } : null
      this.#templates.set(part, template)
    }
    return template
  }

  #drawing(kind: 'chart' | 'diagram', relation: Relation | undefined): DraftBlock[] {
    if (!relation || relation.external || !this.#pack.has(relation.target)) return []
    if (kind === 'chart') return chartBlocks(this.#pack, relation.target)
    return orElse([], () => diagramBlocks(xmlTree(this.#pack.text(relation.target) ?? '')))
  }
}

/** Blocks below each other, with their places. */
function assemble(placed: readonly PlacedBlock[]): { text: string; blocks: Block[]; words: WordBox[] } {
  let text = ''
  const blocks: Block[] = []
  const words: WordBox[] = []
  for (const { block, places } of placed) {
    if (block.text.trim() === '') continue
    if (text !== '') text += '\n'
    const start = text.length
    text += block.text
    const { text: _, rows, ...rest } = block
    const added: Block = { ...rest, start, end: text.length }
    if (rows) added.rows = rows.map((row) => row.map(([from, to]) => [from + start, to + start]))
    blocks.push(added)
    for (const { start: from, end: to, box } of places) words.push({ start: start + from, end: start + to, ...box })
  }
  return { text, blocks, words }
}
