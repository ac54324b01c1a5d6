/** Builds small PowerPoint 97-2003 files for tests: [MS-PPT] 2.1.2, records as far as the reader looks at them. */
import { compoundFile } from './compound-file.ts'

const RECORD_HEADER = 8

function record(type: number, content: Uint8Array, options: { container?: boolean; instance?: number } = {}): Buffer {
  const header = Buffer.alloc(RECORD_HEADER)
  header.writeUInt16LE(((options.instance ?? 0) << 4) | (options.container ? 0xf : 0), 0)
  header.writeUInt16LE(type, 2)
  header.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, content])
}

const container = (type: number, parts: readonly Uint8Array[], instance = 0): Buffer =>
  record(type, Buffer.concat(parts), { container: true, instance })

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, 4 * index))
  return bytes
}

export interface PptShape {
  text: string
  /** 0 title, 1 body, 4 other */
  kind?: number
  /** top, left, right, bottom in master units (1/576 inch) */
  anchor?: [number, number, number, number]
  /** it is a picture */
  picture?: boolean
  /** ASCII, kept as one byte a character */
  narrow?: boolean
}

export interface PptSlide {
  shapes: PptShape[]
  notes?: string
}

const text = ({ text: characters, kind = 4, narrow = false }: PptShape): Buffer =>
  Buffer.concat([
    record(3999, numbers(kind)),
    narrow ? record(4008, Buffer.from(characters, 'latin1')) : record(4000, Buffer.from(characters, 'utf16le')),
  ])

function shape(of: PptShape): Buffer {
  const parts: Buffer[] = [record(0xf00a, Buffer.alloc(8), { instance: of.picture ? 75 : 202 })]
  if (of.anchor) {
    const anchor = Buffer.alloc(8)
    of.anchor.forEach((value, index) => anchor.writeInt16LE(value, 2 * index))
    parts.push(record(0xf010, anchor))
  }
  parts.push(container(0xf00d, [text(of)]))
  return container(0xf004, parts)
}

const drawing = (shapes: readonly PptShape[]): Buffer => container(1036, [container(0xf002, [container(0xf003, shapes.map(shape))])])

export interface PptFile {
  /** in the order in which they are shown */
  slides: readonly PptSlide[]
  /** slides lie in the stream in the reverse order */
  reversed?: boolean
  /** text of a master slide, which is no text of the presentation */
  master?: string
  encrypted?: boolean
}

export function pptFile({ slides, reversed = false, master = '', encrypted = false }: PptFile): Uint8Array {
  const parts: Buffer[] = []
  const places: number[] = []
  let at = 0
  const add = (part: Buffer): number => {
    parts.push(part)
    at += part.length
    return at - part.length
  }
  const slidePlaces = new Map<number, number>()
  const notePlaces = new Map<number, number>()
  add(container(1016, [drawing([{ text: master }])]))
  const order = slides.map((_, index) => index)
  for (const index of reversed ? order.toReversed() : order) {
    const slide = slides[index]!
    slidePlaces.set(index, add(container(1006, [drawing(slide.shapes)])))
    if (slide.notes !== undefined)
      notePlaces.set(index, add(container(1008, [record(1009, numbers(256 + index, 0)), drawing([{ text: slide.notes }])])))
  }
  // Numbers of persist objects: 1 is the document, then the slides, then the notes.
  const persist = (number: number, id: number): Buffer => record(1011, numbers(number, 0, 0, id, 0))
  const notes = [...notePlaces.keys()]
  const document = container(1000, [
    record(1001, numbers(5760, 4320)),
    container(
      4080,
      slides.map((_, index) => persist(2 + index, 256 + index)),
      0,
    ),
    container(
      4080,
      notes.map((index, order) => persist(2 + slides.length + order, 256 + index)),
      2,
    ),
  ])
  places.push(add(document), ...slides.map((_, index) => slidePlaces.get(index)!), ...notes.map((index) => notePlaces.get(index)!))
  const directory = add(record(6002, Buffer.concat([numbers((places.length << 20) | 1), numbers(...places)])))
  const edit = add(record(4085, numbers(0, 0, 0, directory, 1, 0, 0, ...(encrypted ? [9] : []))))
  const user = Buffer.concat([Buffer.alloc(RECORD_HEADER), numbers(20, 0xe391c05f, edit)])
  return compoundFile({ 'Current User': user, 'PowerPoint Document': Buffer.concat(parts) })
}
