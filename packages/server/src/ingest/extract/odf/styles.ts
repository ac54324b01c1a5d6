/** What the styles of an OpenDocument file say of paragraphs and lists. */
import { formatNumber } from '../docx/number-format.ts'
import { attributeOf, childOf, elements, readXml, type Xml } from '../ooxml/xml.ts'

export type ParagraphRole = 'title' | 'subtitle' | 'quote' | 'code' | null

interface ListLevel {
  bullet: string | null
  format: string
  prefix: string
  suffix: string
  start: number
  /** numbers of this many levels are shown */
  shown: number
}

/** Named styles of word processors, as LibreOffice and Word write them. */
const ROLES: readonly (readonly [RegExp, ParagraphRole])[] = [
  [/^Title$/i, 'title'],
  [/^Subtitle$/i, 'subtitle'],
  [/^(?:Quotations|Quote|Intense_20_Quote)$/i, 'quote'],
  [/^(?:Preformatted_20_Text|HTML_20_Preformatted|Source_20_Code)$/i, 'code'],
]
const PARENTS_MAX = 20

export class OdfStyles {
  readonly #parents = new Map<string, string>()
  readonly #listOf = new Map<string, string>()
  readonly #lists = new Map<string, Map<number, ListLevel>>()
  /** of characters that are not shown */
  readonly #hidden = new Set<string>()

  constructor(texts: readonly string[]) {
    for (const text of texts)
      for (const under of ['office:styles', 'office:automatic-styles']) readXml(text, under, (style) => this.#add(style))
  }

  #add(style: Xml): void {
    const name = attributeOf(style, 'style:name')
    if (name === null) return
    if (style.name === 'style:style') {
      const parent = attributeOf(style, 'style:parent-style-name')
      if (parent !== null) this.#parents.set(name, parent)
      const list = attributeOf(style, 'style:list-style-name')
      if (list) this.#listOf.set(name, list)
      if (attributeOf(childOf(style, 'style:text-properties') ?? style, 'text:display') === 'none') this.#hidden.add(name)
    } else if (style.name === 'text:list-style' || style.name === 'text:outline-style') {
      const levels = new Map<number, ListLevel>()
      for (const level of elements(style)) levels.set(Number(attributeOf(level, 'text:level') ?? 1), levelOf(level))
      this.#lists.set(name, levels)
    }
  }

  #chain(name: string | null): string[] {
    const chain: string[] = []
    for (let style = name; style && chain.length < PARENTS_MAX; style = this.#parents.get(style) ?? null) chain.push(style)
    return chain
  }

  roleOf(style: string | null): ParagraphRole {
    const chain = this.#chain(style)
    return ROLES.find(([pattern]) => chain.some((name) => pattern.test(name)))?.[1] ?? null
  }

  isHidden(style: string | null): boolean {
    return this.#chain(style).some((name) => this.#hidden.has(name))
  }

  /** List style that a paragraph style brings along, null without one. */
  listOf(style: string | null): string | null {
    for (const name of this.#chain(style)) {
      const list = this.#listOf.get(name)
      if (list !== undefined) return list
    }
    return null
  }

  /**
   * Mark of a list item.
   * @param numbers  of the item and the items it lies in, outermost first
   */
  markOf(list: string | null, numbers: readonly number[]): string {
    const levels = list === null ? undefined : this.#lists.get(list)
    const level = levels?.get(numbers.length)
    if (!level || level.bullet !== null) return '•'
    if (level.format === '') return `${level.prefix}${level.suffix}`.trim()
    const first = Math.max(0, numbers.length - level.shown)
    const shown = numbers.slice(first).map((number, index) => numberText(number, levels?.get(first + index + 1)?.format ?? level.format))
    return `${level.prefix}${shown.join('.')}${level.suffix}`.trim()
  }

  startOf(list: string | null, depth: number): number {
    return (list === null ? undefined : this.#lists.get(list)?.get(depth)?.start) ?? 1
  }
}

function levelOf(level: Xml): ListLevel {
  const isNumber = level.name === 'text:list-level-style-number' || level.name === 'text:outline-level-style'
  return {
    bullet: isNumber ? null : '•',
    format: attributeOf(level, 'style:num-format') ?? '',
    prefix: attributeOf(level, 'style:num-prefix') ?? '',
    suffix: attributeOf(level, 'style:num-suffix') ?? '',
    start: Number(attributeOf(level, 'text:start-value') ?? 1) || 1,
    shown: Number(attributeOf(level, 'text:display-levels') ?? 1) || 1,
  }
}

/** Formats of OpenDocument 1.3 part 3, 19.500 style:num-format, by their first character. */
const FORMATS: Readonly<Record<string, string>> = {
  a: 'lowerLetter',
  A: 'upperLetter',
  i: 'lowerRoman',
  I: 'upperRoman',
  一: 'chineseCounting',
  壹: 'chineseLegalSimplified',
  '①': 'decimalEnclosedCircle',
  甲: 'ideographTraditional',
  子: 'ideographZodiac',
  ア: 'aiueo',
  가: 'ganada',
}

const numberText = (value: number, format: string): string => formatNumber(value, FORMATS[format.charAt(0)] ?? 'decimal')
