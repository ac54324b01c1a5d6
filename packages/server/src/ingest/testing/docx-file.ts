/** Builds small Word files for tests from the XML of their parts. */
import { strToU8, type Zippable, zipSync } from 'fflate'

const TRANSITIONAL = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const STRICT = 'http://purl.oclc.org/ooxml/wordprocessingml/main'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const NAMESPACES =
  `xmlns:r="${RELATIONS}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" ` +
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" ' +
  'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:v="urn:schemas-microsoft-com:vml" ' +
  'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'

export interface DocxParts {
  /** content of w:body */
  body: string
  /** content of the root of each part, by name: styles, numbering, footnotes, endnotes, comments, header1, footer1 */
  parts?: Record<string, string>
  strict?: boolean
}

const ROOTS: Record<string, string> = {
  styles: 'w:styles',
  numbering: 'w:numbering',
  footnotes: 'w:footnotes',
  endnotes: 'w:endnotes',
  comments: 'w:comments',
  header: 'w:hdr',
  footer: 'w:ftr',
}

const relationships = (rows: string): string =>
  `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${rows}</Relationships>`

export function docxFile({ body, parts = {}, strict = false }: DocxParts): Uint8Array {
  const word = `xmlns:w="${strict ? STRICT : TRANSITIONAL}" ${NAMESPACES}`
  const types = strict ? 'http://purl.oclc.org/ooxml/officeDocument/relationships' : RELATIONS
  const files: Zippable = {
    '[Content_Types].xml': strToU8('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
    '_rels/.rels': strToU8(relationships(`<Relationship Id="r1" Type="${types}/officeDocument" Target="word/document.xml"/>`)),
    'word/document.xml': strToU8(`<?xml version="1.0" encoding="UTF-8"?><w:document ${word}><w:body>${body}</w:body></w:document>`),
  }
  let rows = ''
  Object.entries(parts).forEach(([name, content], index) => {
    const type = name.replace(/\d+$/, '')
    const root = ROOTS[type]!
    files[`word/${name}.xml`] = strToU8(`<?xml version="1.0" encoding="UTF-8"?><${root} ${word}>${content}</${root}>`)
    rows += `<Relationship Id="p${index}" Type="${types}/${type}" Target="${name}.xml"/>`
  })
  files['word/_rels/document.xml.rels'] = strToU8(relationships(rows))
  return zipSync(files)
}

export const run = (value: string, properties = ''): string =>
  `<w:r>${properties && `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${value}</w:t></w:r>`
export const paragraph = (content: string, properties = ''): string =>
  `<w:p>${properties && `<w:pPr>${properties}</w:pPr>`}${content.startsWith('<') ? content : run(content)}</w:p>`
export const cell = (content: string, properties = ''): string =>
  `<w:tc><w:tcPr>${properties}</w:tcPr>${content.startsWith('<') ? content : paragraph(content)}</w:tc>`
export const row = (cells: readonly string[], properties = ''): string =>
  `<w:tr>${properties && `<w:trPr>${properties}</w:trPr>`}${cells.join('')}</w:tr>`
export const table = (rows: readonly string[]): string => `<w:tbl>${rows.join('')}</w:tbl>`
