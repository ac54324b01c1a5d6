/**
 * Numbers as a spreadsheet shows them: dates, percent, thousands, fractions, elapsed time.
 * Where the program would choose by the settings of whoever looks (the short date), the ISO form is taken: it means
 * the same to everybody.
 */
import { compileFormat, type FormatSection } from './format-codes.ts'
import { dateText } from './format-date.ts'
import { generalText, renderNumber } from './format-digits.ts'

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
