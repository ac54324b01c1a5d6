/** The main text of a web page: Mozilla's readability over a DOM whose depth is capped, the whole body where that finds too little. */
import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import { serialize } from 'parse5'
import { capDepth, type HtmlParent, isElement, parsePart, rawText } from './tree.ts'

/** Less than this share of a short page's text is not its main text but a piece of it. */
const SHARE_MIN = 0.25
const SHORT_BODY_CHARS = 20_000

export interface MainText {
  title: string
  root: HtmlParent
  method: 'readability' | 'body'
}

const textLength = (root: HtmlParent): number => rawText(root).replace(/\s+/g, '').length

/** @param document  parsed document, depth capped */
export function mainText(document: HtmlParent): MainText {
  const title = titleOf(document)
  const bodyChars = textLength(document)
  const article = readable(serialize(document))
  if (article === null) return { title, root: document, method: 'body' }
  const root = parsePart(article.content)
  capDepth(root)
  const chars = textLength(root)
  if (chars < SHARE_MIN * bodyChars && bodyChars < SHORT_BODY_CHARS) return { title, root: document, method: 'body' }
  return { title: article.title || title, root, method: 'readability' }
}

function readable(html: string): { title: string; content: string } | null {
  const { document } = parseHTML(html)
  // readability is written against the browser's Document, of which linkedom implements what it uses.
  const article = new Readability(document as unknown as ConstructorParameters<typeof Readability>[0], { charThreshold: 200 }).parse()
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
