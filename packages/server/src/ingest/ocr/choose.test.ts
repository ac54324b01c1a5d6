import { describe, expect, it } from 'vitest'
import type { OcrEngine, OcrEngineName, OcrReading } from '../../models/ocr/types.ts'
import { type Engines, isUnsure, readPicture } from './choose.ts'

const PICTURE = { data: new Uint8Array(3), width: 1, height: 1 }

const reading = (engine: string, text: string, confidence: number, doubtful = false): OcrReading => ({
  engine,
  provider: 'cpu',
  blocks: text === '' ? [] : [{ kind: 'paragraph', lines: [{ text, box: [0, 0, 1, 1], confidence, doubtful, words: [] }] }],
  rotation: 0,
  width: 1,
  height: 1,
  confidence,
  inked: true,
  ms: { prepare: 0, detect: 0, recognise: 0, arrange: 0 },
})

/** Engines that answer as told; an Error is thrown. */
function engines(answers: Partial<Record<OcrEngineName, OcrReading | Error>>): Engines & { asked: OcrEngineName[] } {
  const asked: OcrEngineName[] = []
  return {
    asked,
    async get(name) {
      asked.push(name)
      const answer = answers[name]
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('not installed')
      const engine: OcrEngine = { name, version: name, read: async () => answer, close: async () => undefined }
      return engine
    },
  }
}

describe('the choice of the engine', () => {
  it('is PP-OCR alone while it is sure', async () => {
    const both = engines({ 'pp-ocr': reading('a', 'clear text', 0.97), tesseract: reading('b', 'other', 0.99) })
    expect((await readPicture(both, PICTURE, 'auto', false)).engine).toBe('a')
    expect(both.asked).toEqual(['pp-ocr'])
  })

  it('asks Tesseract where Latin text is unsure, and believes it only when it is clearly surer', async () => {
    const unsure = reading('a', 'blurred text', 0.7)
    const sure = engines({ 'pp-ocr': unsure, tesseract: reading('b', 'blurred text', 0.93) })
    expect((await readPicture(sure, PICTURE, 'auto', false)).engine).toBe('b')
    const hardly = engines({ 'pp-ocr': unsure, tesseract: reading('b', 'blurned text', 0.72) })
    expect((await readPicture(hardly, PICTURE, 'auto', false)).engine).toBe('a')
    const nothing = engines({ 'pp-ocr': unsure, tesseract: reading('b', '', 0) })
    expect((await readPicture(nothing, PICTURE, 'auto', false)).engine).toBe('a')
  })

  it('does not ask it about Chinese', async () => {
    const both = engines({ 'pp-ocr': reading('a', '看不清的文字', 0.6), tesseract: reading('b', '看 不 清', 0.99) })
    expect((await readPicture(both, PICTURE, 'auto', false)).engine).toBe('a')
  })

  it('falls back when the first fails, and gives up when both do, naming both reasons', async () => {
    const second = engines({ 'pp-ocr': new Error('no weights'), tesseract: reading('b', 'text', 0.9) })
    expect((await readPicture(second, PICTURE, 'auto', false)).engine).toBe('b')
    const none = engines({ 'pp-ocr': new Error('no weights'), tesseract: new Error('no data') })
    await expect(readPicture(none, PICTURE, 'auto', false)).rejects.toMatchObject({
      code: 'ingest.ocr_failed',
      params: { detail: 'pp-ocr: no weights; tesseract: no data' },
    })
  })

  it('is what a person says, without a fall-back', async () => {
    const both = engines({ 'pp-ocr': reading('a', 'text', 0.9), tesseract: new Error('no data') })
    await expect(readPicture(both, PICTURE, 'tesseract', false)).rejects.toMatchObject({ code: 'ingest.ocr_failed' })
    expect(both.asked).toEqual(['tesseract'])
  })
})

describe('a reading', () => {
  it('is unsure by its mean confidence, or by too many doubtful lines', () => {
    expect(isUnsure(reading('a', 'text', 0.9))).toBe(false)
    expect(isUnsure(reading('a', 'text', 0.79))).toBe(true)
    expect(isUnsure(reading('a', 'text', 0.9, true))).toBe(true)
    expect(isUnsure(reading('a', '', 0))).toBe(false)
  })
})
