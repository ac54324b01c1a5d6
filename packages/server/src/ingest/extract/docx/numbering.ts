/** List and heading numbers, counted as Word counts them. ECMA-376 part 1, 17.9. */
import { formatNumber } from './number-format.ts'
import type { OfficePackage } from '../ooxml/package.ts'
import { type Styles, toInt } from './styles.ts'
import { attributeOf, childOf, elements, isOn, readXml, valueOf, type Xml } from '../ooxml/xml.ts'

interface Level {
  start: number
  format: string
  /** `%1.%2)`: %n stands for the number of level n */
  text: string
  style: string | null
  /** level after which this one starts anew; null: any higher one, 0: never */
  restart: number | null
  decimalOnly: boolean
}

interface Abstract {
  levels: Map<number, Level>
  /** a list style that holds the levels instead */
  styleLink: string | null
}

interface Num {
  abstract: string
  levels: Map<number, Level>
  starts: Map<number, number>
}

export interface Mark {
  text: string
  level: number
  bullet: boolean
}

export class Numbering {
  readonly #abstracts = new Map<string, Abstract>()
  readonly #nums = new Map<string, Num>()
  readonly #styles: Styles
  /** counters by abstract list: lists that share one go on counting */
  readonly #counters = new Map<string, (number | undefined)[]>()
  readonly #started = new Set<string>()

  constructor(pack: OfficePackage, part: string | null, styles: Styles) {
    this.#styles = styles
    const text = part === null ? null : pack.text(part)
    if (text === null) return
    readXml(text, 'w:numbering', (element) => {
      if (element.name === 'w:abstractNum') this.#addAbstract(element)
      else if (element.name === 'w:num') this.#addNum(element)
    })
  }

  #addAbstract(element: Xml): void {
    const id = attributeOf(element, 'w:abstractNumId')
    if (id !== null) this.#abstracts.set(id, { levels: levelsOf(element), styleLink: valueOf(element, 'w:numStyleLink') })
  }

  #addNum(element: Xml): void {
    const id = attributeOf(element, 'w:numId')
    const abstract = valueOf(element, 'w:abstractNumId')
    if (id === null || abstract === null) return
    const starts = new Map<number, number>()
    const levels = new Map<number, Level>()
    for (const override of elements(element)) {
      if (override.name !== 'w:lvlOverride') continue
      const level = toInt(attributeOf(override, 'w:ilvl'))
      if (level === null) continue
      const start = toInt(valueOf(override, 'w:startOverride'))
      if (start !== null) starts.set(level, start)
      for (const [at, own] of levelsOf(override)) levels.set(at, own)
    }
    this.#nums.set(id, { abstract, levels, starts })
  }

  /**
   * Number or bullet of a numbered paragraph, counting it; null when it has none.
   * @param own    numbering written on the paragraph itself
   * @param style  its style
   */
  next(own: { numId: string | null; level: number | null }, style: string | null): Mark | null {
    const fromStyle = this.#styles.numbering(style)
    const numId = own.numId ?? fromStyle?.numId ?? null
    if (numId === null || numId === '0') return null
    const num = this.#nums.get(numId)
    const abstract = num && this.#abstractOf(num.abstract)
    if (!num || !abstract) return null
    const level =
      own.level ?? (own.numId === null ? (fromStyle?.level ?? levelOfStyle(abstract.levels, fromStyle?.style ?? null)) : null) ?? 0
    const definition = num.levels.get(level) ?? abstract.levels.get(level)
    if (!definition) return null
    const counters = this.#count(numId, num, abstract, level, definition)
    return markOf(num, abstract, definition, level, counters)
  }

  #abstractOf(id: string): Abstract | null {
    const abstract = this.#abstracts.get(id)
    if (!abstract?.styleLink || abstract.levels.size > 0) return abstract ?? null
    const linked = this.#styles.numbering(abstract.styleLink)
    const num = linked && this.#nums.get(linked.numId)
    return (num && this.#abstracts.get(num.abstract)) || abstract
  }

  #count(numId: string, num: Num, abstract: Abstract, level: number, definition: Level): (number | undefined)[] {
    let counters = this.#counters.get(num.abstract)
    if (!counters) this.#counters.set(num.abstract, (counters = []))
    const override = num.starts.get(level)
    const firstUse = `${numId}/${level}`
    if (override !== undefined && !this.#started.has(firstUse)) counters[level] = override
    else counters[level] = counters[level] === undefined ? definition.start : counters[level] + 1
    this.#started.add(firstUse)
    // Levels that were skipped count as begun.
    for (let above = 0; above < level; above++) counters[above] ??= (num.levels.get(above) ?? abstract.levels.get(above))?.start ?? 1
    for (let below = level + 1; below < counters.length; below++) {
      const restart = (num.levels.get(below) ?? abstract.levels.get(below))?.restart ?? null
      if (restart === 0 || (restart !== null && level >= restart)) continue
      counters[below] = undefined
    }
    return counters
  }
}

function levelsOf(parent: Xml): Map<number, Level> {
  const levels = new Map<number, Level>()
  for (const element of elements(parent)) {
    if (element.name !== 'w:lvl') continue
    const at = toInt(attributeOf(element, 'w:ilvl'))
    if (at === null || at < 0 || at > 8) continue
    levels.set(at, {
      start: toInt(valueOf(element, 'w:start')) ?? 0,
      // Word 2010 and later put newer formats into a choice of alternatives.
      format:
        valueOf(element, 'w:numFmt') ?? valueOf(childOf(childOf(element, 'mc:AlternateContent'), 'mc:Fallback'), 'w:numFmt') ?? 'decimal',
      text: valueOf(element, 'w:lvlText') ?? '',
      style: valueOf(element, 'w:pStyle'),
      restart: toInt(valueOf(element, 'w:lvlRestart')),
      decimalOnly: isOn(element, 'w:isLgl'),
    })
  }
  return levels
}

function levelOfStyle(levels: Map<number, Level>, style: string | null): number | null {
  if (style === null) return null
  for (const [at, level] of levels) if (level.style === style) return at
  return null
}

function markOf(num: Num, abstract: Abstract, definition: Level, level: number, counters: readonly (number | undefined)[]): Mark | null {
  if (definition.format === 'bullet') return { text: bulletOf(definition.text), level, bullet: true }
  const text = definition.text.replace(/%([1-9])/g, (_, digit: string) => {
    const at = Number(digit) - 1
    const format = definition.decimalOnly ? 'decimal' : ((num.levels.get(at) ?? abstract.levels.get(at))?.format ?? 'decimal')
    return formatNumber(counters[at] ?? 1, format)
  })
  return text.trim() === '' ? null : { text: text.trim(), level, bullet: false }
}

/** Bullets of symbol fonts have codes that mean nothing elsewhere. */
const bulletOf = (text: string): string => (/^[\u2000-\u2bff*+–-]$/.test(text) ? text : '•')
