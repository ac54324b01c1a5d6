/**
 * Number format codes, compiled once per format: "#,##0.00;[Red]-#,##0.00", "yyyy/m/d", "[h]:mm".
 * Source: ECMA-376 part 1, 18.8.30 and 18.8.31.
 */

export type FormatToken =
  | { kind: 'literal'; text: string }
  /** 0, # or ? */
  | { kind: 'digit'; pad: '0' | '#' | '?' }
  | { kind: 'point' | 'comma' | 'percent' | 'slash' | 'general' | 'text' }
  /** E+ or E- */
  | { kind: 'exponent'; plus: boolean }
  /** y, m, d, h, s, n (minutes), a (weekday), with how many letters; 0 for fractions of a second */
  | { kind: 'date'; unit: string; length: number }
  | { kind: 'elapsed'; unit: 'h' | 'm' | 's'; length: number }
  /** what stands for before and after noon */
  | { kind: 'noon'; words: readonly [string, string] }

export interface FormatSection {
  tokens: FormatToken[]
  /** only for values that meet it */
  condition: { operator: string; value: number } | null
  /** shows a date or time */
  isDate: boolean
  /** Windows language id of the section, hexadecimal in lower case; null when none is named */
  language: string | null
}

/** A format code is at most 255 characters in a file that keeps the rules. */
const CODE_CHARS_MAX = 1000

export function compileFormat(code: string): FormatSection[] {
  const sections: FormatSection[] = []
  for (const part of partsOf(code.slice(0, CODE_CHARS_MAX))) sections.push(compileSection(part))
  return sections.length > 0 ? sections : [compileSection('General')]
}

/** Sections are parted by semicolons outside of quotes, brackets and escapes. */
function partsOf(code: string): string[] {
  const parts: string[] = []
  let from = 0
  for (let at = 0; at < code.length; at++) {
    const character = code[at]!
    if (character === '\\' || character === '_' || character === '*') at++
    else if (character === '"' || character === '[') {
      const end = code.indexOf(character === '"' ? '"' : ']', at + 1)
      if (end > 0) at = end
    } else if (character === ';') {
      parts.push(code.slice(from, at))
      from = at + 1
    }
  }
  parts.push(code.slice(from))
  return parts
}

const CONDITION = /^(<=|>=|<>|<|>|=)(-?[\d.]+(?:E[+-]?\d+)?)$/i

function compileSection(code: string): FormatSection {
  const section: FormatSection = { tokens: [], condition: null, isDate: false, language: null }
  const { tokens } = section
  for (let at = 0; at < code.length;) {
    const rest = code.slice(at)
    const character = rest[0]!
    if (character === '[') {
      const end = rest.indexOf(']')
      if (end < 0) break
      bracket(section, rest.slice(1, end))
      at += end + 1
    } else if (character === '"') {
      const end = rest.indexOf('"', 1)
      const text = end < 0 ? rest.slice(1) : rest.slice(1, end)
      tokens.push({ kind: 'literal', text })
      at += text.length + 2
    } else if (character === '\\') {
      tokens.push({ kind: 'literal', text: rest[1] ?? '' })
      at += 2
    } else if (character === '_') {
      // A space as wide as the next character.
      tokens.push({ kind: 'literal', text: ' ' })
      at += 2
    } else if (character === '*') at += 2
    else at += plain(tokens, rest)
  }
  section.isDate = tokens.some(({ kind }) => kind === 'date' || kind === 'elapsed' || kind === 'noon')
  if (section.isDate) minutes(tokens)
  return section
}

function bracket(section: FormatSection, inner: string): void {
  const condition = CONDITION.exec(inner)
  const elapsed = /^(h+|m+|s+)$/i.exec(inner)
  if (condition) section.condition = { operator: condition[1]!, value: Number(condition[2]) }
  else if (elapsed) {
    section.tokens.push({ kind: 'elapsed', unit: inner[0]!.toLowerCase() as 'h' | 'm' | 's', length: inner.length })
  } else if (inner.startsWith('$')) {
    // [$€-407]: a sign, and the language whose names are used.
    const dash = inner.lastIndexOf('-')
    const sign = dash < 0 ? inner.slice(1) : inner.slice(1, dash)
    if (sign !== '') section.tokens.push({ kind: 'literal', text: sign })
    if (dash >= 0) section.language = inner.slice(dash + 1).toLowerCase()
  }
  // Colours and digit shapes are not text.
}

const SINGLE: Readonly<Record<string, FormatToken>> = {
  '.': { kind: 'point' },
  ',': { kind: 'comma' },
  '%': { kind: 'percent' },
  '/': { kind: 'slash' },
  '@': { kind: 'text' },
}

/** Takes one token from the front; returns how many characters it had. */
function plain(tokens: FormatToken[], rest: string): number {
  const word = /^(?:general|g\/通用格式)/i.exec(rest)?.[0]
  if (word) {
    tokens.push({ kind: 'general' })
    return word.length
  }
  const noon = /^(?:am\/pm|a\/p|上午\/下午)/i.exec(rest)?.[0]
  if (noon) {
    const [before = '', after = ''] = noon.split('/')
    tokens.push({ kind: 'noon', words: [before, after] })
    return noon.length
  }
  const exponent = /^e[+-]/i.exec(rest)
  if (exponent) {
    tokens.push({ kind: 'exponent', plus: rest[1] === '+' })
    return 2
  }
  const character = rest[0]!
  if (character === '0' || character === '#' || character === '?') {
    const seconds = tokens.at(-2)
    const afterSeconds =
      tokens.at(-1)?.kind === 'point' && (seconds?.kind === 'date' || seconds?.kind === 'elapsed') && seconds.unit === 's'
    if (character === '0' && afterSeconds) {
      const length = /^0+/.exec(rest)![0].length
      tokens.pop()
      tokens.push({ kind: 'date', unit: '0', length: Math.min(3, length) })
      return length
    }
    tokens.push({ kind: 'digit', pad: character })
    return 1
  }
  const single = SINGLE[character]
  if (single) {
    tokens.push({ ...single })
    return 1
  }
  const date = /^(?:y+|m+|d+|h+|s+|aaaa?|e+|b+|g+)/i.exec(rest)?.[0]
  if (date) {
    const unit = date[0]!.toLowerCase()
    // Eras and Buddhist years are shown as common ones; the name of an era is left out.
    if (unit === 'e') tokens.push({ kind: 'date', unit: 'y', length: 4 })
    else if (unit !== 'g' && unit !== 'b') tokens.push({ kind: 'date', unit, length: date.length })
    return date.length
  }
  const text = String.fromCodePoint(rest.codePointAt(0)!)
  tokens.push({ kind: 'literal', text })
  return text.length
}

/** An `m` after hours or before seconds means minutes. */
function minutes(tokens: FormatToken[]): void {
  const units = tokens.filter((token) => token.kind === 'date' || token.kind === 'elapsed')
  units.forEach((token, index) => {
    if (token.kind !== 'date' || token.unit !== 'm' || token.length > 2) return
    if (units[index - 1]?.unit === 'h' || units[index + 1]?.unit === 's') token.unit = 'n'
  })
}
