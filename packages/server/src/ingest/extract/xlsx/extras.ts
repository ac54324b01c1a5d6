/** What hangs on a sheet: comments, charts, texts of drawings, tables that the file defines. */
import { oneLine } from '../clean.ts'
import type { DraftBlock } from '../draft.ts'
import { type OfficePackage, orElse, relationsOf } from '../ooxml/package.ts'
import { altText, at, attributeOf, below, childOf, elements, textBelow, type Xml, xmlTree } from '../ooxml/xml.ts'
import type { SheetExtra } from '../sheet.ts'
import type { HeaderHint } from '../sheet-head.ts'
import { MAX_COLUMNS, MAX_ROWS, rangeOf, referenceOf } from './reference.ts'

const treeOf = (pack: OfficePackage, part: string): Xml | null => orElse(null, () => xmlTree(pack.text(part) ?? ''))

/** Header rows of the tables that the file defines. */
export function tableHints(pack: OfficePackage, parts: readonly string[]): HeaderHint[] {
  const hints: HeaderHint[] = []
  for (const part of parts) {
    const table = treeOf(pack, part)
    const range = rangeOf((table && attributeOf(table, 'ref')) ?? '')
    const rows = Number((table && attributeOf(table, 'headerRowCount')) ?? 1)
    if (range && rows > 0) hints.push({ top: range.top, rows, left: range.left, right: range.right })
  }
  return hints
}

/** Names of those who comment, by id. */
export function peopleOf(pack: OfficePackage, parts: readonly string[]): Map<string, string> {
  const people = new Map<string, string>()
  for (const part of parts) {
    for (const person of elements(treeOf(pack, part))) {
      const id = attributeOf(person, 'id')
      if (id !== null) people.set(id, attributeOf(person, 'displayName') ?? '')
    }
  }
  return people
}

const said = (author: string, text: string): string =>
  author === '' || text.startsWith(`${author}:`) || text.startsWith(`${author}：`) ? text : `${author}: ${text}`

/** Comments at their cells. Threads are kept twice by the file: the older form only says so and is left out. */
export function commentsOf(
  pack: OfficePackage,
  notes: readonly string[],
  threads: readonly string[],
  people: ReadonlyMap<string, string>,
): SheetExtra[] {
  const extras: SheetExtra[] = []
  const add = (ref: string | null, author: string, text: string): void => {
    const place = referenceOf(ref ?? '') ?? { row: 0, column: 0 }
    if (text !== '')
      extras.push({ block: { kind: 'note', text: said(author, text) }, place: { x: place.column, y: place.row, w: 1, h: 1 } })
  }
  for (const part of notes) {
    const root = treeOf(pack, part)
    const authors = [...elements(childOf(root, 'x:authors'))].map((author) => oneLine(textBelow(author)))
    for (const comment of elements(childOf(root, 'x:commentList'))) {
      const author = authors[Number(attributeOf(comment, 'authorId'))] ?? ''
      if (author.startsWith('tc=') && threads.length > 0) continue
      const runs = [...below(childOf(comment, 'x:text'), 'x:t')]
      add(attributeOf(comment, 'ref'), author.startsWith('tc=') ? '' : author, oneLine(runs.map(textBelow).join('')))
    }
  }
  for (const part of threads) {
    for (const comment of elements(treeOf(pack, part))) {
      const author = people.get(attributeOf(comment, 'personId') ?? '') ?? ''
      add(attributeOf(comment, 'ref'), author, oneLine(textBelow(childOf(comment, 'xtc:text') ?? comment)))
    }
  }
  return extras
}

/** Charts, text boxes and described pictures at the cells they cover. */
export function drawingsOf(
  pack: OfficePackage,
  parts: readonly string[],
  chart: (pack: OfficePackage, part: string) => DraftBlock[],
): SheetExtra[] {
  const extras: SheetExtra[] = []
  for (const part of parts) {
    const relations = relationsOf(pack, part)
    for (const anchor of elements(treeOf(pack, part))) {
      const place = placeOf(anchor)
      const add = (block: DraftBlock): void => void extras.push({ block, place })
      for (const reference of [...below(anchor, 'c:chart'), ...below(anchor, 'cx:chart')]) {
        const relation = relations.get(attributeOf(reference, 'r:id') ?? '')
        if (relation && !relation.external) chart(pack, relation.target).forEach(add)
      }
      for (const body of below(anchor, 'xdr:txBody')) {
        for (const paragraph of below(body, 'a:p')) {
          const text = oneLine([...below(paragraph, 'a:t')].map(textBelow).join(''))
          if (text !== '') add({ kind: 'paragraph', text })
        }
      }
      for (const picture of below(anchor, 'xdr:pic')) {
        const text = altText(at(picture, 'xdr:nvPicPr', 'xdr:cNvPr'))
        if (text !== null) add({ kind: 'caption', text })
      }
    }
  }
  return extras
}

function placeOf(anchor: Xml): SheetExtra['place'] {
  const corner = (name: string): { x: number; y: number } | null => {
    const element = childOf(anchor, name)
    const value = (of: string, most: number): number => {
      const child = childOf(element, of)
      return Math.min(most - 1, Math.max(0, Number(child ? textBelow(child) : 0) || 0))
    }
    return element && { x: value('xdr:col', MAX_COLUMNS), y: value('xdr:row', MAX_ROWS) }
  }
  const from = corner('xdr:from') ?? { x: 0, y: 0 }
  const to = corner('xdr:to') ?? from
  return { ...from, w: Math.max(1, to.x - from.x + 1), h: Math.max(1, to.y - from.y + 1) }
}
