/** Word documents (OOXML, both editions of the standard): body, then headers and footers once. Pictures are not read. */
import { fail } from '../../base/fail.ts'
import type { DraftBlock } from './draft.ts'
import { BodyReader, type BodyContext } from './docx/body.ts'
import { Numbering } from './docx/numbering.ts'
import { chartBlocks } from './ooxml/chart.ts'
import { diagramBlocks } from './ooxml/diagram.ts'
import { mainPart, OfficePackage, orElse, partsOf, type Relation, relationsOf } from './ooxml/package.ts'
import { Styles } from './docx/styles.ts'
import { attributeOf, elements, readXml, xmlTree } from './ooxml/xml.ts'
import { oneLine } from './clean.ts'
import { cutIntoPages } from './pages.ts'
import type { Extractor } from './types.ts'

export const DOCX_VERSION = 'docx-1'
const MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
/** Blocks between two signs of life. */
const PROGRESS_BLOCKS = 500

export const extractDocx: Extractor = async ({ bytes, fromPage, progress }) => {
  const pack = new OfficePackage(bytes)
  progress()
  const document = new WordDocument(pack, progress)
  const blocks = document.read()
  const pages = cutIntoPages(blocks, DOCX_VERSION)
  if (pages[0]) pages[0].dropped.invisible = document.hidden
  return { mediaType: MEDIA_TYPE, engine: DOCX_VERSION, pagesTotal: pages.length, pages: pages.slice(fromPage - 1) }
}

class WordDocument {
  hidden = 0
  readonly #pack: OfficePackage
  readonly #part: string
  readonly #relations: Map<string, Relation>
  readonly #reader: BodyReader
  readonly #notes = new Map<string, DraftBlock[]>()
  readonly #progress: () => void

  constructor(pack: OfficePackage, progress: () => void) {
    this.#pack = pack
    this.#progress = progress
    this.#part = mainPart(pack, 'word/document.xml')
    this.#relations = relationsOf(pack, this.#part)
    const styles = new Styles(pack, this.#target('styles'))
    const context: BodyContext = {
      styles,
      numbering: new Numbering(pack, this.#target('numbering'), styles),
      note: (kind, id) => this.#takeNote(`${kind}/${id}`),
      drawing: (relation) => this.#drawing(relation),
      hidden: (count) => (this.hidden += count),
    }
    this.#reader = new BodyReader(context)
  }

  #target(type: string): string | null {
    return partsOf(this.#pack, this.#relations, type)[0] ?? null
  }

  read(): DraftBlock[] {
    for (const kind of ['footnote', 'endnote', 'comment'] as const) this.#readNotes(kind)
    const blocks: DraftBlock[] = []
    let bodies = 0
    const text = this.#pack.text(this.#part)!
    readXml(text, 'w:body', (element) => {
      bodies++
      blocks.push(...this.#reader.blocks(element))
      if (bodies % PROGRESS_BLOCKS === 0) this.#progress()
    })
    if (bodies === 0 && !/<(?:\w+:)?body\b/.test(text)) throw fail('ingest.corrupt', { detail: 'no body' })
    return [...blocks, ...this.#headersAndFooters()]
  }

  /** Notes are read before the body, so that each can follow the paragraph that refers to it. */
  #readNotes(kind: 'footnote' | 'endnote' | 'comment'): void {
    const part = this.#target(`${kind}s`)
    const text = part === null ? null : this.#pack.text(part)
    if (text === null) return
    readXml(text, `w:${kind}s`, (element) => {
      const id = attributeOf(element, 'w:id')
      // Lines that part notes from the text are kept as notes too, with a type.
      if (id === null || element.name !== `w:${kind}` || attributeOf(element, 'w:type')?.toLowerCase().includes('separator')) return
      const parts = [...elements(element)].flatMap((child) => [...this.#reader.blocks(child)])
      const note = oneLine(parts.map((block) => block.text).join(' '))
      const author = kind === 'comment' ? oneLine(attributeOf(element, 'w:author') ?? '') : ''
      if (note !== '') this.#notes.set(`${kind}/${id}`, [{ kind: 'note', text: author === '' ? note : `${author}: ${note}` }])
    })
  }

  #takeNote(key: string): DraftBlock[] {
    const note = this.#notes.get(key) ?? []
    this.#notes.delete(key)
    return note
  }

  /** What a chart or diagram shows. */
  #drawing(id: string): DraftBlock[] {
    const relation = this.#relations.get(id)
    if (!relation || relation.external || !this.#pack.has(relation.target)) return []
    if (relation.type.startsWith('chart')) return chartBlocks(this.#pack, relation.target)
    return orElse([], () => diagramBlocks(xmlTree(this.#pack.text(relation.target) ?? '')))
  }

  /** Each distinct header and footer once, at the end: they stand on every page but belong to none. */
  #headersAndFooters(): DraftBlock[] {
    const seen = new Set<string>()
    const notes: DraftBlock[] = []
    for (const { type, target, external } of this.#relations.values()) {
      if ((type !== 'header' && type !== 'footer') || external) continue
      const text = this.#pack.text(target)
      if (text === null) continue
      readXml(text, type === 'header' ? 'w:hdr' : 'w:ftr', (element) => {
        for (const block of this.#reader.blocks(element)) {
          const line = oneLine(block.text)
          // A bare page number says nothing.
          if (seen.has(line) || !/\p{L}/u.test(line)) continue
          seen.add(line)
          notes.push({ kind: 'note', text: line })
        }
      })
    }
    return notes
  }
}
