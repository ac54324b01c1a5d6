/**
 * The main text of a web page: Mozilla's readability over a DOM whose depth is capped, and the whole body where that
 * leaves out too much. What is left out for a reason is navigation, that is links; a page whose rest is hardly linked
 * is a plain document, and all of it is meant to be read.
 */
import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import { serialize } from 'parse5'
import { capDepth, type HtmlNode, type HtmlParent, isElement, isText, NEVER_TEXT, parsePart, rawText } from './tree.ts'

/** The main text of a page of so many characters at most is checked against its body. */
const BODY_CHARS_MAX = 20_000
/** Less than this share of the body's text is a piece of it, not the main text. */
const SHARE_MIN = 0.25
/** The same for a body whose rest is not navigation: at most so much of the rest is links. */
const PLAIN_SHARE_MIN = 0.97
const PLAIN_LINKS_MAX = 0.1

export interface MainText {
  title: string
  root: HtmlParent
  method: 'readability' | 'body'
}

/** Characters that are not white space, in links and navigation, and outside. */
interface Amount {
  text: number
  links: number
}

export const wholeBody = (document: HtmlParent): MainText => ({ title: titleOf(document), root: document, method: 'body' })

/** @param document  parsed document, depth capped */
export function mainText(document: HtmlParent): MainText {
  // Measured before: readability works on a copy, but the copy is made from this tree.
  const body = amountOf(document)
  const article = readable(serialize(document))
  if (article === null) return wholeBody(document)
  const root = parsePart(article.content)
  capDepth(root)
  if (leavesOutTooMuch(body, amountOf(root))) return wholeBody(document)
  return { title: article.title || titleOf(document), root, method: 'readability' }
}

function leavesOutTooMuch(body: Amount, main: Amount): boolean {
  if (body.text + body.links > BODY_CHARS_MAX) return false
  if (main.text < SHARE_MIN * body.text) return true
  const rest = { text: body.text - main.text, links: body.links - main.links }
  return main.text < PLAIN_SHARE_MIN * body.text && rest.links <= PLAIN_LINKS_MAX * (rest.text + rest.links)
}

const NAVIGATION: ReadonlySet<string> = new Set(['a', 'button', 'nav', 'footer'])

function amountOf(root: HtmlParent): Amount {
  const amount: Amount = { text: 0, links: 0 }
  const stack: { node: HtmlNode; linked: boolean }[] = root.childNodes.map((node) => ({ node, linked: false }))
  for (let entry = stack.pop(); entry; entry = stack.pop()) {
    const { node, linked } = entry
    if (isText(node)) amount[linked ? 'links' : 'text'] += node.value.replace(/\s+/g, '').length
    else if (isElement(node) && !NEVER_TEXT.has(node.tagName)) {
      for (const child of node.childNodes) stack.push({ node: child, linked: linked || NAVIGATION.has(node.tagName) })
    }
  }
  return amount
}

function readable(html: string): { title: string; content: string } | null {
  const { document } = parseHTML(html)
  // readability is written against the browser's Document, of which linkedom implements what it uses.
  const article = new Readability(document).parse()
  if (!article?.content) return null
  return { title: article.title?.trim() ?? '', content: article.content }
}

function titleOf(root: HtmlParent): string {
  const stack: HtmlParent[] = [root]
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const child of node.childNodes.toReversed()) {
      if (!isElement(child)) continue
      if (child.tagName === 'title') return rawText(child).replace(/\s+/g, ' ').trim()
      stack.push(child)
    }
  }
  return ''
}
