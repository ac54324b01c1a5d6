/** Numbers as Word writes them: ECMA-376 part 1, 17.18.59 ST_NumberFormat. Formats not named here come out as decimals. */

const HAN_DIGITS = '〇一二三四五六七八九'
const LEGAL_DIGITS = '零壹贰叁肆伍陆柒捌玖'
const STEMS = '甲乙丙丁戊己庚辛壬癸'
const BRANCHES = '子丑寅卯辰巳午未申酉戌亥'
const AIUEO = 'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン'
const GANADA = '가나다라마바사아자차카타파하'

function letters(value: number): string {
  // a … z, aa, bb: the letter repeats.
  return String.fromCharCode(97 + ((value - 1) % 26)).repeat(Math.min(20, Math.floor((value - 1) / 26) + 1))
}

const ROMANS: readonly [number, string][] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
]

function roman(value: number): string {
  let rest = Math.min(value, 3999)
  let text = ''
  for (const [unit, letter] of ROMANS) {
    while (rest >= unit) {
      text += letter
      rest -= unit
    }
  }
  return text
}

/** 1-9999 in Chinese with its units: 十二, 一百零三. */
function counted(value: number, digits: string, units: readonly string[]): string {
  if (value === 0) return digits[0]!
  if (value > 9999) return String(value)
  let text = ''
  let zero = false
  const figures = String(value)
  for (let i = 0; i < figures.length; i++) {
    const digit = Number(figures[i])
    if (digit === 0) zero = text !== ''
    else {
      if (zero) text += '零'
      zero = false
      text += digits[digit]! + units[figures.length - 1 - i]!
    }
  }
  return digits === HAN_DIGITS && text.startsWith('一十') ? text.slice(1) : text
}

const pick = (from: string, value: number): string => (value >= 1 && value <= from.length ? from[value - 1]! : String(value))

const circled = (value: number): string => (value >= 1 && value <= 20 ? String.fromCodePoint(0x2460 + value - 1) : String(value))

export function formatNumber(value: number, format: string): string {
  switch (format) {
    case 'lowerLetter':
      return value > 0 ? letters(value) : String(value)
    case 'upperLetter':
      return value > 0 ? letters(value).toUpperCase() : String(value)
    case 'lowerRoman':
      return value > 0 ? roman(value) : String(value)
    case 'upperRoman':
      return value > 0 ? roman(value).toUpperCase() : String(value)
    case 'decimalZero':
      return String(value).padStart(2, '0')
    case 'decimalEnclosedCircle':
    case 'decimalEnclosedCircleChinese':
      return circled(value)
    case 'decimalFullWidth':
    case 'decimalFullWidth2':
      return String(value).replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))
    case 'chineseCounting':
    case 'chineseCountingThousand':
    case 'taiwaneseCounting':
    case 'taiwaneseCountingThousand':
    case 'japaneseCounting':
    case 'koreanCounting':
      return counted(value, HAN_DIGITS, ['', '十', '百', '千'])
    case 'chineseLegalSimplified':
    case 'ideographLegalTraditional':
    case 'japaneseLegal':
      return counted(value, LEGAL_DIGITS, ['', '拾', '佰', '仟'])
    case 'ideographDigital':
    case 'japaneseDigitalTenThousand':
    case 'taiwaneseDigital':
      return String(value).replace(/\d/g, (digit) => HAN_DIGITS[Number(digit)]!)
    case 'ideographTraditional':
      return pick(STEMS, value)
    case 'ideographZodiac':
      return pick(BRANCHES, value)
    case 'aiueo':
    case 'aiueoFullWidth':
      return pick(AIUEO, value)
    case 'ganada':
      return pick(GANADA, value)
    case 'none':
      return ''
    default:
      return String(value)
  }
}
