/** Excel workbooks (OOXML): every sheet in the order of the workbook, its cells as they are shown. */
import { fail } from '../../base/fail.ts'
import { chartBlocks } from './ooxml/chart.ts'
import { mainPart, OfficePackage, partsOf, relationsOf } from './ooxml/package.ts'
import { attributeOf, elements, type Xml, xmlTree, childOf } from './ooxml/xml.ts'
import { type Sheet, sheetPages } from './sheet.ts'
import type { Extractor } from './types.ts'
import { commentsOf, drawingsOf, peopleOf, tableHints } from './xlsx/extras.ts'
import { scanSheet, sheetRows } from './xlsx/rows.ts'
import { CellText } from './xlsx/cell-text.ts'

export const XLSX_VERSION = 'xlsx-1'
const MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export const extractXlsx: Extractor = async ({ bytes, fromPage, progress }) => {
  const pack = new OfficePackage(bytes)
  const workbook = new Workbook(pack, progress)
  progress()
  return {
    mediaType: MEDIA_TYPE,
    engine: XLSX_VERSION,
    pagesTotal: null,
    pages: from(sheetPages(workbook.sheets(), XLSX_VERSION), fromPage),
  }
}

function* from<T extends { page: number }>(pages: Iterable<T>, first: number): Generator<T> {
  for (const page of pages) if (page.page >= first) yield page
}

class Workbook {
  readonly #pack: OfficePackage
  readonly #progress: () => void
  readonly #part: string
  readonly #root: Xml

  constructor(pack: OfficePackage, progress: () => void) {
    this.#pack = pack
    this.#progress = progress
    this.#part = mainPart(pack, 'xl/workbook.xml')
    const root = xmlTree(pack.text(this.#part) ?? '')
    if (!root || !childOf(root, 'x:sheets')) throw fail('ingest.corrupt', { detail: 'no sheets' })
    this.#root = root
  }

  *sheets(): Generator<Sheet> {
    const pack = this.#pack
    const relations = relationsOf(pack, this.#part)
    const date1904 = ['1', 'true', 'on'].includes(attributeOf(childOf(this.#root, 'x:workbookPr') ?? this.#root, 'date1904') ?? '')
    const texts = new CellText(
      pack,
      partsOf(pack, relations, 'styles')[0],
      partsOf(pack, relations, 'sharedStrings')[0],
      date1904,
      this.#progress,
    )
    const people = peopleOf(pack, partsOf(pack, relations, 'person'))
    for (const element of elements(childOf(this.#root, 'x:sheets'))) {
      const relation = relations.get(attributeOf(element, 'r:id') ?? '')
      const part = relation && !relation.external ? relation.target : ''
      const name = attributeOf(element, 'name') ?? ''
      const hidden = (attributeOf(element, 'state') ?? 'visible') !== 'visible'
      this.#progress()
      if (!pack.has(part)) continue
      const own = relationsOf(pack, part)
      const scanned = scanSheet(pack, part)
      yield {
        name,
        hidden,
        rows: sheetRows(pack, part, texts, scanned.merges, this.#progress),
        hints: [...tableHints(pack, partsOf(pack, own, 'table')), ...scanned.hints],
        extras: [
          ...commentsOf(pack, partsOf(pack, own, 'comments'), partsOf(pack, own, 'threadedComment'), people),
          ...drawingsOf(pack, partsOf(pack, own, 'drawing'), chartBlocks),
        ],
      }
    }
  }
}
