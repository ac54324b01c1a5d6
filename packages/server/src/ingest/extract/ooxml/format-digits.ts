/** Digits of a number on the places of a format: decimals, thousands, exponents, fractions. Pure. */
import type { FormatToken } from './format-codes.ts'

/** Without a format: at most 15 significant digits, whole numbers in full as long as they are exact. */
export function generalText(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e15) return String(value)
  if (size >= 1e15 || (size < 1e-9 && size > 0))
    return value
      .toExponential(5)
      .replace(/\.?0+e/, 'e')
      .toUpperCase()
  return String(Number(value.toPrecision(size < 1e11 ? 10 : 15))).toUpperCase()
}

/** Rounded half away from zero in decimals, as people round, not in binary. */
function fixed(value: number, decimals: number): string {
  const shifted = Number(`${Number(value.toPrecision(15))}e${decimals}`)
  if (!Number.isFinite(shifted) || shifted >= 1e15) return value.toFixed(Math.min(decimals, 100))
  return Number(`${Math.round(shifted)}e-${decimals}`).toFixed(Math.min(decimals, 100))
}

/** A number, not negative, by the tokens of one section. */
export function renderNumber(tokens: readonly FormatToken[], value: number): string {
  if (tokens.some(({ kind }) => kind === 'general' || kind === 'text')) {
    return tokens.map((token) => (token.kind === 'literal' ? token.text : token.kind === 'percent' ? '%' : generalText(value))).join('')
  }
  const percents = tokens.filter(({ kind }) => kind === 'percent').length
  let scaled = value * 100 ** percents
  const digitsEnd = tokens.findLastIndex(({ kind }) => kind === 'digit')
  const firstDigit = tokens.findIndex(({ kind }) => kind === 'digit')
  if (digitsEnd < 0) return tokens.map((token) => (token.kind === 'literal' ? token.text : token.kind === 'percent' ? '%' : '')).join('')
  // Commas right of the last digit of the whole part divide by a thousand each.
  const point = tokens.findIndex(({ kind }) => kind === 'point')
  const wholeEnd = point >= 0 ? tokens.findLastIndex(({ kind }, at) => at < point && kind === 'digit') : digitsEnd
  const slash = tokens.findIndex(({ kind }, at) => kind === 'slash' && at > firstDigit)
  if (slash > 0) return fractionText(tokens, slash, scaled)
  let grouped = false
  tokens.forEach(({ kind }, at) => {
    if (kind !== 'comma') return
    if (at > firstDigit && at < wholeEnd) grouped = true
    else if (at > wholeEnd) scaled /= 1000
  })
  const exponent = tokens.findIndex(({ kind }) => kind === 'exponent')
  return exponent > 0 ? exponentText(tokens, exponent, scaled) : plainText(tokens, scaled, grouped)
}

/** Fills the digit places of `tokens` with a number; literals between them stay where they are. */
function plainText(tokens: readonly FormatToken[], value: number, grouped: boolean): string {
  const point = tokens.findIndex(({ kind }) => kind === 'point')
  const isWhole = (at: number): boolean => point < 0 || at < point
  const places = tokens.flatMap((token, at) => (token.kind === 'digit' ? [{ at, pad: token.pad }] : []))
  const wholes = places.filter(({ at }) => isWhole(at))
  const decimals = places.filter(({ at }) => !isWhole(at))
  const [whole = '', decimal = ''] = fixed(value, Math.min(decimals.length, 30)).split('.')
  const filled = fillWhole(wholes, whole === '0' && wholes.length > 0 ? '' : whole, grouped)
  fillDecimals(filled, decimals, decimal)
  let text = ''
  const firstPlace = places[0]?.at ?? -1
  tokens.forEach((token, at) => {
    if (at === firstPlace && wholes.length === 0) text += whole === '0' ? '' : whole
    if (token.kind === 'digit') text += filled.get(at) ?? ''
    else if (token.kind === 'literal') text += token.text
    else if (token.kind === 'percent') text += '%'
    else if (token.kind === 'point' && at === point) {
      const shown = decimals.some((place) => filled.get(place.at) !== '')
      if (shown || decimals.length === 0) text += '.'
    } else if (token.kind === 'slash') text += '/'
  })
  return text
}

