/** Text of shapes: paragraphs with their list marks, and where each stands inside its shape. */
import { cleanText } from '../clean.ts'
import { formatNumber } from '../docx/number-format.ts'
import { isWide } from '../flow.ts'
import { formulaText } from '../ooxml/formula.ts'
import { alternative, at, attributeOf, childOf, elements, textBelow, type Xml } from '../ooxml/xml.ts'
import type { Rect } from './geometry.ts'

export interface Paragraph {
  text: string
  /** list mark as shown; null for running text */
  marker: string | null
  level: number
  /** size of its letters in points */
  size: number
}

const SIZE_DEFAULT = 18
const LEVELS = 9
const SIZE_MIN = 1

/**
 * Paragraphs of a text body.
 * @param styles  list styles that give what a paragraph leaves open, nearest first: of the shape, its layout, the master
 */
export function paragraphsOf(body: Xml | null, styles: readonly (Xml | null)[]): Paragraph[] {
  const counters: { scheme: string; value: number }[] = []
  const paragraphs: Paragraph[] = []
  for (const element of elements(body)) {
    if (element.name !== 'a:p') continue
    const text = cleanText(inlineText(element))
      .replace(/[^\S\n]+/g, ' ')
      .trim()
    const own = childOf(element, 'a:pPr')
    const level = Math.min(LEVELS - 1, Math.max(0, Number((own && attributeOf(own, 'lvl')) ?? 0) || 0))
    const chain = [own, ...styles.map((style) => childOf(style, `a:lvl${level + 1}pPr`))]
    // An empty paragraph shows no mark.
    if (text === '') continue
    paragraphs.push({ text, marker: markerOf(chain, level, counters), level, size: sizeOf(element, chain) })
  }
  return paragraphs
}

function inlineText(parent: Xml): string {
  let text = ''
  for (const child of elements(parent)) {
    if (child.name === 'a:r') text += [...elements(child)].map((part) => (part.name === 'a:t' ? textBelow(part) : '')).join('')
    else if (child.name === 'a:br') text += '\n'
    // The number of the slide is not text of its own.
    else if (child.name === 'a:fld')
      text += attributeOf(child, 'type') === 'slidenum' ? '' : textBelow(childOf(child, 'a:t') ?? { ...child, children: [] })
    else if (child.name === 'a14:m') text += `${text === '' || text.endsWith(' ') ? '' : ' '}${formulaText(child)} `
    else if (child.name === 'mc:AlternateContent') text += inlineText(alternative(child) ?? { ...child, children: [] })
  }
  return text
}

const BULLETS = ['a:buNone', 'a:buAutoNum', 'a:buChar', 'a:buBlip']

function markerOf(chain: readonly (Xml | null)[], level: number, counters: { scheme: string; value: number }[]): string | null {
  const bullet = chain.map((properties) => [...elements(properties)].find(({ name }) => BULLETS.includes(name))).find(Boolean)
  counters.length = Math.min(counters.length, level + 1)
  if (bullet?.name !== 'a:buAutoNum') {
    counters.length = Math.min(counters.length, level)
    return !bullet || bullet.name === 'a:buNone' ? null : '•'
  }
  const scheme = attributeOf(bullet, 'type') ?? 'arabicPeriod'
  const start = Math.max(1, Number(attributeOf(bullet, 'startAt') ?? 1) || 1)
  const before = counters[level]
  const value = before && before.scheme === scheme ? before.value + 1 : start
  for (let above = counters.length; above < level; above++) counters[above] = { scheme: '', value: 0 }
  counters[level] = { scheme, value }
  return numberMark(scheme, value)
}

/** ECMA-376 part 1, 20.1.10.61: the scheme names the number and what stands around it. */
const NUMBERS: readonly (readonly [string, string])[] = [
  ['alphaLc', 'lowerLetter'],
  ['alphaUc', 'upperLetter'],
  ['romanLc', 'lowerRoman'],
  ['romanUc', 'upperRoman'],
  ['circleNum', 'decimalEnclosedCircle'],
  ['ea1', 'chineseCounting'],
  ['arabicDb', 'decimalFullWidth'],
]

function numberMark(scheme: string, value: number): string {
  const number = formatNumber(value, NUMBERS.find(([start]) => scheme.startsWith(start))?.[1] ?? 'decimal')
  if (scheme.endsWith('ParenBoth')) return `(${number})`
  if (scheme.endsWith('ParenR')) return `${number})`
  return scheme.endsWith('Period') ? `${number}.` : scheme.endsWith('Minus') ? `${number}-` : number
}

function sizeOf(paragraph: Xml, chain: readonly (Xml | null)[]): number {
  const run = at(paragraph, 'a:r', 'a:rPr')
  for (const properties of [run, ...chain.map((level) => childOf(level, 'a:defRPr'))]) {
    const size = Number((properties && attributeOf(properties, 'sz')) ?? 0) / 100
    if (size >= SIZE_MIN) return size
  }
  return SIZE_DEFAULT
}

const LINE_HEIGHT = 1.2
/** Share of an em that a letter takes on average. */
const LETTER_WIDTH = 0.5
/** Inner margins of a shape that gives none. */
const INSET_X = 7.2
const INSET_Y = 3.6

const widthOf = (line: string, size: number): number =>
  Array.from(line).reduce((sum, character) => sum + (isWide(character.codePointAt(0)!) ? size : size * LETTER_WIDTH), 0)

/**
 * Where the lines of a shape's paragraphs stand, as well as it can be told without its fonts: by the size of their
 * letters, inside the shape.
 * @returns for each paragraph its lines (parted by line breaks), each with its box
 */
export function placeLines(shape: Rect, paragraphs: readonly Paragraph[], anchor: string | null): Rect[][] {
  const room = Math.max(1, shape.w - 2 * INSET_X)
  const heights = paragraphs.map(({ text, size }) =>
    text.split('\n').map((line) => Math.max(1, Math.ceil(widthOf(line, size) / room)) * size * LINE_HEIGHT),
  )
  const total = heights.flat().reduce((sum, height) => sum + height, 0)
  const available = Math.max(1, shape.h - 2 * INSET_Y)
  const scale = Math.min(1, available / total)
  const spare = Math.max(0, available - total)
  let y = shape.y + INSET_Y + (anchor === 'ctr' ? spare / 2 : anchor === 'b' ? spare : 0)
  return heights.map((lines) =>
    lines.map((height) => {
      const box = { x: shape.x + Math.min(INSET_X, shape.w / 2), y, w: Math.min(room, shape.w), h: height * scale }
      y += box.h
      return box
    }),
  )
}
