/**
 * Found rectangles → read lines. The width at which a line is shown to the recogniser decides both quality and cost:
 * Han may be narrowed, Latin letters must be widened or thin ones are lost. What the widest lines say decides for the
 * page; lines of the other script are read again at their own width.
 */
import { type Quad, sampleQuad, upended } from '../picture/quad.ts'
import type { Picture } from '../types.ts'
import type { Glyph } from './ctc.ts'
import type { Found } from './detect.ts'
import { type Ink, inkOf } from '../picture/ink.ts'
import { LINE_HEIGHT, type LinePicture, STEP_WIDTH, recognise } from './recognise.ts'
import type { Session } from './session.ts'

export interface Line {
  quad: Quad
  /** of the detector */
  score: number
  /** natural width x this is what the recogniser saw */
  stretch: number
  glyphs: Glyph[]
  ink: Ink
}

/** Width by script; measured, see docs/decisions/0007-ocr.md. */
export const STRETCH = { han: 0.75, latin: 1.25, unknown: 1 } as const
type Script = keyof typeof STRETCH

/** lines that are read first to learn the script of a page */
const PROBES = 3
/** share of letters and digits of Latin script among the signs from which a line, or page, counts as Latin */
const LATIN_SHARE = 0.6
/** widest picture of a line, in columns; longer lines are narrowed */
const WIDEST = 3200
/** boxes that stand upright by this factor are read upwards, unless they are but one sign of usual height */
const UPRIGHT = 1.5

export interface Reader {
  session: Session
  keys: readonly string[]
  picture: Picture
  /** called before each run of the model */
  between: () => void
}

export async function readLines(reader: Reader, found: readonly Found[], lang: 'zh' | 'en' | 'auto', quick: boolean): Promise<Line[]> {
  const usual = found.map(({ quad }) => Math.min(quad.height, quad.length)).toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? 0
  const todo = found.map(({ quad, score }) => {
    const turned = quad.height > UPRIGHT * quad.length && quad.height > UPRIGHT * usual
    return { quad: turned ? upended(quad) : quad, score }
  })
  todo.sort((a, b) => b.quad.length / b.quad.height - a.quad.length / a.quad.height)
  const probes = lang === 'auto' ? await readAt(reader, todo.slice(0, PROBES), 'unknown') : []
  const page = lang === 'auto' ? scriptOf(probes.flatMap((line) => line.glyphs)) : lang === 'en' ? 'latin' : 'han'
  const kept = page === 'latin' ? [] : probes
  const lines = [...kept, ...(await readAt(reader, todo.slice(kept.length), page))]
  if (quick) return lines
  const again = lines.flatMap((line, n) => (line.stretch < STRETCH.latin && scriptOf(line.glyphs) === 'latin' ? [n] : []))
  const better = await readAt(
    reader,
    again.map((n) => lines[n]!),
    'latin',
  )
  again.forEach((n, index) => (lines[n] = better[index]!))
  return lines
}

const LATIN = /^[\p{Script=Latin}\p{Nd}]$/u
const HAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u

/** Latin when most signs are, han when some are Han, else unknown. */
export function scriptOf(glyphs: readonly Glyph[]): Script {
  const signs = glyphs.filter(({ text }) => text !== ' ')
  const latin = signs.filter(({ text }) => LATIN.test(text)).length
  if (signs.length > 0 && latin >= LATIN_SHARE * signs.length) return 'latin'
  return signs.some(({ text }) => HAN.test(text)) ? 'han' : 'unknown'
}

async function readAt(reader: Reader, todo: readonly { quad: Quad; score: number }[], script: Script): Promise<Line[]> {
  const stretch = STRETCH[script]
  const pictures = todo.map(({ quad }) => linePicture(reader.picture, quad, stretch))
  const glyphs = await recognise(reader.session, reader.keys, pictures, reader.between)
  return todo.map(({ quad, score }, n) => {
    const { data, width } = pictures[n]!
    return { quad, score, stretch, glyphs: glyphs[n]!, ink: inkOf(data, width, LINE_HEIGHT) }
  })
}

function linePicture(picture: Picture, quad: Quad, stretch: number): LinePicture {
  const natural = (quad.length / quad.height) * LINE_HEIGHT * stretch
  const width = Math.max(2, Math.min(WIDEST / STEP_WIDTH, Math.round(natural / STEP_WIDTH))) * STEP_WIDTH
  return { data: sampleQuad(picture, quad, width, LINE_HEIGHT), width }
}