/** Digits of the whole part go to its places from the right; the leftmost takes all that are left. */
function fillWhole(wholes: readonly { at: number; pad: string }[], digits: string, grouped: boolean): Map<number, string> {
  const filled = new Map<number, string>()
  let left = digits
  let shown = 0
  const take = (digit: string): string => {
    shown++
    return grouped && shown > 1 && shown % 3 === 1 ? `${digit},` : digit
  }
  for (let index = wholes.length - 1; index >= 0; index--) {
    const { at, pad } = wholes[index]!
    let text = ''
    if (left !== '') {
      text = take(left.at(-1)!)
      left = left.slice(0, -1)
    } else if (pad === '0') text = take('0')
    if (index === 0) {
      while (left !== '') {
        text = take(left.at(-1)!) + text
        left = left.slice(0, -1)
      }
    }
    filled.set(at, text)
  }
  return filled
}

/** Zeros at the end are not shown on optional places. */
function fillDecimals(filled: Map<number, string>, decimals: readonly { at: number; pad: string }[], digits: string): void {
  let open = true
  for (let index = decimals.length - 1; index >= 0; index--) {
    const { at, pad } = decimals[index]!
    const digit = digits[index] ?? '0'
    if (digit !== '0' || pad === '0') open = false
    filled.set(at, open ? '' : digit)
  }
}

function exponentText(tokens: readonly FormatToken[], at: number, value: number): string {
  const mantissa = tokens.slice(0, at)
  const point = mantissa.findIndex(({ kind }) => kind === 'point')
  const wholes = mantissa.filter(({ kind }, index) => kind === 'digit' && (point < 0 || index < point)).length
  const step = Math.max(1, wholes)
  let power = value === 0 ? 0 : Math.floor(Math.log10(value))
  // ##0.0E+0: the exponent goes in steps of as many as there are places before the point.
  power = step > 1 ? Math.floor(power / step) * step : power
  const decimals = mantissa.length - 1 - point
  let scaled = value / 10 ** power
  if (step === 1 && Number(fixed(scaled, point < 0 ? 0 : decimals)) >= 10) {
    power += 1
    scaled = value / 10 ** power
  }
  const exponent = tokens[at]!
  const places = tokens.slice(at + 1).filter(({ kind }) => kind === 'digit').length
  const sign = power < 0 ? '-' : exponent.kind === 'exponent' && exponent.plus ? '+' : ''
  const tail = tokens.slice(at + 1).flatMap((token) => (token.kind === 'literal' ? [token.text] : []))
  return `${plainText(mantissa, scaled, false)}E${sign}${String(Math.abs(power)).padStart(places, '0')}${tail.join('')}`
}

/** "# ?/?" and "# ??/16": the nearest fraction with a denominator of so many digits, or the one that is written. */
function fractionText(tokens: readonly FormatToken[], slash: number, value: number): string {
  const after = tokens.slice(slash + 1)
  const given = after.map((token) => (token.kind === 'literal' ? token.text : token.kind === 'digit' ? token.pad : '')).join('')
  const fixedBelow = Number(/^\s*(\d+)/.exec(given)?.[1] ?? 0)
  const digits = after.filter(({ kind }) => kind === 'digit').length
  const hasWhole = tokens
    .slice(0, slash)
    .some((token, at, all) => token.kind === 'literal' && token.text.trim() === '' && all.slice(0, at).some(({ kind }) => kind === 'digit'))
  const whole = hasWhole ? Math.floor(value + 1e-12) : 0
  let [above, below] =
    fixedBelow > 0 ? [Math.round((value - whole) * fixedBelow), fixedBelow] : nearest(value - whole, 10 ** Math.min(4, digits) - 1)
  let shownWhole = whole
  if (hasWhole && above === below) {
    shownWhole += 1
    above = 0
  }
  if (hasWhole && above === 0) return String(shownWhole)
  below = Math.max(1, below)
  return `${hasWhole && shownWhole > 0 ? `${shownWhole} ` : ''}${above}/${below}`
}

/** Best fraction with a denominator up to `most`: continued fractions. */
function nearest(value: number, most: number): [number, number] {
  let [before, now]: [[number, number], [number, number]] = [
    [0, 1],
    [1, 0],
  ]
  let rest = value
  for (let round = 0; round < 30; round++) {
    const part = Math.floor(rest)
    const next: [number, number] = [part * now[0] + before[0], part * now[1] + before[1]]
    if (next[1] > most) break
    before = now
    now = next
    if (Math.abs(rest - part) < 1e-10) break
    rest = 1 / (rest - part)
  }
  return now
}
