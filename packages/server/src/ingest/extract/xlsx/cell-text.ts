/** What a cell shows: shared strings, number formats, truth values, errors. */
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'
import { Parser } from 'htmlparser2'
import { oneLine } from '../clean.ts'
import { generalText } from '../ooxml/format-digits.ts'
import { type CellFormat, cellFormat } from '../ooxml/format-value.ts'
import { type OfficePackage, orElse } from '../ooxml/package.ts'
import { attributeOf, childOf, elements, xmlTree } from '../ooxml/xml.ts'

export interface RawCell {
  /** attribute t: n, s, str, inlineStr, b, e, d */
  type: string
  /** attribute s */
  style: number
  value: string
}

export interface ShownCell {
  text: string
  isValue: boolean
}

const DAY_MS = 86_400_000
const EPOCH_MS = Date.UTC(1899, 11, 30)

export class CellText {
  readonly #strings: string[] = []
  readonly #formats: (CellFormat | null)[] = []
  readonly #date1904: boolean

  /** @throws ingest.output_limit when the strings together are longer than a document may be */
  constructor(pack: OfficePackage, styles: string | undefined, strings: string | undefined, date1904: boolean, progress: () => void) {
    this.#date1904 = date1904
    if (styles !== undefined) orElse(undefined, () => this.#readStyles(pack.text(styles) ?? ''))
    if (strings !== undefined) this.#readStrings(pack, strings, progress)
  }

  #readStyles(text: string): void {
    const root = xmlTree(text)
    const codes = new Map<number, string>()
    for (const format of elements(childOf(root, 'x:numFmts'))) {
      const code = attributeOf(format, 'formatCode')
      if (code !== null) codes.set(Number(attributeOf(format, 'numFmtId')), code)
    }
    const byId = new Map<number, CellFormat | null>()
    for (const xf of elements(childOf(root, 'x:cellXfs'))) {
      const id = Number(attributeOf(xf, 'numFmtId') ?? 0)
      let format = byId.get(id)
      if (format === undefined) {
        const code = codes.get(id) ?? id
        // Most cells have no format of their own.
        format = code === 0 || code === 'General' ? null : cellFormat(code, this.#date1904)
        byId.set(id, format)
      }
      this.#formats.push(format)
    }
  }

  #readStrings(pack: OfficePackage, part: string, progress: () => void): void {
    let text = ''
    let inText = false
    let phonetic = 0
    let chars = 0
    const parser = new Parser(
      {
        onopentagname: (name) => {
          const local = localName(name)
          if (local === 'si') text = ''
          else if (local === 't') inText = true
          else if (local === 'rPh') phonetic++
        },
        ontext: (data) => {
          if (!inText || phonetic > 0) return
          chars += data.length
          if (chars > LIMITS.documentChars) throw fail('ingest.output_limit', { limit: `${LIMITS.documentChars} characters` })
          text += data
        },
        onclosetag: (name) => {
          const local = localName(name)
          if (local === 'si') this.#strings.push(cleanCell(text))
          else if (local === 't') inText = false
          else if (local === 'rPh') phonetic--
        },
      },
      { xmlMode: true, decodeEntities: true },
    )
    for (const piece of pack.pieces(part)) {
      parser.write(piece)
      progress()
    }
    parser.end()
  }

  shown({ type, style, value }: RawCell): ShownCell {
    switch (type) {
      case 's':
        return this.#text(this.#strings[Number(value)] ?? '', style)
      case 'str':
      case 'inlineStr':
        return this.#text(cleanCell(value), style)
      case 'b':
        return { text: value.trim() === '' ? '' : value.trim() === '0' || value.trim() === 'false' ? 'FALSE' : 'TRUE', isValue: true }
      case 'e':
        return { text: cleanCell(value), isValue: true }
      case 'd':
        return this.#number((Date.parse(`${value}${/[Zz]|[+-]\d\d:\d\d$/.test(value) ? '' : 'Z'}`) - EPOCH_MS) / DAY_MS, style, value)
      default:
        return this.#number(value.trim() === '' ? Number.NaN : Number(value), style, value)
    }
  }

  #text(text: string, style: number): ShownCell {
    const format = this.#formats[style]
    return { text: format && text !== '' ? oneLine(format.text(text)) : text, isValue: false }
  }

  #number(value: number, style: number, raw: string): ShownCell {
    if (Number.isNaN(value)) return { text: cleanCell(raw), isValue: false }
    const format = this.#formats[style]
    return { text: format ? oneLine(format.number(value)) : generalText(value), isValue: true }
  }
}

export const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** Characters that XML cannot hold are written as _x000D_ (ECMA-376 part 1, 22.9.2.19). */
const cleanCell = (text: string): string =>
  oneLine(
    text.includes('_x') ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) : text,
  )
