/**
 * Numbers as a spreadsheet shows them: dates, percent, thousands, fractions, elapsed time.
 * Where the program would choose by the settings of whoever looks (the short date), the ISO form is taken: it means
 * the same to everybody.
 */
import { compileFormat, type FormatSection, type FormatToken } from './format-codes.ts'

/** Formats that files name by number only. ECMA-376 part 1, 18.8.30; 27-36 and 50-58 are the East Asian dates. */
const BUILT_IN: Readonly<Record<number, string>> = {
  0: 'General',
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  5: '$#,##0;-$#,##0',
  6: '$#,##0;-$#,##0',
  7: '$#,##0.00;-$#,##0.00',
  8: '$#,##0.00;-$#,##0.00',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  14: 'yyyy-mm-dd',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'yyyy-mm-dd hh:mm',
  27: 'yyyy"年"m"月"',
  28: 'm"月"d"日"',
  29: 'm"月"d"日"',
  30: 'm-d-yy',
  31: 'yyyy"年"m"月"d"日"',
  32: 'h"时"mm"分"',
  33: 'h"时"mm"分"ss"秒"',
  34: '上午/下午h"时"mm"分"',
  35: '上午/下午h"时"mm"分"ss"秒"',
  36: 'yyyy"年"m"月"',
  37: '#,##0;-#,##0',
  38: '#,##0;-#,##0',
  39: '#,##0.00;-#,##0.00',
  40: '#,##0.00;-#,##0.00',
  41: '#,##0;-#,##0;"-"',
  42: '$#,##0;-$#,##0;"-"',
  43: '#,##0.00;-#,##0.00;"-"',
  44: '$#,##0.00;-$#,##0.00;"-"',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  48: '##0.0E+0',
  49: '@',
  50: 'yyyy"年"m"月"',
  51: 'm"月"d"日"',
  52: 'yyyy"年"m"月"',
  53: 'm"月"d"日"',
  54: 'm"月"d"日"',
  55: '上午/下午h"时"mm"分"',
  56: '上午/下午h"时"mm"分"ss"秒"',
  57: 'yyyy"年"m"月"',
  58: 'm"月"d"日"',
}

/** Days from 1899-12-30 to the first day of the other system. */
const DAYS_1904 = 1462
const DATE_MAX = 2_958_465
const DAY_SECONDS = 86_400

export interface CellFormat {
  /** as shown */
  number(value: number): string
  text(value: string): string
}

/** A format by its code, or the built-in one of a number. Works for every value; what no section fits is shown plainly. */
export function cellFormat(code: string | number, date1904 = false): CellFormat {
  const sections = compileFormat(typeof code === 'number' ? (BUILT_IN[code] ?? 'General') : code)
  const ofText = sections.length >= 4 ? sections[3]! : sections.find(({ tokens }) => tokens.some(({ kind }) => kind === 'text'))
  return {
    number: (value) => numberText(sections, value, date1904),
    text: (value) =>
      ofText ? ofText.tokens.map((token) => (token.kind === 'literal' ? token.text : token.kind === 'text' ? value : '')).join('') : value,
  }
}

function numberText(sections: readonly FormatSection[], value: number, date1904: boolean): string {
  const { section, signed } = choose(sections, value)
  if (!section) return generalText(value)
  if (section.isDate) return dateText(section, value, date1904) ?? generalText(value)
  const text = renderNumber(section.tokens, Math.abs(value))
  return (signed && /[1-9]/.test(text) ? '-' : '') + text
}

const meets = (value: number, { operator, value: bound }: NonNullable<FormatSection['condition']>): boolean => {
  switch (operator) {
    case '<':
      return value < bound
    case '<=':
      return value <= bound
    case '>':
      return value > bound
    case '>=':
      return value >= bound
    case '=':
      return value === bound
    default:
      return value !== bound
  }
}

/** The section for a value, and whether a minus goes in front of it. */
function choose(sections: readonly FormatSection[], value: number): { section: FormatSection | null; signed: boolean } {
  const numeric = sections.slice(0, 3)
  if (numeric.some(({ condition }) => condition)) {
    const section = numeric.find(({ condition }) => condition === null || meets(value, condition)) ?? null
    return { section, signed: value < 0 && (section?.condition === null || section === numeric[0]) }
  }
  if (value < 0 && numeric.length > 1) return { section: numeric[1]!, signed: false }
  if (value === 0 && numeric.length > 2) return { section: numeric[2]!, signed: false }
  return { section: numeric[0]!, signed: value < 0 }
}

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

