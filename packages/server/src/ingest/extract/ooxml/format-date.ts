/** Dates and times of spreadsheets: days since 1899-12-30, or 1904-01-01. Pure. */
import type { FormatSection, FormatToken } from './format-codes.ts'

/** Days from 1899-12-30 to the first day of the other system. */
const DAYS_1904 = 1462
const DATE_MAX = 2_958_465
const DAY_SECONDS = 86_400

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

/** A serial number as the section shows it; null when there is no such day. */
export function dateText(section: FormatSection, value: number, date1904: boolean): string | null {
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
    if (token.kind === 'noon') return noonText(moment, token.words, language)
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

function noonText({ seconds }: Moment, words: readonly [string, string], language: string): string {
  const [before, after] = language.startsWith('zh') ? (['上午', '下午'] as const) : words
  return seconds < DAY_SECONDS / 2 ? before : after
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
