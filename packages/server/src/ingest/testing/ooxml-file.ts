/** Office files for tests from the XML of their parts: relations are written from a table. */
import { strToU8, type Zippable, zipSync } from 'fflate'

const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

/** Prefixes of the roots of all parts. */
const NAMESPACES = [
  ['r', RELATIONS],
  ['x', 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'],
  ['p', 'http://schemas.openxmlformats.org/presentationml/2006/main'],
  ['a', 'http://schemas.openxmlformats.org/drawingml/2006/main'],
  ['c', 'http://schemas.openxmlformats.org/drawingml/2006/chart'],
  ['dgm', 'http://schemas.openxmlformats.org/drawingml/2006/diagram'],
  ['xdr', 'http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing'],
  ['mc', 'http://schemas.openxmlformats.org/markup-compatibility/2006'],
  ['xtc', 'http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments'],
  ['p188', 'http://schemas.microsoft.com/office/powerpoint/2018/8/main'],
]
  .map(([prefix, address]) => `xmlns:${prefix}="${address}"`)
  .join(' ')

/** Relations of a part: id, last part of the type's address, target relative to the part. */
export type Relations = readonly (readonly [string, string, string])[]

export interface Part {
  /** `<root attributes>content</root>`, without namespaces */
  xml: string
  relations?: Relations
}

const relationsXml = (rows: Relations): string =>
  `${HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${rows
    .map(([id, type, target]) => `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`)
    .join('')}</Relationships>`

/** @param main  name of the main part; other names are paths in the package */
export function ooxmlFile(main: string, parts: Readonly<Record<string, Part>>): Uint8Array {
  const files: Zippable = {
    '[Content_Types].xml': strToU8(`${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`),
    '_rels/.rels': strToU8(relationsXml([['r1', 'officeDocument', main]])),
  }
  for (const [name, { xml, relations }] of Object.entries(parts)) {
    files[name] = strToU8(HEAD + xml.replace(/^<([\w:]+)/, `<$1 ${NAMESPACES}`))
    const slash = name.lastIndexOf('/') + 1
    if (relations) files[`${name.slice(0, slash)}_rels/${name.slice(slash)}.rels`] = strToU8(relationsXml(relations))
  }
  return zipSync(files)
}
