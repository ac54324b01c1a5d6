/**
 * Front matter of a Markdown file: the settings between two `---` lines, as static site generators and note programs
 * write them. A subset of YAML is read: keys with a plain or quoted value, lists in brackets or one item a line, folded
 * and literal texts; whatever is nested deeper stays as it is written.
 */
import type { DraftBlock } from './draft.ts'

const FRONT_MATTER = /^---[^\S\n]*\n([\s\S]{0,20000}?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|$)/
const KEY = /^([\w\u0080-\uFFFF][\w\u0080-\uFFFF .-]{0,60}?)\s*:(?:\s+(.*))?$/

export interface Field {
  key: string
  value: string
}

/** Parts the front matter from the text; no fields when the file begins otherwise. */
export function takeFrontMatter(text: string): { fields: Field[]; body: string } {
  const front = FRONT_MATTER.exec(text)
  const fields = front ? fieldsOf(front[1]!) : []
  // A rule, some text and another rule are no settings.
  if (!front || fields.length === 0) return { fields: [], body: text }
  return { fields, body: text.slice(front[0].length) }
}

/** Fields in order; none when the first line is no key. */
function fieldsOf(yaml: string): Field[] {
  const fields: { key: string; lines: string[] }[] = []
  for (const line of yaml.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const key = KEY.exec(line)
    if (key) fields.push({ key: key[1]!, lines: [key[2] ?? ''] })
    else if (fields.length === 0) return []
    else fields.at(-1)!.lines.push(line)
  }
  return fields.map(({ key, lines }) => ({ key, value: valueOf(lines) })).filter(({ value }) => value !== '')
}

function valueOf([first = '', ...more]: readonly string[]): string {
  const head = first.trim()
  const rest = more.map((line) => line.trim())
  const block = /^[|>][+-]?\d*$/.exec(head)
  if (block) return rest.join(head.startsWith('|') ? '\n' : ' ')
  if (head === '' && rest.length > 0 && rest.every((line) => line.startsWith('- ') || line === '-'))
    return rest.map((line) => scalar(line.slice(1))).join(', ')
  if (rest.length === 0 && head.startsWith('[') && head.endsWith(']')) return listItems(head.slice(1, -1)).map(scalar).join(', ')
  return [scalar(head), ...rest].filter((line) => line !== '').join('\n')
}

/** Parts at commas outside of quotes. */
const listItems = (list: string): string[] => list.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|[^,])+/g) ?? []

function scalar(raw: string): string {
  const text = raw.trim()
  if (/^"(?:\\.|[^"\\])*"$/.test(text)) return text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1')
  if (/^'[^']*(?:''[^']*)*'$/.test(text)) return text.slice(1, -1).replaceAll("''", "'")
  return text.replace(/\s+#.*$/, '')
}

const TITLES: ReadonlySet<string> = new Set(['title', '标题'])

/** The title as a heading, unless the text opens with the same one; everything else as one paragraph of `key: value` lines. */
export function frontMatterBlocks(fields: readonly Field[], body: readonly DraftBlock[]): DraftBlock[] {
  const blocks: DraftBlock[] = []
  const title = fields.find(({ key }) => TITLES.has(key.toLowerCase()))
  const first = body.find((block) => block.kind === 'heading')
  if (title && first?.text.trim() !== title.value) blocks.push({ kind: 'heading', level: 1, text: title.value.replaceAll('\n', ' ') })
  const others = fields.filter((field) => field !== title).map(({ key, value }) => `${key}: ${value}`)
  if (others.length > 0) blocks.push({ kind: 'paragraph', text: others.join('\n') })
  return blocks
}
