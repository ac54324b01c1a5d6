/** What the author of a document wrote about a picture for those who cannot see it. */
import { oneLine } from './clean.ts'

/** File names and the names that programs give to pictures say nothing. */
const NO_DESCRIPTION =
  /^(?:.*\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)|(?:picture|image|graphic|grafik|bild|图片|圖片|図|그림|object|shape)\s*\d*|.{0,3})$/i

/** What a program believes to see. */
const GUESSED = /automatically generated|AI[- ]generated|自动生成|自動生成|AI ?生成/i

/** The description, or null when it is none: a file name, a name or a guess of a program. */
export function descriptionOf(text: string): string | null {
  const line = oneLine(text)
  return GUESSED.test(line) || NO_DESCRIPTION.test(line) ? null : line
}
