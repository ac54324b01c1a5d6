/** Paragraph styles: which are headings, which carry a number. Properties are inherited along basedOn. */
import type { OfficePackage } from '../ooxml/package.ts'
import { attributeOf, childOf, readXml, valueOf, type Xml } from '../ooxml/xml.ts'

interface Style {
  name: string
  basedOn: string | null
  outline: number | null
  numId: string | null
  level: number | null
}

/** Names of heading styles as Word and others write them in the languages that translate them. */
const HEADING_NAME =
  /^(?:heading|标题|標題|見出し|제목|überschrift|titre|título|titolo|título|заголовок|kop|rubrik|nagłówek|overskrift|otsikko|nadpis|başlık)\s*([1-9])$/i
const TITLE_NAME = /^(?:title|标题|標題|表題|titel|titre|título|titolo|название|제목)$/i
const CHAIN_MAX = 20

export class Styles {
  readonly #styles = new Map<string, Style>()
  #default: string | null = null

  constructor(pack: OfficePackage, part: string | null) {
    const text = part === null ? null : pack.text(part)
    if (text === null) return
    readXml(text, 'w:styles', (element) => {
      if (element.name === 'w:style') this.#add(element)
    })
  }

  #add(element: Xml): void {
    const id = attributeOf(element, 'w:styleId')
    if (id === null) return
    const type = attributeOf(element, 'w:type') ?? 'paragraph'
    if (type === 'paragraph' && attributeOf(element, 'w:default') === '1') this.#default = id
    const properties = childOf(element, 'w:pPr')
    const number = childOf(properties, 'w:numPr')
    this.#styles.set(id, {
      name: valueOf(element, 'w:name') ?? id,
      basedOn: valueOf(element, 'w:basedOn'),
      outline: toInt(valueOf(properties, 'w:outlineLvl')),
      numId: valueOf(number, 'w:numId'),
      level: toInt(valueOf(number, 'w:ilvl')),
    })
  }

  *#chain(id: string | null): Generator<[string, Style]> {
    let current = id ?? this.#default
    for (let i = 0; current !== null && i < CHAIN_MAX; i++) {
      const style = this.#styles.get(current)
      if (!style) return
      yield [current, style]
      current = style.basedOn
    }
  }

  /** Heading level 1-6 that a style gives, null for running text. */
  headingLevel(id: string | null): number | null {
    for (const [styleId, style] of this.#chain(id)) {
      if (style.outline !== null) return style.outline <= 8 ? Math.min(6, style.outline + 1) : null
      const match = HEADING_NAME.exec(style.name) ?? HEADING_NAME.exec(styleId)
      if (match) return Math.min(6, Number(match[1]))
      if (TITLE_NAME.test(style.name)) return 1
    }
    // A style that is used but not defined says what it is by its name.
    const match = id !== null && !this.#styles.has(id) ? HEADING_NAME.exec(id) : null
    return match ? Math.min(6, Number(match[1])) : null
  }

  /** Numbering that a style gives, with the style that gives it. */
  numbering(id: string | null): { numId: string; level: number | null; style: string } | null {
    for (const [styleId, style] of this.#chain(id))
      if (style.numId !== null) return { numId: style.numId, level: style.level, style: styleId }
    return null
  }

  isCode(id: string | null): boolean {
    for (const [, style] of this.#chain(id))
      if (/^(?:(?:source\s*)?code|html preformatted|preformatted text|代码)/i.test(style.name)) return true
    return false
  }

  isCaption(id: string | null): boolean {
    for (const [, style] of this.#chain(id)) if (/^(?:caption|题注)$/i.test(style.name)) return true
    return false
  }

  isQuote(id: string | null): boolean {
    for (const [, style] of this.#chain(id)) if (/^(?:intense\s+)?(?:quote|quotations?|block text|引用)/i.test(style.name)) return true
    return false
  }
}

export function toInt(value: string | null): number | null {
  const number = value === null ? Number.NaN : Number.parseInt(value, 10)
  return Number.isNaN(number) ? null : number
}
