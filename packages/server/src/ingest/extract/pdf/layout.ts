/** Glyphs to text, blocks and word boxes. */
import type { Block } from '@zhiku/contract/page.ts'
import type { WordBox } from '../types.ts'
import { type Glyphs, HYPHEN } from './glyphs.ts'

export interface Layout {
  text: string
  blocks: Block[]
  words: WordBox[]
}

export function layoutPage(glyphs: Glyphs): Layout {
  const words: WordBox[] = []
  const blocks: Block[] = []
  let text = ''
  let word: WordBox | null = null
  for (let i = 0; i < glyphs.count; i++) {
    const code = glyphs.code[i]!
    const character = code === HYPHEN ? '-' : String.fromCodePoint(code)
    if (/\s/.test(character)) {
      if (word) words.push(word)
      word = null
      if (!text.endsWith('\n') && !text.endsWith(' ')) text += code === 10 ? '\n' : ' '
      continue
    }
    const [x0, y0, x1, y1] = glyphs.box.subarray(i * 4, i * 4 + 4) as unknown as [number, number, number, number]
    word ??= { start: text.length, end: 0, x: x0, y: y0, w: x1 - x0, h: y1 - y0 }
    text += character
    word.end = text.length
    word.w = x1 - word.x
  }
  if (word) words.push(word)
  text = text.trimEnd()
  if (text !== '') blocks.push({ kind: 'paragraph', start: 0, end: text.length })
  return { text, blocks, words }
}
