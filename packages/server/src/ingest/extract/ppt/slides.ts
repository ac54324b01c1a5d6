/** Slides of PowerPoint 97-2003 in their order, with shapes, places and notes. [MS-PPT] 2.1.2, 2.4, 2.5. */
import type { Box } from '@zhiku/contract/anchor.ts'
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'
import type { Slide, SlideShape } from '../slide.ts'
import { type PptRecord, recordAt, recordsIn, RT } from './records.ts'
import { blocksOf, type PptText, textsIn } from './text.ts'

/** Master units: 576 to the inch, 8 to the point. */
const UNITS_PER_POINT = 8
const EDITS_MAX = 10_000
/** kind of shape, [MS-ODRAW] 2.4.24 */
const PICTURE_FRAME = 75

interface ListedSlide {
  /** number under which its place in the stream is found */
  persist: number
  id: number
  /** texts that its shapes refer to */
  texts: PptText[]
}

export class PptSlides {
  readonly #view: DataView
  readonly #places: Map<number, number>
  readonly #listed: ListedSlide[]
  readonly #notes = new Map<number, PptRecord>()
  readonly size: Slide['size']

  /**
   * @param edit  place of the newest edit, from the stream "Current User"
   * @throws ingest.corrupt, ingest.password_needed
   */
  constructor(stream: Uint8Array, edit: number) {
    this.#view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength)
    const { places, document } = this.#directory(edit)
    this.#places = places
    const root = this.#container(document, RT.document) ?? this.#first(RT.document)
    if (!root) throw fail('ingest.corrupt', { detail: 'PPT' })
    const children = [...recordsIn(this.#view, root.from, root.to)]
    const atom = children.find(({ type, from, to }) => type === RT.documentAtom && to - from >= 8)
    this.size = atom
      ? {
          width: this.#view.getInt32(atom.from, true) / UNITS_PER_POINT,
          height: this.#view.getInt32(atom.from + 4, true) / UNITS_PER_POINT,
        }
      : null
    const list = (instance: number): ListedSlide[] =>
      children.filter((record) => record.type === RT.slideList && record.instance === instance).flatMap((record) => this.#list(record))
    this.#listed = list(0)
    for (const { persist } of list(2)) {
      const notes = this.#container(persist, RT.notes)
      const of =
        notes && [...recordsIn(this.#view, notes.from, notes.to)].find(({ type, from, to }) => type === RT.notesAtom && to - from >= 4)
      if (notes && of) this.#notes.set(this.#view.getUint32(of.from, true), notes)
    }
  }

  get count(): number {
    return this.#listed.length
  }

  /** @param index  from 0 */
  slide(index: number): Slide {
    const { persist, id, texts } = this.#listed[index]!
    const record = this.#container(persist, RT.slide)
    const shapes = record ? this.#shapes(record, texts) : []
    // A text that no shape shows, of a slide whose drawing is damaged.
    const loose = record && shapes.length > 0 ? [] : texts.map((text) => ({ blocks: blocksOf(text), box: null }))
    const notes = this.#notes.get(id)
    const said = notes ? this.#shapes(notes, []).flatMap((shape) => shape.blocks) : []
    const all: SlideShape[] = [...shapes, ...loose, { blocks: said.map((block) => ({ kind: 'note', text: block.text })), box: null }]
    const title = all.flatMap((shape) => shape.blocks).find((block) => block.kind === 'heading')
    return { label: title?.text ?? null, size: this.size, shapes: all, hasPictures: record !== null && this.#hasPicture(record, 0) }
  }

  /** Places by number: each edit lists what it has moved, the newest first. */
  #directory(edit: number): { places: Map<number, number>; document: number } {
    const view = this.#view
    const places = new Map<number, number>()
    const seen = new Set<number>()
    let document = 1
    for (let at = edit; seen.size < EDITS_MAX && !seen.has(at);) {
      const record = recordAt(view, at, view.byteLength)
      if (record?.type !== RT.userEdit || record.to - record.from < 20) break
      if (seen.size === 0) {
        document = view.getUint32(record.from + 16, true)
        // A file with a session of encryption names it at the end of the record.
        if (record.to - record.from >= 32 && view.getUint32(record.from + 28, true) !== 0) throw fail('ingest.password_needed')
      }
      seen.add(at)
      this.#addPlaces(places, recordAt(view, view.getUint32(record.from + 12, true), view.byteLength))
      at = view.getUint32(record.from + 8, true)
      if (at === 0) break
    }
    return { places, document }
  }

  #addPlaces(places: Map<number, number>, record: PptRecord | null): void {
    if (record?.type !== RT.persistDirectory) return
    const view = this.#view
    for (let at = record.from; at + 4 <= record.to;) {
      const entry = view.getUint32(at, true)
      const first = entry & 0xfffff
      const count = entry >>> 20
      at += 4
      for (let index = 0; index < count && at + 4 <= record.to; index++, at += 4)
        if (!places.has(first + index)) places.set(first + index, view.getUint32(at, true))
      if (count === 0) break
    }
  }

  /** The container under a number when it is of the type that is meant. */
  #container(persist: number, type: number): PptRecord | null {
    const at = this.#places.get(persist)
    const record = at === undefined ? null : recordAt(this.#view, at, this.#view.byteLength)
    return record?.type === type && record.isContainer ? record : null
  }

  /** A directory that is damaged: the stream is searched from its beginning. */
  #first(type: number): PptRecord | null {
    for (const record of recordsIn(this.#view, 0, this.#view.byteLength)) if (record.type === type && record.isContainer) return record
    return null
  }

  /** Slides of a list, each with the texts that follow it there. */
  #list(record: PptRecord): ListedSlide[] {
    const slides: (ListedSlide & { from: number; to: number })[] = []
    for (const child of recordsIn(this.#view, record.from, record.to)) {
      const last = slides.at(-1)
      if (child.type === RT.slidePersist && child.to - child.from >= 16) {
        const persist = this.#view.getUint32(child.from, true)
        slides.push({ persist, id: this.#view.getUint32(child.from + 12, true), texts: [], from: child.to, to: child.to })
      } else if (last) last.to = child.to
      if (slides.length > LIMITS.documentPages) throw fail('ingest.page_limit', { pages: slides.length, limit: LIMITS.documentPages })
    }
    return slides.map(({ persist, id, from, to }) => ({ persist, id, texts: textsIn(this.#view, from, to) }))
  }

  #shapes(slide: PptRecord, listed: readonly PptText[]): SlideShape[] {
    const shapes: SlideShape[] = []
    const walk = (record: PptRecord, inGroup: Box | null, depth: number): void => {
      if (depth > LIMITS.nestingDepth) throw fail('ingest.nesting_limit', { limit: LIMITS.nestingDepth })
      let group = inGroup
      for (const child of recordsIn(this.#view, record.from, record.to)) {
        if (child.type === RT.shape) {
          const shape = this.#shape(child, listed)
          // The first shape of a group is the group: its place holds for all in it.
          if (shape.isGroup) group = shape.box ?? inGroup
          const box = shape.box ?? group
          if (shape.blocks.length > 0) shapes.push({ blocks: shape.blocks, box })
        } else if (child.isContainer) walk(child, child.type === RT.group ? group : inGroup, depth + 1)
      }
    }
    for (const child of recordsIn(this.#view, slide.from, slide.to)) if (child.type === RT.drawing) walk(child, null, 0)
    return shapes
  }

  #hasPicture(record: PptRecord, depth: number): boolean {
    if (depth > LIMITS.nestingDepth) return false
    return [...recordsIn(this.#view, record.from, record.to)].some((child) =>
      child.isContainer ? this.#hasPicture(child, depth + 1) : child.type === RT.shapeAtom && child.instance === PICTURE_FRAME,
    )
  }

  #shape(record: PptRecord, listed: readonly PptText[]): SlideShape & { isGroup: boolean } {
    const view = this.#view
    const children = [...recordsIn(view, record.from, record.to)]
    const anchor = children.find(({ type }) => type === RT.anchor)
    const texts = children
      .filter(({ type }) => type === RT.textBox)
      .flatMap((box) => [...textsIn(view, box.from, box.to), ...this.#referred(box, listed)])
    return {
      blocks: texts.flatMap(blocksOf),
      box: anchor ? anchorBox(view, anchor) : null,
      isGroup: children.some(({ type }) => type === RT.groupBox),
    }
  }

  /** A text that is kept with the list of slides, by its number there. */
  #referred(box: PptRecord, listed: readonly PptText[]): PptText[] {
    return [...recordsIn(this.#view, box.from, box.to)]
      .filter(({ type, from, to }) => type === RT.outlineTextRef && to - from >= 4)
      .map(({ from }) => listed[this.#view.getUint32(from, true)])
      .filter((text) => text !== undefined)
  }
}

/** Top, left, right, bottom in master units, as 16- or 32-bit numbers. */
function anchorBox(view: DataView, { from, to }: PptRecord): Box | null {
  const size = to - from === 8 ? 2 : to - from === 16 ? 4 : 0
  if (size === 0) return null
  const [top, left, right, bottom] = [0, 1, 2, 3].map(
    (index) => (size === 2 ? view.getInt16(from + 2 * index, true) : view.getInt32(from + 4 * index, true)) / UNITS_PER_POINT,
  )
  return [left!, top!, Math.max(0, right! - left!), Math.max(0, bottom! - top!)]
}
