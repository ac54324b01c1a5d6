/** The parsed tree of an HTML document, and the cap on its depth. */
import { type DefaultTreeAdapterTypes, parse, parseFragment } from 'parse5'
import { LIMITS } from '../../../base/limits.ts'

export type HtmlNode = DefaultTreeAdapterTypes.ChildNode
export type HtmlElement = DefaultTreeAdapterTypes.Element
export type HtmlParent = DefaultTreeAdapterTypes.Document | DefaultTreeAdapterTypes.DocumentFragment | HtmlElement

export const isElement = (node: HtmlNode): node is HtmlElement => 'tagName' in node
export const isText = (node: HtmlNode): node is DefaultTreeAdapterTypes.TextNode => node.nodeName === '#text'
export const attribute = (element: HtmlElement, name: string): string | null =>
  element.attrs.find((attr) => attr.name === name)?.value ?? null

export const parseDocument = (html: string): DefaultTreeAdapterTypes.Document => parse(html)
/**
 * XHTML by the rules of HTML: in XML every element may be written as empty (`<title/>`, `<a id="x"/>`), in HTML only
 * some, and the others would swallow what follows.
 */
export const parseXhtml = (xhtml: string): DefaultTreeAdapterTypes.Document =>
  parse(
    xhtml.replaceAll(/<([a-zA-Z][\w:-]*)(\s[^<>]*)?\/>/g, (whole, name: string, attributes: string | undefined) =>
      VOID.has(name.toLowerCase()) ? whole : `<${name}${attributes ?? ''}></${name}>`,
    ),
  )

/** HTML standard, 13.1.2: void elements. */
const VOID: ReadonlySet<string> = new Set('area base br col embed hr img input link meta source track wbr'.split(' '))

export const parsePart = (html: string): DefaultTreeAdapterTypes.DocumentFragment => parseFragment(html)

/**
 * Elements deeper than `limit` are dissolved: their text stays, in order, in the last ancestor that is kept.
 * Works with a stack of its own, so that no depth of input can overflow the call stack.
 * @returns whether anything was dissolved
 */
export function capDepth(root: HtmlParent, limit: number = LIMITS.nestingDepth): boolean {
  let dissolved = false
  const stack: { node: HtmlParent; depth: number }[] = [{ node: root, depth: 0 }]
  for (let entry = stack.pop(); entry; entry = stack.pop()) {
    const { node, depth } = entry
    if (depth >= limit) dissolved = flatten(node) || dissolved
    else for (const child of node.childNodes) if (isElement(child)) stack.push({ node: child, depth: depth + 1 })
  }
  return dissolved
}

/** Replaces all elements below `parent` by their texts; false when there were none. */
function flatten(parent: HtmlParent): boolean {
  if (!parent.childNodes.some(isElement)) return false
  const texts: HtmlNode[] = []
  const stack: HtmlNode[] = parent.childNodes.toReversed()
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (isText(node)) texts.push(node)
    else if (isElement(node) && !NEVER_TEXT.has(node.tagName)) for (const child of node.childNodes.toReversed()) stack.push(child)
  }
  for (const text of texts) text.parentNode = parent
  parent.childNodes = texts
  return true
}

/** Elements whose content is no text of the document. */
export const NEVER_TEXT: ReadonlySet<string> = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'iframe',
  'object',
  'embed',
  'canvas',
  'audio',
  'video',
  'svg',
  'head',
  'select',
  'datalist',
  'textarea',
])

/** Text of a subtree as it stands, white space and all. */
export function rawText(root: HtmlParent): string {
  let text = ''
  const stack: HtmlNode[] = root.childNodes.toReversed()
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (isText(node)) text += node.value
    else if (isElement(node) && !NEVER_TEXT.has(node.tagName)) {
      if (node.tagName === 'br') text += '\n'
      for (const child of node.childNodes.toReversed()) stack.push(child)
    }
  }
  return text
}
