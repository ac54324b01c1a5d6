/** Numbers and bullets of lists: [MS-DOC] 2.9.131 (LFO), 2.9.147 (LSTF), 2.9.150 (LVLF). */
import { formatNumber } from '../docx/number-format.ts'

interface Level {
  start: number
  /** index into FORMATS */
  format: number
  /** numbers of the levels above are written as decimals */
  isLegal: boolean
  /** characters 0 to 8 stand for the number of that level */
  template: string
}

interface List {
  levels: Level[]
  /** style of each level, by index */
  styles: number[]
}

interface Use {
  list: number
  /** levels that begin anew where this use begins */
  starts: Map<number, number>
}

const LSTF_BYTES = 28
const LVLF_BYTES = 28
const LFO_BYTES = 16
const LEVELS = 9
const BULLET = 23
const NO_NUMBER = 255

/** [MS-OSHARED] 2.2.1.3 MSONFC, in the names of ECMA-376 that number-format.ts knows. */
const FORMATS: readonly string[] = (
  'decimal upperRoman lowerRoman upperLetter lowerLetter decimal decimal decimal decimal decimal ideographDigital japaneseCounting aiueo aiueo ' +
  'decimalFullWidth decimal japaneseLegal japaneseDigitalTenThousand decimalEnclosedCircle aiueoFullWidth aiueo decimal decimalZero none ganada ' +
  'ganada decimal decimal decimalEnclosedCircleChinese decimalEnclosedCircle ideographTraditional ideographZodiac ideographZodiac taiwaneseCounting ' +
  'ideographLegalTraditional taiwaneseCountingThousand taiwaneseDigital chineseCounting chineseLegalSimplified chineseCountingThousand'
).split(' ')

export class DocLists {
  readonly #lists = new Map<number, List>()
  readonly #uses: Use[] = []
  /** last number of each level, by list */
  readonly #counts = new Map<number, (number | undefined)[]>()
  readonly #begun = new Set<string>()

  /**
   * @param lists  place of the lists in the table stream; their levels follow them
   * @param uses  place of the uses of lists
   * @throws RangeError where a number leads out of the stream
   */
  constructor(table: DataView, lists: number, uses: number) {
    this.#readLists(table, lists)
    this.#readUses(table, uses)
  }

  #readLists(table: DataView, at: number): void {
    const count = table.getUint16(at, true)
    let next = at + 2 + count * LSTF_BYTES
    for (let index = 0; index < count; index++) {
      const list = at + 2 + index * LSTF_BYTES
      const isSimple = (table.getUint8(list + 26) & 1) === 1
      const levels: Level[] = []
      for (let level = 0; level < (isSimple ? 1 : LEVELS); level++) {
        const read = readLevel(table, next)
        levels.push(read.level)
        next = read.end
      }
      const styles = Array.from({ length: LEVELS }, (_, level) => table.getUint16(list + 8 + 2 * level, true))
      this.#lists.set(table.getUint32(list, true), { levels, styles })
    }
  }

  #readUses(table: DataView, at: number): void {
    const count = table.getUint32(at, true)
    let next = at + 4 + count * LFO_BYTES
    for (let index = 0; index < count; index++) {
      const use = at + 4 + index * LFO_BYTES
      const starts = new Map<number, number>()
      // What a use changes comes after all of them, four bytes apart from what came before.
      next += 4
      for (let changes = table.getUint8(use + 12); changes > 0; changes--) {
        const flags = table.getUint32(next + 4, true)
        if ((flags & 0x10) !== 0) starts.set(flags & 0xf, table.getInt32(next, true))
        next += 8
        if ((flags & 0x20) !== 0) next = readLevel(table, next).end
      }
      this.#uses.push({ list: table.getUint32(use, true), starts })
    }
  }

  /** Level that a list gives to a style, 0 when it does not know it. */
  levelOfStyle(use: number, style: number): number {
    const list = this.#lists.get(this.#uses[use - 1]?.list ?? -1)
    return Math.max(0, list?.styles.indexOf(style) ?? 0)
  }

  /** Counts one item and gives its mark: '' when there is none. @param use  from 1 */
  next(use: number, level: number): string {
    const used = this.#uses[use - 1]
    const list = used && this.#lists.get(used.list)
    const own = list?.levels[Math.min(level, list.levels.length - 1)]
    if (!used || !list || !own) return ''
    if (own.format === BULLET) return '•'
    const counts = this.#counts.get(used.list) ?? []
    const start = used.starts.get(level)
    const begins = start !== undefined && !this.#begun.has(`${use}/${level}`)
    this.#begun.add(`${use}/${level}`)
    counts[level] = begins ? start : counts[level] === undefined ? (start ?? own.start) : counts[level] + 1
    counts.length = level + 1
    this.#counts.set(used.list, counts)
    return Array.from(own.template, (character) => {
      const of = character.charCodeAt(0)
      if (of >= LEVELS) return character
      const shown = list.levels[of] ?? own
      const number = counts[of] ?? shown.start
      return numberText(number, own.isLegal && of !== level ? 0 : shown.format)
    })
      .join('')
      .trim()
  }
}

const numberText = (number: number, format: number): string =>
  format === NO_NUMBER ? '' : formatNumber(number, FORMATS[format] ?? 'decimal')

function readLevel(table: DataView, at: number): { level: Level; end: number } {
  const text = at + LVLF_BYTES + table.getUint8(at + 24) + table.getUint8(at + 25)
  const length = table.getUint16(text, true)
  let template = ''
  for (let index = 0; index < length; index++) template += String.fromCharCode(table.getUint16(text + 2 + 2 * index, true))
  return {
    level: {
      start: table.getInt32(at, true),
      format: table.getUint8(at + 4),
      isLegal: (table.getUint8(at + 5) & 4) !== 0,
      template,
    },
    end: text + 2 + 2 * length,
  }
}
