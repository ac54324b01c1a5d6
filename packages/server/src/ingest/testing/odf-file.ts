/** Builds small OpenDocument and EPUB files for tests from the XML of their parts. */
import { strToU8, zipSync } from 'fflate'

const PREFIXES: Readonly<Record<string, string>> = {
  office: 'office:1.0',
  text: 'text:1.0',
  table: 'table:1.0',
  draw: 'drawing:1.0',
  style: 'style:1.0',
  presentation: 'presentation:1.0',
  svg: 'svg-compatible:1.0',
  fo: 'xsl-fo-compatible:1.0',
}
const NAMESPACES = Object.entries(PREFIXES)
  .map(([prefix, name]) => `xmlns:${prefix}="urn:oasis:names:tc:opendocument:xmlns:${name}"`)
  .join(' ')

export interface OdfFile {
  body: 'text' | 'spreadsheet' | 'presentation'
  content: string
  /** content of office:automatic-styles of content.xml */
  automatic?: string
  /** content of the root of styles.xml */
  styles?: string
  manifest?: string
}

const bodyOf = ({ body, content }: OdfFile): string => `<office:body><office:${body}>${content}</office:${body}></office:body>`
const automaticOf = ({ automatic = '' }: OdfFile): string => `<office:automatic-styles>${automatic}</office:automatic-styles>`

export function odfFile(file: OdfFile): Uint8Array {
  const root = (name: string, content: string): Uint8Array =>
    strToU8(`<?xml version="1.0" encoding="UTF-8"?><office:${name} ${NAMESPACES}>${content}</office:${name}>`)
  return zipSync({
    mimetype: [strToU8(`application/vnd.oasis.opendocument.${file.body}`), { level: 0 }],
    'content.xml': root('document-content', automaticOf(file) + bodyOf(file)),
    'styles.xml': root('document-styles', file.styles ?? ''),
    'META-INF/manifest.xml': strToU8(`<manifest:manifest xmlns:manifest="m">${file.manifest ?? ''}</manifest:manifest>`),
  })
}

/** The same as one XML file. */
export const flatOdf = (file: OdfFile): Uint8Array =>
  strToU8(`<?xml version="1.0"?><office:document ${NAMESPACES}>${file.styles ?? ''}${automaticOf(file)}${bodyOf(file)}</office:document>`)

export interface EpubFile {
  /** pages by name, in the order of the spine */
  pages: Readonly<Record<string, string>>
  /** content of the metadata element */
  metadata?: string
  /** further parts */
  parts?: Readonly<Record<string, string>>
  /** further items of the manifest */
  items?: string
}

export function epubFile({ pages, metadata = '', parts = {}, items = '' }: EpubFile): Uint8Array {
  const names = Object.keys(pages)
  const manifest = names
    .map((name, index) => `<item id="p${index}" href="${encodeURI(name)}" media-type="application/xhtml+xml"/>`)
    .join('')
  const spine = names.map((_, index) => `<itemref idref="p${index}"/>`).join('')
  const files: Record<string, string> = {
    'META-INF/container.xml':
      '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
    'OEBPS/book.opf':
      '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">' +
      `<metadata>${metadata}</metadata><manifest>${manifest}${items}</manifest><spine>${spine}</spine></package>`,
    ...Object.fromEntries(names.map((name) => [`OEBPS/${name}`, pages[name]!])),
    ...parts,
  }
  const entries = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, strToU8(content)]))
  return zipSync({ mimetype: [strToU8('application/epub+zip'), { level: 0 }], ...entries })
}
