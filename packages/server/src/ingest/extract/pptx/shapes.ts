/** The shapes of a slide: what they say and where they stand; what they leave open comes from layout and master. */
import { oneLine } from '../clean.ts'
import { type DraftBlock, tableDraft } from '../draft.ts'
import { altText, at, attributeOf, below, childOf, elements, type Xml } from '../ooxml/xml.ts'
import { boxOf, groupTransform, type Rect, readingOrder, type Transform, unmoved } from './geometry.ts'
import { paragraphsOf, placeLines } from './text.ts'

/** A block with the boxes of spans of its text. */
export interface PlacedBlock {
  block: DraftBlock
  places: { start: number; end: number; box: Rect }[]
}

/** Layout or master of a slide: shapes whose place and style a slide's placeholders take over. */
export interface Template {
  shapes: Xml[]
  /** styles of titles, bodies and everything else; of a master only */
  styles: Xml | null
}

export interface SlideContext {
  layout: Template | null
  master: Template | null
  /** blocks of a chart or diagram that lies in a part of its own */
  drawing(kind: 'chart' | 'diagram', relation: string): DraftBlock[]
}

interface Item {
  box: Rect | null
  blocks: PlacedBlock[]
  isTitle: boolean
}

/** Kinds of placeholders that say nothing of their slide. */
const EMPTY_KINDS: ReadonlySet<string> = new Set(['sldNum', 'dt'])

export interface ReadShapes {
  title: string | null
  blocks: PlacedBlock[]
  pictures: number
}

/** Everything on a slide in reading order, the title first. */
export function readShapes(tree: Xml | null, context: SlideContext): ReadShapes {
  const reader = new ShapeReader(context)
  const items = reader.items(tree, unmoved)
  const title = items.find(({ isTitle }) => isTitle)
  const rest = readingOrder(items.filter((item) => item !== title))
  const blocks = [...(title ? [title] : []), ...rest].flatMap((item) => item.blocks)
  return { title: title ? oneLine(title.blocks.map(({ block }) => block.text).join(' ')) || null : null, blocks, pictures: reader.pictures }
}

/** Placeholder of a shape, null when it is none. */
export const placeholderOf = (shape: Xml): Xml | null => at(shape, 'p:nvSpPr', 'p:nvPr', 'p:ph') ?? at(shape, 'p:nvPicPr', 'p:nvPr', 'p:ph')

const kindOf = (placeholder: Xml): string => attributeOf(placeholder, 'type') ?? 'obj'
const isTitleKind = (kind: string): boolean => kind === 'title' || kind === 'ctrTitle'

class ShapeReader {
  pictures = 0
  readonly #context: SlideContext

  constructor(context: SlideContext) {
    this.#context = context
  }

