/** Parts of an EPUB: container -> package -> spine, titles from its navigation, what is encrypted. EPUB 2 and 3. */
import { oneLine } from '../clean.ts'
import type { OfficePackage } from '../ooxml/package.ts'
import { attributeOf, below, childOf, elements, textBelow, type Xml, xmlTree } from '../ooxml/xml.ts'

export interface Book {
  title: string
  creators: string[]
  /** what the publisher says of it, '' without */
  description: string
  /** names of the parts in reading order, each once */
  chapters: string[]
  /** title of a part as the navigation has it */
  titles: Map<string, string>
}

const PAGE = /\.x?html?$/i

/** @throws ingest.corrupt, ingest.unpacked_limit, ingest.nesting_limit */
export function openBook(pack: OfficePackage): Book {
  const container = treeOf(pack, 'META-INF/container.xml')
  const root = [...below(container, 'rootfile')]
    .map((file) => attributeOf(file, 'full-path'))
    .find((path) => path !== null && pack.has(path))
  const opf = root ?? pack.names().find((name) => /\.opf$/i.test(name)) ?? null
  const tree = opf === null ? null : treeOf(pack, opf)
  if (opf === null || !tree)
    return {
      title: '',
      creators: [],
      description: '',
      chapters: pack
        .names()
        .filter((name) => PAGE.test(name))
        .toSorted(),
      titles: new Map(),
    }
  return bookOf(pack, opf, tree)
}

interface Item {
  part: string
  type: string
  isNavigation: boolean
}

function bookOf(pack: OfficePackage, opf: string, tree: Xml): Book {
  const items = new Map<string, Item>()
  for (const item of elements(childOf(tree, 'manifest'))) {
    const id = attributeOf(item, 'id')
    const part = partOf(opf, attributeOf(item, 'href'))
    if (id === null || part === null) continue
    const isNavigation = /(?:^|\s)nav(?:\s|$)/.test(attributeOf(item, 'properties') ?? '')
    items.set(id, { part, type: attributeOf(item, 'media-type') ?? '', isNavigation })
  }
  const spine = childOf(tree, 'spine')
  const order = [...elements(spine)].map((reference) => items.get(attributeOf(reference, 'idref') ?? ''))
  const pages = order.filter((item) => item !== undefined && !item.isNavigation && (item.type.includes('html') || PAGE.test(item.part)))
  const metadata = childOf(tree, 'metadata')
  return {
    title: oneLine([...below(metadata, 'title')].map(textBelow)[0] ?? ''),
    creators: [...below(metadata, 'creator')].map((creator) => oneLine(textBelow(creator))).filter((name) => name !== ''),
    description: oneLine([...below(metadata, 'description')].map(textBelow)[0] ?? '').replaceAll(/<[^<>]*>/g, ''),
    chapters: [...new Set(pages.map((item) => item!.part))],
    titles: navigation(pack, [...items.values()], items.get(attributeOf(spine ?? tree, 'toc') ?? '') ?? null),
  }
}

/** Titles by part: of EPUB 3 from its navigation page, else from the NCX of EPUB 2. The first entry of a part counts. */
function navigation(pack: OfficePackage, items: readonly Item[], ncx: Item | null): Map<string, string> {
  const titles = new Map<string, string>()
  const add = (from: string, href: string | null, title: string): void => {
    const part = partOf(from, href)
    if (part !== null && title !== '' && !titles.has(part)) titles.set(part, title)
  }
  const page = items.find((item) => item.isNavigation)
  const nav = page ? treeOf(pack, page.part) : null
  const toc = [...below(nav, 'nav')].find((list) => attributeOf(list, 'type') === 'toc') ?? null
  for (const link of below(toc, 'a')) add(page!.part, attributeOf(link, 'href'), oneLine(textBelow(link)))
  const old = ncx ?? items.find((item) => item.type === 'application/x-dtbncx+xml') ?? null
  if (titles.size > 0 || !old) return titles
  const walk = (parent: Xml | null): void => {
    for (const point of elements(parent)) {
      if (point.name !== 'navPoint') continue
      add(old.part, attributeOf(childOf(point, 'content') ?? point, 'src'), oneLine(textBelow(childOf(point, 'navLabel') ?? point)))
      walk(point)
    }
  }
  walk([...below(treeOf(pack, old.part), 'navMap')][0] ?? null)
  return titles
}

function treeOf(pack: OfficePackage, part: string): Xml | null {
  const text = pack.text(part)
  const tree = text === null ? null : xmlTree(text)
  return tree && withoutPrefixes(tree)
}

/** Every producer has prefixes of its own; no two names in these parts differ by their namespace alone. */
function withoutPrefixes(element: Xml): Xml {
  const local = (name: string): string => name.slice(name.indexOf(':') + 1)
  return {
    name: local(element.name),
    attributes: Object.fromEntries(Object.entries(element.attributes).map(([name, value]) => [local(name), value])),
    children: element.children.map((child) => (typeof child === 'string' ? child : withoutPrefixes(child))),
  }
}

/** Name of the part that `href` in `from` leads to, without its fragment; null when it leads out of the book. */
function partOf(from: string, href: string | null): string | null {
  if (href === null || href === '') return null
  const base = new URL(`book:///${from.split('/').map(encodeURIComponent).join('/')}`)
  if (!URL.canParse(href, base.href)) return null
  const url = new URL(href, base)
  if (url.protocol !== 'book:') return null
  try {
    return decodeURIComponent(url.pathname.slice(1))
  } catch {
    // Percent signs that encode nothing: the name is meant as it is.
    return url.pathname.slice(1)
  }
}

/** Ways of disguising fonts; a book that uses them can be read. */
const FONT_DISGUISE = /^http:\/\/(?:www\.idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc#RC)$/

/** Names of the parts that are encrypted. */
export function encryptedParts(pack: OfficePackage): Set<string> {
  const parts = new Set<string>()
  for (const data of below(treeOf(pack, 'META-INF/encryption.xml'), 'EncryptedData')) {
    const method = attributeOf(childOf(data, 'EncryptionMethod') ?? data, 'Algorithm') ?? ''
    if (FONT_DISGUISE.test(method)) continue
    for (const reference of below(data, 'CipherReference')) {
      const part = partOf('', attributeOf(reference, 'URI'))
      if (part !== null) parts.add(part)
    }
  }
  return parts
}
