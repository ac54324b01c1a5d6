/** Which engine reads a page: PP-OCR first, Tesseract where that fails or where it is unsure and may do better. */
import { SURE_CONFIDENCE } from '../../models/ocr/doubt.ts'
import type { OcrEngine, OcrEngineName, OcrReading, Picture } from '../../models/ocr/types.ts'
import { fail } from '../../base/fail.ts'

/** A page with more than this share of its characters in doubtful lines is unsure, or one whose mean confidence is below the bar of a line. */
const DOUBTFUL_SHARE = 1 / 3
/** Tesseract is good at Latin script only: this share of the letters must be Latin for a second opinion. */
const LATIN_SHARE = 0.8
/** The two engines do not measure confidence alike; the second must be this much surer to be believed. */
const MARGIN = 0.05

export interface Engines {
  /** loads the engine when it is first asked for; null when it cannot be loaded */
  get(name: OcrEngineName): Promise<OcrEngine>
}

export const isUnsure = ({ blocks, confidence }: OcrReading): boolean => {
  const lines = blocks.flatMap((block) => block.lines)
  const characters = lines.reduce((sum, { text }) => sum + text.length, 0)
  const doubtful = lines.reduce((sum, { text, doubtful: is }) => sum + (is ? text.length : 0), 0)
  return characters > 0 && (confidence < SURE_CONFIDENCE || doubtful > DOUBTFUL_SHARE * characters)
}

/**
 * @param wanted  one engine alone, or `auto`
 * @throws ingest.ocr_failed when no engine could read the picture
 */
export async function readPicture(engines: Engines, picture: Picture, wanted: OcrEngineName | 'auto', quick: boolean): Promise<OcrReading> {
  const problems: string[] = []
  const attempt = async (name: OcrEngineName): Promise<OcrReading | null> => {
    try {
      return await (await engines.get(name)).read(picture, { quick })
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message.slice(0, 100) : 'unknown'}`)
      return null
    }
  }
  const first = await attempt(wanted === 'auto' ? 'pp-ocr' : wanted)
  if (wanted !== 'auto' && first) return first
  if (first && !(isUnsure(first) && isLatin(first))) return first
  const second = wanted === 'auto' ? await attempt('tesseract') : null
  const best =
    first && second ? (second.blocks.length > 0 && second.confidence > first.confidence + MARGIN ? second : first) : (first ?? second)
  if (!best) throw fail('ingest.ocr_failed', { detail: problems.join('; ') })
  return best
}

function isLatin({ blocks }: OcrReading): boolean {
  const text = blocks.flatMap(({ lines }) => lines.map((line) => line.text)).join('')
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0
  return letters > 0 && latin >= LATIN_SHARE * letters
}
