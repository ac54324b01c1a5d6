/**
 * One citation mark as models write it: `[1]` `[1,2]` `[1、2]` `[1-3]` `[^1]` `[S1]` `[来源 1]` `[[1]]` `【1】`
 * `【1†L4-L9】` `［1］`; digits may be full width. Pure.
 *
 * Not a mark: groups with 0 or with four or more digits (`[0]`, `财税[2016]36号`), ranges too wide for citations
 * (`[1-100]`), anything else in brackets.
 */
export type MarkGroup =
  | { kind: 'mark'; length: number; numbers: number[] }
  | { kind: 'no' }
  /** the text ended before a decision */
  | { kind: 'more' }

/** Longest group that is read as a mark, in characters, and widest range. */
const GROUP_CHARS = 60
const RANGE_WIDTH = 20
const LABELS = ['', ...'s source sources ref refs doc passage 来源 來源 资料 資料 文献 引用 出处 参考 参考资料 参考文献 注'.split(' ')]
const OPENERS = '[【［'
const CLOSERS = ']】］'

export const isOpener = (char: string | undefined): boolean => char !== undefined && OPENERS.includes(char)

/** @param at  where an opening bracket stands in `text` */
export function scanMarkGroup(text: string, at: number): MarkGroup {
  const window = text.slice(at, at + GROUP_CHARS)
  const undecided: MarkGroup = window.length >= GROUP_CHARS ? { kind: 'no' } : { kind: 'more' }
  const no: MarkGroup = { kind: 'no' }
  const numbers: number[] = []
  let pos = window[1] === window[0] ? 2 : 1
  const depth = pos
  const skip = (pattern: RegExp): string => {
    const found = pattern.exec(window.slice(pos))?.[0] ?? ''
    pos += found.length
    return found
  }
  for (let rangeFrom: number | null = null; ;) {
    skip(/^[ \t]*\^?/)
    const label = skip(/^[A-Za-z\u4e00-\u9fff]*/).toLowerCase()
    if (!LABELS.some((known) => known.startsWith(label))) return no
    if (pos >= window.length) return undecided
    if (!LABELS.includes(label)) return no
    if (label !== '') skip(/^[ \t]*[#:：.]?[ \t]*/)
    const digits = skip(/^[0-9０-９]+/).normalize('NFKC')
    if (digits.length > 3) return no
    if (pos >= window.length) return undecided
    const number = Number(digits)
    if (number === 0) return no
    if (rangeFrom !== null && (number <= rangeFrom || number - rangeFrom >= RANGE_WIDTH)) return no
    for (let n = rangeFrom === null ? number : rangeFrom + 1; n <= number; n++) numbers.push(n)
    rangeFrom = null
    skip(/^[ \t]*(?:†[^\]】］\n]*)?/)
    if (pos >= window.length) return undecided
    if (CLOSERS.includes(window[pos]!)) {
      for (let closed = 0; closed < depth; closed++, pos++) {
        if (pos >= window.length) return undecided
        if (!CLOSERS.includes(window[pos]!)) return no
      }
      return { kind: 'mark', length: pos, numbers }
    }
    if (skip(/^[,，、;；&和与及]/) !== '') continue
    if (skip(/^[-–—~～至到]/) === '') return no
    rangeFrom = number
  }
}
