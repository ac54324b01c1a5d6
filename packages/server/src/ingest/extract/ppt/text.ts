/** Texts of PowerPoint 97-2003: a header that says what the text is for, then its characters. */
import { cleanText } from '../clean.ts'
import type { DraftBlock } from '../draft.ts'
import { type PptRecord, recordsIn, RT } from './records.ts'

/** [MS-PPT] 2.13.33 */
const TITLES: ReadonlySet<number> = new Set([0, 6])
const OTHER = 4

export interface PptText {
  isTitle: boolean
  text: string
  /** stands for a number, date, header or footer, which the program fills in */
  isField: boolean
}

/** Texts among the records of a container, in order. */
export function textsIn(view: DataView, from: number, to: number): PptText[] {
  const texts: PptText[] = []
  let kind = OTHER
  for (const record of recordsIn(view, from, to)) {
    if (record.type === RT.textHeader && record.to - record.from >= 4) kind = view.getUint32(record.from, true)
    else if (record.type === RT.textChars || record.type === RT.textBytes)
      texts.push({ isTitle: TITLES.has(kind), text: characters(view, record), isField: false })
    else if (isFieldMark(record) && texts.length > 0) texts.at(-1)!.isField = /^\s*\*?\s*$/.test(texts.at(-1)!.text)
  }
  return texts
}

const isFieldMark = ({ type }: PptRecord): boolean =>
  type === RT.slideNumber || type === RT.dateTime || type === RT.headerMark || type === RT.footerMark || type === RT.rtfDateTime

function characters(view: DataView, { type, from, to }: PptRecord): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + from, to - from)
  // The short form keeps the low bytes of UTF-16.
  return type === RT.textBytes ? bytes.toString('latin1') : bytes.subarray(0, bytes.length & ~1).toString('utf16le')
}

/** Paragraphs end with a carriage return, lines inside them with a vertical tab. */
export function blocksOf({ isTitle, text, isField }: PptText): DraftBlock[] {
  if (isField) return []
  if (isTitle) {
    const title = cleanText(text.replaceAll('\v', ' ')).replace(/\s+/g, ' ').trim()
    return title === '' ? [] : [{ kind: 'heading', level: 1, text: title }]
  }
  return text
    .split('\r')
    .map((paragraph) => cleanText(paragraph.replaceAll('\v', '\n')).trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => ({ kind: 'paragraph', text: paragraph }))
}
