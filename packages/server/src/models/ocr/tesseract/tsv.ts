/** The TSV table of Tesseract → lines of words. Pure. */

export interface TsvWord {
  text: string
  /** pixels of the picture that was read */
  left: number
  top: number
  width: number
  height: number
  /** 0 to 1 */
  confidence: number
}

/** level of the rows that are words */
const WORD = '5'

/** @returns words line by line, both in the order of Tesseract; words of white space are left out */
export function parseTsv(tsv: string): TsvWord[][] {
  const lines = new Map<string, TsvWord[]>()
  for (const row of tsv.split('\n')) {
    const cells = row.split('\t')
    if (cells[0] !== WORD || cells.length < 12) continue
    const [, page, block, paragraph, line, , left, top, width, height, confidence] = cells
    const text = cells.slice(11).join(' ').trim()
    if (text === '') continue
    const key = `${page}.${block}.${paragraph}.${line}`
    const word = {
      text,
      left: Number(left),
      top: Number(top),
      width: Number(width),
      height: Number(height),
      confidence: Math.max(0, Number(confidence) / 100),
    }
    const words = lines.get(key)
    if (words) words.push(word)
    else lines.set(key, [word])
  }
  return [...lines.values()]
}
