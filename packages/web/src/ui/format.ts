/** Numbers, sizes and times in the reader's language. Every function is pure; `now` is passed where time matters. */

const KiB = 1024

/** "512 B", "3.4 MB": binary steps, shown with the usual letters. */
export function formatBytes(bytes: number, tag: string): string {
  const units = ['B', 'KB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= KiB && unit < units.length - 1) {
    value /= KiB
    unit++
  }
  return `${new Intl.NumberFormat(tag, { maximumFractionDigits: unit === 0 || value >= 100 ? 0 : 1 }).format(value)} ${units[unit]}`
}

export const formatNumber = (value: number, tag: string): string => new Intl.NumberFormat(tag).format(value)

/** "3.1 s" below a minute, "2 min 5 s" above, "< 0.1 s" for what is hardly any time. */
export function formatDuration(ms: number, tag: string): string {
  const [second, minute] = tag.startsWith('zh') ? ['秒', '分'] : ['s', 'min']
  const seconds = ms / 1000
  if (seconds < 0.05) return `< ${new Intl.NumberFormat(tag).format(0.1)} ${second}`
  if (seconds < 60) return `${new Intl.NumberFormat(tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(seconds)} ${second}`
  return `${Math.floor(seconds / 60)} ${minute} ${Math.floor(seconds % 60)} ${second}`
}

const DAY_MS = 86_400_000
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', DAY_MS],
]

/** "5 minutes ago" within a week, then the date. Less than a minute is "just now". */
export function formatAgo(iso: string, now: number, tag: string): string {
  const ms = now - Date.parse(iso)
  if (ms >= 7 * DAY_MS) return formatDate(iso, now, tag)
  if (ms < STEPS[0]![1]) return tag.startsWith('zh') ? '刚刚' : 'just now'
  let unit: Intl.RelativeTimeFormatUnit = 'second'
  let amount = 0
  for (const [name, size] of STEPS) {
    if (ms >= size) {
      unit = name
      amount = Math.floor(ms / size)
    }
  }
  return new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }).format(-amount, unit)
}

/** Day and month, with the year when it is another one. */
export function formatDate(iso: string, now: number, tag: string): string {
  const date = new Date(iso)
  const sameYear = date.getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(tag, { month: 'short', day: 'numeric', ...(sameYear ? {} : { year: 'numeric' }) }).format(date)
}

export const formatTime = (iso: string, tag: string): string =>
  new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(iso))

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0)

/** Whole local days from `iso` to `now`: 0 today, 1 yesterday. */
export function daysAgo(iso: string, now: number): number {
  return Math.round((midnight(now) - midnight(Date.parse(iso))) / DAY_MS)
}
