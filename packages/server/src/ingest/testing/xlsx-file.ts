/** Small Excel files for tests. */
import { ooxmlFile, type Part, type Relations } from './ooxml-file.ts'

export interface TestSheet {
  name: string
  /** content of x:sheetData */
  rows: string
  /** elements before and after the rows */
  before?: string
  after?: string
  state?: string
  relations?: Relations
}

export interface TestWorkbook {
  sheets: TestSheet[]
  strings?: readonly string[]
  /** format codes by cell style 1, 2 …; numbers are built-in ids */
  formats?: readonly (string | number)[]
  date1904?: boolean
  parts?: Record<string, Part>
  relations?: Relations
}

const FIRST_CUSTOM = 164

export function xlsxFile({ sheets, strings = [], formats = [], date1904 = false, parts = {}, relations = [] }: TestWorkbook): Uint8Array {
  const codes = formats.flatMap((format, index) =>
    typeof format === 'string' ? [`<x:numFmt numFmtId="${FIRST_CUSTOM + index}" formatCode="${format.replaceAll('"', '&quot;')}"/>`] : [],
  )
  const xfs = formats.map((format, index) => `<x:xf numFmtId="${typeof format === 'string' ? FIRST_CUSTOM + index : format}"/>`)
  const all: Record<string, Part> = {
    'xl/workbook.xml': {
      xml: `<x:workbook>${date1904 ? '<x:workbookPr date1904="1"/>' : ''}<x:sheets>${sheets
        .map(
          ({ name, state }, index) =>
            `<x:sheet name="${name}" sheetId="${index + 1}"${state ? ` state="${state}"` : ''} r:id="s${index}"/>`,
        )
        .join('')}</x:sheets></x:workbook>`,
      relations: [
        ...sheets.map((_, index) => [`s${index}`, 'worksheet', `worksheets/sheet${index + 1}.xml`] as const),
        ['styles', 'styles', 'styles.xml'],
        ['strings', 'sharedStrings', 'sharedStrings.xml'],
        ...relations,
      ],
    },
    'xl/styles.xml': {
      xml: `<x:styleSheet><x:numFmts>${codes.join('')}</x:numFmts><x:cellXfs><x:xf numFmtId="0"/>${xfs.join('')}</x:cellXfs></x:styleSheet>`,
    },
    'xl/sharedStrings.xml': { xml: `<x:sst>${strings.map((text) => `<x:si><x:t>${text}</x:t></x:si>`).join('')}</x:sst>` },
    ...parts,
  }
  sheets.forEach(({ rows, before = '', after = '', relations: own }, index) => {
    all[`xl/worksheets/sheet${index + 1}.xml`] = {
      xml: `<x:worksheet>${before}<x:sheetData>${rows}</x:sheetData>${after}</x:worksheet>`,
      ...(own ? { relations: own } : {}),
    }
  })
  return ooxmlFile('xl/workbook.xml', all)
}

export const columnOf = (column: number): string =>
  column < 26 ? String.fromCharCode(65 + column) : columnOf(Math.floor(column / 26) - 1) + columnOf(column % 26)

/** A row of texts and numbers from column `left` on; '' is no cell. @param row  from 1 */
export const sheetRow = (row: number, values: readonly (string | number)[], left = 0): string =>
  `<x:row r="${row}">${values
    .map((value, index) => {
      const ref = `${columnOf(left + index)}${row}`
      if (value === '') return ''
      return typeof value === 'number'
        ? `<x:c r="${ref}"><x:v>${value}</x:v></x:c>`
        : `<x:c r="${ref}" t="inlineStr"><x:is><x:t>${value}</x:t></x:is></x:c>`
    })
    .join('')}</x:row>`