function renderNumber(tokens: readonly FormatToken[], value: number): string {
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

interface Moment {
  year: number
  /** from 1 */
  month: number
  /** from 1; 0 for the serial number 0 */
  dayOfMonth: number
  /** for names of months and weekdays */
  date: Date
  weekday: Date
  seconds: number
  fraction: number
}

/**
 * The day and second of a serial number; null outside of the calendar.
 * @param decimals  of the seconds; null when no seconds are shown, and nothing is rounded up to the next minute or day
 */
function momentOf(serial: number, date1904: boolean, decimals: number | null): Moment | null {
  let days = Math.floor(serial)
  let seconds = (serial - days) * DAY_SECONDS
  seconds = decimals === null ? Math.floor(seconds + 1e-4) : Math.round(seconds * 10 ** decimals) / 10 ** decimals
  if (seconds >= DAY_SECONDS) {
    seconds -= DAY_SECONDS
    days += 1
  }
  if (date1904) days += DAYS_1904
  if (days < 0 || days > DATE_MAX) return null
  // The 1900 system has a 29 February 1900 that never was, so the days before it are one further on, and a day 0.
  const date = new Date(Date.UTC(1899, 11, days <= 60 ? 31 : 30) + days * DAY_SECONDS * 1000)
  const made = days === 0 ? [1900, 1, 0] : days === 60 ? [1900, 2, 29] : [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
  return {
    year: made[0]!,
    month: made[1]!,
    dayOfMonth: made[2]!,
    date: days === 0 ? new Date(Date.UTC(1900, 0, 1)) : days === 60 ? new Date(Date.UTC(1900, 1, 28)) : date,
    weekday: new Date(Date.UTC(1899, 11, 30) + days * DAY_SECONDS * 1000),
    seconds: Math.floor(seconds),
    fraction: seconds % 1,
  }
}

const LANGUAGES: Readonly<Record<string, string>> = {
  '04': 'zh-CN',
  '11': 'ja',
  '12': 'ko',
  '07': 'de',
  '0c': 'fr',
  '0a': 'es',
  '10': 'it',
  '16': 'pt',
  '19': 'ru',
}

const names = new Map<string, Intl.DateTimeFormat>()
function nameOf(date: Date, language: string, option: 'month' | 'weekday', width: 'long' | 'short' | 'narrow'): string {
  const key = `${language} ${option} ${width}`
  let format = names.get(key)
  if (!format) names.set(key, (format = new Intl.DateTimeFormat(language, { [option]: width, timeZone: 'UTC' })))
  return format.format(date)
}

function dateText(section: FormatSection, value: number, date1904: boolean): string | null {
  const { tokens, language: id } = section
  const elapsed = tokens.some(({ kind }) => kind === 'elapsed')
  const moment = momentOf(elapsed ? Math.abs(value) : value, date1904, secondDecimals(tokens))
  if (!moment) return null
  // The long date and the time of whoever looks.
  if (id === 'f800') return moment.date.toISOString().slice(0, 10)
  const language = (id !== null && LANGUAGES[id.slice(-2)]) || 'en'
  const noon = tokens.some(({ kind }) => kind === 'noon')
  const sign = value < 0 ? '-' : ''
  const text = tokens.map((token) => {
    if (token.kind === 'literal') return token.text
    if (token.kind === 'elapsed') return sign + elapsedText(Math.abs(value), token)
    if (token.kind === 'point') return '.'
    if (token.kind === 'comma') return ','
    if (token.kind === 'slash') return '/'
    if (token.kind === 'noon') return noonText(moment, token.short, language)
    return token.kind === 'date' ? unitText(moment, token, language, noon) : ''
  })
  return text.join('').trim()
}

function secondDecimals(tokens: readonly FormatToken[]): number | null {
  let decimals: number | null = null
  for (const token of tokens) {
    if (token.kind !== 'date' && token.kind !== 'elapsed') continue
    if (token.unit === '0') return token.length
    if (token.unit === 's' || token.kind === 'elapsed') decimals = 0
  }
  return decimals
}

function elapsedText(value: number, { unit, length }: { unit: 'h' | 'm' | 's'; length: number }): string {
  const seconds = Math.round(value * DAY_SECONDS)
  const amount = unit === 'h' ? seconds / 3600 : unit === 'm' ? seconds / 60 : seconds
  return String(Math.floor(amount)).padStart(length, '0')
}

function noonText({ seconds }: Moment, short: boolean, language: string): string {
  const before = seconds < DAY_SECONDS / 2
  if (language.startsWith('zh')) return before ? '上午' : '下午'
  return short ? (before ? 'A' : 'P') : before ? 'AM' : 'PM'
}

function unitText(moment: Moment, { unit, length }: { unit: string; length: number }, language: string, noon: boolean): string {
  const { seconds, year, date, weekday } = moment
  const padded = (amount: number): string => String(amount).padStart(Math.min(2, length), '0')
  switch (unit) {
    case 'y':
      return length <= 2 ? String(year % 100).padStart(2, '0') : String(year)
    case 'm':
      if (length === 5) return nameOf(date, language, 'month', 'narrow')
      return length > 2 ? nameOf(date, language, 'month', length === 3 ? 'short' : 'long') : padded(moment.month)
    case 'd':
      return length > 2 ? nameOf(weekday, language, 'weekday', length === 3 ? 'short' : 'long') : padded(moment.dayOfMonth)
    case 'a':
      return nameOf(weekday, language === 'en' ? 'zh-CN' : language, 'weekday', length === 3 ? 'narrow' : 'long')
    case 'h': {
      const hours = Math.floor(seconds / 3600)
      return padded(noon ? hours % 12 || 12 : hours)
    }
    case 'n':
      return padded(Math.floor(seconds / 60) % 60)
    case 's':
      return padded(seconds % 60)
    default:
      return `.${String(Math.round(moment.fraction * 1000))
        .padStart(3, '0')
        .slice(0, length)}`
  }
}
