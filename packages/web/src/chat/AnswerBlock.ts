/**
 * One block of an answer: sanitised HTML as Vue nodes, with the places of marks filled by citation chips. As nodes and
 * not as `v-html`, so that a growing last block is patched and keeps focus and selection. Only known elements and
 * attributes are made into nodes, so that the page does not rest on the sanitiser alone.
 */
import type { Citation } from '@zhiku/contract/entities.ts'
import { type FunctionalComponent, type VNode, h } from 'vue'
import CiteChips from './CiteChips.vue'
import { ALLOWED_ATTR, ALLOWED_TAGS, isWebLink, sanitize } from './markdown.ts'

const TAGS = new Set(ALLOWED_TAGS)
const ATTRIBUTES = new Set(ALLOWED_ATTR)

interface Props {
  html: string
  /** by mark */
  citations: ReadonlyMap<number, Citation>
  /** mark of the citation that is open in the source panel */
  active: number | null
}

type Emits = { open(citation: Citation): void }

export const AnswerBlock: FunctionalComponent<Props, Emits> = ({ html, citations, active }, { emit }) => {
  const toNodes = (parent: Node): (VNode | string)[] => [...parent.childNodes].flatMap((node) => toNode(node))
  const toNode = (node: Node): (VNode | string)[] => {
    if (node.nodeType === Node.TEXT_NODE) return [node.textContent ?? '']
    if (!(node instanceof Element)) return []
    const tag = node.tagName.toLowerCase()
    const numbers = node.getAttribute('data-marks')
    if (numbers !== null) {
      const cited = numbers.split(',').flatMap((number) => citations.get(Number(number)) ?? [])
      return cited.length > 0 ? [h(CiteChips, { citations: cited, active, onOpen: (citation: Citation) => emit('open', citation) })] : []
    }
    if (!TAGS.has(tag)) return []
    const attributes = Object.fromEntries(
      [...node.attributes].filter(({ name }) => ATTRIBUTES.has(name)).map(({ name, value }) => [name, value]),
    )
    if ('href' in attributes && !isWebLink(attributes.href)) delete attributes.href
    // What is wider than the page scrolls by itself, so it can be reached by keyboard.
    if (tag === 'pre' || attributes.class === 'table-scroll') attributes.tabindex = '0'
    // A link of an answer leaves the page only when the reader presses it, and tells the other side nothing.
    if (tag === 'a') Object.assign(attributes, { target: '_blank', rel: 'noopener noreferrer nofollow' })
    return [h(tag, attributes, toNodes(node))]
  }
  return toNodes(sanitize(html))
}
AnswerBlock.props = ['html', 'citations', 'active']
AnswerBlock.emits = ['open']
