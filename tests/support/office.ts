/** Sheets and slides made by script: the least that a file of each kind must have. */
import { strToU8, zipSync } from 'fflate'

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const RELATION = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'

function pack(parts: Record<string, string>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(HEAD + text)])))
}
const relations = (targets: readonly (readonly [id: string, type: string, target: string])[]): string =>
  `<Relationships xmlns="${PACKAGE}/relationships">${targets.map(([id, type, target]) => `<Relationship Id="${id}" Type="${RELATION}/${type}" Target="${target}"/>`).join('')}</Relationships>`
const types = (overrides: readonly (readonly [part: string, type: string])[]): string =>
  `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${overrides.map(([part, type]) => `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}+xml"/>`).join('')}</Types>`

export interface SheetInput {
  name: string
  /** cells row by row; null leaves one out */
  rows: readonly (readonly (string | number | null)[])[]
  /** "A1:B1" */
  merged?: readonly string[]
}

const columnOf = (column: number): string => String.fromCharCode(65 + column)

/** An Excel file; at most 26 columns. */
export function makeXlsx(sheets: readonly SheetInput[]): Uint8Array {
  const cell = (value: string | number | null, column: number, row: number): string => {
    const at = `${columnOf(column)}${row + 1}`
    if (value === null) return ''
    return typeof value === 'number' ? `<c r="${at}"><v>${value}</v></c>` : `<c r="${at}" t="inlineStr"><is><t>${xml(value)}</t></is></c>`
  }
  const sheetXml = ({ rows, merged = [] }: SheetInput): string =>
    `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows
      .map((cells, row) => `<row r="${row + 1}">${cells.map((value, column) => cell(value, column, row)).join('')}</row>`)
      .join(
        '',
      )}</sheetData>${merged.length > 0 ? `<mergeCells>${merged.map((range) => `<mergeCell ref="${range}"/>`).join('')}</mergeCells>` : ''}</worksheet>`
  return pack({
    '[Content_Types].xml': types([
      ['/xl/workbook.xml', 'spreadsheetml.sheet.main'],
      ...sheets.map((_, index) => [`/xl/worksheets/sheet${index + 1}.xml`, 'spreadsheetml.worksheet'] as const),
    ]),
    '_rels/.rels': relations([['rId1', 'officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${RELATION}"><sheets>${sheets.map(({ name }, index) => `<sheet name="${xml(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(sheets.map((_, index) => [`rId${index + 1}`, 'worksheet', `worksheets/sheet${index + 1}.xml`])),
    ...Object.fromEntries(sheets.map((sheet, index) => [`xl/worksheets/sheet${index + 1}.xml`, sheetXml(sheet)])),
  })
}

export interface SlideText {
  text: string
  /** points of a slide of 960 x 540 */
  x: number
  y: number
  w: number
  h: number
  title?: boolean
}
export interface SlideInput {
  texts: readonly SlideText[]
  notes?: string
}

const EMU = 12_700

/** A PowerPoint file of 16:9; a text may have several paragraphs, divided by "\n". */
export function makePptx(slides: readonly SlideInput[]): Uint8Array {
  const drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
  const presentation = `xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" ${drawing} xmlns:r="${RELATION}"`
  /** @param size  of the letters, points */
  const paragraphs = (text: string, size: number): string =>
    text
      .split('\n')
      .map((line) => `<a:p><a:r><a:rPr lang="en-US" sz="${size * 100}"/><a:t>${xml(line)}</a:t></a:r></a:p>`)
      .join('')
  const shape = ({ text, x, y, w, h, title }: SlideText, id: number): string =>
    `<p:sp><p:nvSpPr><p:cNvPr id="${id}" name="Text ${id}"/><p:cNvSpPr/><p:nvPr>${title ? '<p:ph type="title"/>' : ''}</p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x="${x * EMU}" y="${y * EMU}"/><a:ext cx="${w * EMU}" cy="${h * EMU}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/><a:lstStyle/>${paragraphs(text, title ? 40 : 24)}</p:txBody></p:sp>`
  const tree = (shapes: string): string =>
    `<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>${shapes}</p:spTree></p:cSld>`
  const parts: Record<string, string> = {}
  slides.forEach(({ texts, notes }, index) => {
    const n = index + 1
    parts[`ppt/slides/slide${n}.xml`] = `<p:sld ${presentation}>${tree(texts.map((text, at) => shape(text, at + 2)).join(''))}</p:sld>`
    if (notes === undefined) return
    parts[`ppt/slides/_rels/slide${n}.xml.rels`] = relations([['rId1', 'notesSlide', `../notesSlides/notesSlide${n}.xml`]])
    parts[`ppt/notesSlides/notesSlide${n}.xml`] =
      `<p:notes ${presentation}>${tree(`<p:sp><p:nvSpPr><p:cNvPr id="2" name="Notes"/><p:cNvSpPr/><p:nvPr><p:ph type="body" idx="1"/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/>${paragraphs(notes, 12)}</p:txBody></p:sp>`)}</p:notes>`
  })
  return pack({
    '[Content_Types].xml': types([
      ['/ppt/presentation.xml', 'presentationml.presentation.main'],
      ...slides.flatMap(({ notes }, index) => [
        [`/ppt/slides/slide${index + 1}.xml`, 'presentationml.slide'] as const,
        ...(notes === undefined ? [] : [[`/ppt/notesSlides/notesSlide${index + 1}.xml`, 'presentationml.notesSlide'] as const]),
      ]),
    ]),
    '_rels/.rels': relations([['rId1', 'officeDocument', 'ppt/presentation.xml']]),
    'ppt/presentation.xml': `<p:presentation ${presentation}><p:sldIdLst>${slides.map((_, index) => `<p:sldId id="${256 + index}" r:id="rId${index + 1}"/>`).join('')}</p:sldIdLst><p:sldSz cx="${960 * EMU}" cy="${540 * EMU}"/><p:notesSz cx="${540 * EMU}" cy="${960 * EMU}"/></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations(slides.map((_, index) => [`rId${index + 1}`, 'slide', `slides/slide${index + 1}.xml`])),
    ...parts,
  })
}