  items(tree: Xml | null, transform: Transform): Item[] {
    const items: Item[] = []
    for (const element of elements(tree)) {
      if (element.name === 'p:sp' || element.name === 'p:cxnSp') items.push(this.#shape(element, transform))
      else if (element.name === 'p:grpSp') items.push(this.#group(element, transform))
      else if (element.name === 'p:graphicFrame') items.push(this.#frame(element, transform))
      else if (element.name === 'p:pic') items.push(this.#picture(element, transform))
      else if (element.name === 'mc:AlternateContent') {
        const choices = [...elements(element)].map((choice) => this.items(choice, transform))
        items.push(...(choices.find((choice) => choice.some(({ blocks }) => blocks.length > 0)) ?? choices[0] ?? []))
      }
    }
    return items.filter(({ blocks }) => blocks.length > 0)
  }

  /** A group is one thing: what stands between its parts by chance does not part them. */
  #group(group: Xml, transform: Transform): Item {
    const inner = groupTransform(at(group, 'p:grpSpPr', 'a:xfrm'), transform)
    const parts = this.items(group, inner)
    const boxes = parts.flatMap(({ box }) => (box ? [box] : []))
    return { box: boxes.length > 0 ? around(boxes) : null, blocks: readingOrder(parts).flatMap(({ blocks }) => blocks), isTitle: false }
  }

  #shape(shape: Xml, transform: Transform): Item {
    const placeholder = placeholderOf(shape)
    const kind = placeholder ? kindOf(placeholder) : null
    const models = placeholder ? this.#models(placeholder) : []
    const own = boxOf(at(shape, 'p:spPr', 'a:xfrm'))
    const inherited = models.map((model) => boxOf(at(model, 'p:spPr', 'a:xfrm'))).find(Boolean) ?? null
    // What is inherited lies in the space of the slide, not of a group.
    const box = own ? transform(own) : inherited
    if (kind !== null && EMPTY_KINDS.has(kind)) return { box, blocks: [], isTitle: false }
    const body = childOf(shape, 'p:txBody')
    const bodies = [body, ...models.map((model) => childOf(model, 'p:txBody'))]
    const styles = [...bodies.map((one) => childOf(one, 'a:lstStyle')), this.#masterStyle(kind)]
    const paragraphs = paragraphsOf(body, styles)
    const anchor = bodies.map((one) => attributeOf(childOf(one, 'a:bodyPr') ?? EMPTY, 'anchor')).find((value) => value !== null) ?? null
    const isTitle = kind !== null && isTitleKind(kind)
    const lines = box ? placeLines(box, paragraphs, anchor) : null
    const blocks = paragraphs.map(({ text, marker, level }, index): PlacedBlock => {
      const block: DraftBlock = isTitle
        ? { kind: 'heading', level: 1, text: text.replaceAll('\n', ' ') }
        : marker === null
          ? { kind: kind === 'ftr' ? 'note' : 'paragraph', text }
          : { kind: 'list-item', level, marker, text }
      return { block, places: lines ? placesOf(text, lines[index]!) : [] }
    })
    return { box, blocks, isTitle }
  }

  /** Shapes of layout and master that a placeholder stands for, nearest first. ECMA-376 part 1, 19.3.1.36 */
  #models(placeholder: Xml): Xml[] {
    const kind = kindOf(placeholder)
    const index = attributeOf(placeholder, 'idx')
    const alike = (other: string): boolean => other === kind || (isTitleKind(other) && isTitleKind(kind))
    const of = (template: Template | null, fits: (model: Xml) => boolean): Xml | undefined =>
      template?.shapes.find((shape) => {
        const model = placeholderOf(shape)
        return model !== null && fits(model)
      })
    const layout =
      (index === null ? undefined : of(this.#context.layout, (model) => attributeOf(model, 'idx') === index)) ??
      of(this.#context.layout, (model) => alike(kindOf(model)))
    const base = layout ? kindOf(placeholderOf(layout)!) : kind
    const wanted = isTitleKind(base) ? 'title' : ['dt', 'ftr', 'sldNum'].includes(base) ? base : 'body'
    const master = of(this.#context.master, (model) => kindOf(model) === wanted)
    return [layout, master].filter((model) => model !== undefined)
  }

  #masterStyle(kind: string | null): Xml | null {
    const name =
      kind === null
        ? 'p:otherStyle'
        : isTitleKind(kind)
          ? 'p:titleStyle'
          : ['dt', 'ftr', 'sldNum'].includes(kind)
            ? 'p:otherStyle'
            : 'p:bodyStyle'
    return childOf(this.#context.master?.styles, name)
  }

  #picture(picture: Xml, transform: Transform): Item {
    this.pictures += 1
    const own = boxOf(at(picture, 'p:spPr', 'a:xfrm'))
    const box = own && transform(own)
    const text = altText(at(picture, 'p:nvPicPr', 'p:cNvPr'))
    return { box, blocks: text === null ? [] : [whole({ kind: 'caption', text }, box)], isTitle: false }
  }

  #frame(frame: Xml, transform: Transform): Item {
    const own = boxOf(childOf(frame, 'p:xfrm'))
    const box = own && transform(own)
    const data = at(frame, 'a:graphic', 'a:graphicData')
    const blocks: PlacedBlock[] = []
    for (const table of below(data, 'a:tbl')) blocks.push(...tableBlock(table, box))
    for (const [kind, name, attribute] of [
      ['chart', 'c:chart', 'r:id'],
      ['chart', 'cx:chart', 'r:id'],
      ['diagram', 'dgm:relIds', 'r:dm'],
    ] as const) {
      for (const reference of below(data, name)) {
        const relation = attributeOf(reference, attribute)
        if (relation !== null) blocks.push(...this.#context.drawing(kind, relation).map((block) => whole(block, box)))
      }
    }
    if ([...below(data, 'p:pic')].length > 0) this.pictures += 1
    return { box, blocks, isTitle: false }
  }
}

const EMPTY: Xml = { name: '', attributes: {}, children: [] }

const whole = (block: DraftBlock, box: Rect | null): PlacedBlock => ({
  block,
  places: box ? [{ start: 0, end: block.text.length, box }] : [],
})

function placesOf(text: string, boxes: readonly Rect[]): PlacedBlock['places'] {
  let start = 0
  return text.split('\n').flatMap((line, index) => {
    const place = { start, end: start + line.length, box: boxes[index]! }
    start += line.length + 1
    return place.end > place.start ? [place] : []
  })
}

function around(boxes: readonly Rect[]): Rect {
  const x = Math.min(...boxes.map((box) => box.x))
  const y = Math.min(...boxes.map((box) => box.y))
  return { x, y, w: Math.max(...boxes.map((box) => box.x + box.w)) - x, h: Math.max(...boxes.map((box) => box.y + box.h)) - y }
}

const emu = (element: Xml, name: string): number => Number(attributeOf(element, name) ?? 0) / 12_700 || 0

/** Text of merged cells is repeated in the rows below, so that each row says it; its place is the first. */
function tableBlock(table: Xml, frame: Rect | null): PlacedBlock[] {
  const widths = [...below(childOf(table, 'a:tblGrid'), 'a:gridCol')].map((column) => emu(column, 'w'))
  const rows = [...elements(table)].filter(({ name }) => name === 'a:tr')
  const texts: string[][] = []
  const boxes: (Rect | null)[][] = []
  let y = frame?.y ?? 0
  for (const row of rows) {
    const height = emu(row, 'h')
    const cells = [...elements(row)].filter(({ name }) => name === 'a:tc')
    let x = frame?.x ?? 0
    texts.push([])
    boxes.push([])
    cells.forEach((cell, column) => {
      const repeated = isSet(cell, 'vMerge')
      const text = isSet(cell, 'hMerge') ? '' : repeated ? (texts.at(-2)?.[column] ?? '') : cellText(cell)
      texts.at(-1)!.push(text)
      const span = Math.max(1, Number(attributeOf(cell, 'gridSpan') ?? 1) || 1)
      const w = widths.slice(column, column + span).reduce((sum, width) => sum + width, 0)
      boxes.at(-1)!.push(frame && !repeated && text !== '' ? { x, y, w, h: height } : null)
      x += widths[column] ?? 0
    })
    y += height
  }
  const properties = childOf(table, 'a:tblPr')
  const draft = tableDraft(texts, properties && isSet(properties, 'firstRow') && rows.length > 1 ? 1 : 0)
  if (!draft) return []
  if (draft.headerRows === 1) draft.columns = spread(rows[0]!, texts[0]!)
  const shown = boxes.filter((_, index) => texts[index]!.some((text) => text.trim() !== ''))
  const places = draft.rows!.flatMap((row, index) =>
    row.flatMap(([start, end], column) => {
      const box = shown[index]?.[column]
      return box && end > start ? [{ start, end, box }] : []
    }),
  )
  return [{ block: draft, places }]
}

/** A header over several columns names each of them. */
function spread(row: Xml, texts: readonly string[]): string[] {
  let last = ''
  return [...elements(row)]
    .filter(({ name }) => name === 'a:tc')
    .map((cell, column) => (last = isSet(cell, 'hMerge') ? last : texts[column]!))
}

const isSet = (element: Xml, name: string): boolean => ['1', 'true', 'on'].includes(attributeOf(element, name) ?? '')

const cellText = (cell: Xml): string =>
  oneLine(
    paragraphsOf(childOf(cell, 'a:txBody'), [])
      .map(({ text, marker }) => (marker && marker !== '•' ? `${marker} ${text}` : text))
      .join(' '),
  )
