/**
 * The text of an answer as sanitised HTML, one string per top-level block, so that while an answer grows only its last
 * block changes. HTML in the text is shown as text; images and other remote things are never loaded: an image becomes
 * a link that opens when the reader presses it.
 */
import DOMPurify from 'dompurify'
import MarkdownIt from 'markdown-it'
import type { Token } from 'markdown-it'
import { type MarksEnv, marks } from './marks.ts'

const md = new MarkdownIt({ html: false, linkify: false, breaks: true, typographer: false })
md.use(marks)
// `[1]: …` at the start of a line would be swallowed as a link definition.
md.disable(['reference'])
/** Links lead to the web or to mail, never into the app or to a script. */
export const isWebLink = (url: string): boolean => /^(https?:\/\/|mailto:)/i.test(url.trim())
md.validateLink = isWebLink

const escape = md.utils.escapeHtml
const linkTo = (url: string, text: string): string => `<a href="${escape(url)}">${escape(text)}</a>`
md.renderer.rules.image = (tokens, index) => {
  const token = tokens[index]!
  const url = String(token.attrGet('src') ?? '')
  return linkTo(url, token.content || url)
}
// Alignment as data, not as a style attribute.
for (const cell of ['th_open', 'td_open']) {
  md.renderer.rules[cell] = (tokens, index, options, _env, self) => {
    const token = tokens[index]!
    const align = /text-align:(\w+)/.exec(String(token.attrGet('style') ?? ''))?.[1]
    token.attrs = align ? [['data-align', align]] : null
    return self.renderToken(tokens, index, options)
  }
}
md.renderer.rules.table_open = () => '<div class="table-scroll"><table>'
md.renderer.rules.table_close = () => '</table></div>'

export const ALLOWED_TAGS = [
  'p',
  'br',
  'hr',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'ul',
  'ol',
  'li',
  'blockquote',
  'pre',
  'code',
  'strong',
  'em',
  's',
  'a',
  'span',
  'div',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
]
export const ALLOWED_ATTR = ['href', 'start', 'class', 'data-marks', 'data-align']

/** Markdown source of one answer -> HTML of its top-level blocks, not yet sanitised. */
export function renderBlocks(text: string, known: ReadonlySet<number>): string[] {
  const env: MarksEnv = { known }
  const tokens = md.parse(text, env)
  const blocks: string[] = []
  let start = 0
  let depth = 0
  tokens.forEach((token: Token, index) => {
    depth += token.nesting
    if (depth > 0) return
    blocks.push(md.renderer.render(tokens.slice(start, index + 1), md.options, env))
    start = index + 1
  })
  return blocks
}

/**
 * An answer made of quotes, exactly as the documents have them: no Markdown is read into them but what the server put
 * there, which is marks, headings (`**…**` alone on its line) and a backslash before what only looks like a mark or a
 * fence. Blank lines part paragraphs.
 */
export function renderQuotes(text: string, known: ReadonlySet<number>): string[] {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => {
      const heading = /^\*\*([^\n]+)\*\*$/.exec(paragraph)?.[1]
      const html = plain.renderInline(heading ?? paragraph.replace(/^([ \t>]*)\\(?=`{3}|~{3})/gm, '$1'), { known } satisfies MarksEnv)
      return heading === undefined ? `<p>${html}</p>` : `<h3>${html}</h3>`
    })
}
const plain = new MarkdownIt('zero', { breaks: true }).enable(['newline'])
plain.use(marks)
plain.inline.ruler.before('cite', 'literal_mark', (state, silent) => {
  const found = /^\\(\[\d{1,3}\])/.exec(state.src.slice(state.pos, state.pos + 6))
  if (!found) return false
  if (!silent) state.push('text', '', 0).content = found[1]!
  state.pos += found[0].length
  return true
})
plain.inline.ruler.enable(['cite', 'literal_mark'])
plain.core.ruler.enable('cite_join')

/** Sanitises the HTML of a block into a fragment to be turned into nodes. */
export function sanitize(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, { ALLOWED_TAGS, ALLOWED_ATTR, ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, RETURN_DOM_FRAGMENT: true })
}

/** While an answer grows its end may be half a mark: "[1". It is held back until the rest comes. */
export const withoutHalfMark = (text: string): string => text.replace(/\[\d*$/, '')
