/** How a page was read, in the terms a reader is told of it. Pure. */
import type { OcrEngineId, Page } from '@zhiku/contract/page.ts'

/** The engine that a page's `engine` names; null when the text is the file's own. */
export function engineOf(engine: string): OcrEngineId | null {
  if (/^pp-?ocr/i.test(engine)) return 'pp-ocr'
  return /^tesseract/i.test(engine) ? 'tesseract' : null
}

export const otherEngine = (engine: string): OcrEngineId => (engineOf(engine) === 'pp-ocr' ? 'tesseract' : 'pp-ocr')

/** Names that engines are known by. */
export const ENGINE_NAMES: Record<OcrEngineId, string> = { 'pp-ocr': 'PP-OCR', tesseract: 'Tesseract' }

/** Has something drawn that an engine can look at. */
export const canBeReadAgain = ({ kind, status }: Pick<Page, 'kind' | 'status'>): boolean =>
  (kind === 'page' || kind === 'region') && status !== 'blank'

export const isOcr = ({ confidence }: Pick<Page, 'confidence'>): boolean => confidence !== null

/** "96%", rounded down: 99.6 % is not certain. */
export const percent = (confidence: number): string => `${Math.floor(confidence * 100)}%`
