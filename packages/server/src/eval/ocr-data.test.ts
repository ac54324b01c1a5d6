/** The engines on a few pages of the OCR set beside the repository: bounds far enough from what is measured to hold on any machine. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { dataSet } from '../ingest/testing/data-sets.ts'
import { decodePicture } from '../models/ocr/picture/decode.ts'
import { createPpOcr } from '../models/ocr/pp-ocr/engine.ts'
import { createTesseract } from '../models/ocr/tesseract/engine.ts'
import type { OcrEngine } from '../models/ocr/types.ts'
import { compareOcr, percentages } from './ocr-metrics.ts'

const folder = dataSet('ocr')

interface Row {
  file: string
  kind: string
  lang: string
  layout?: string
  text: string
}

/** The shortest pictures of a kind, language and layout: any of them will do. */
function shortest(folderOfSet: string, kind: string, lang: string, layout: string): Row {
  const rows = readFileSync(path.join(folderOfSet, 'gt.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
  const own = rows.filter((row) => row.kind === kind && row.lang === lang && row.layout === layout)
  return own.toSorted((a, b) => a.text.length - b.text.length)[0]!
}

async function measured(engine: OcrEngine, folderOfSet: string, row: Row) {
  const file = await decodePicture(readFileSync(path.join(folderOfSet, row.file)))
  const { blocks } = await engine.read(await file.picture(1))
  const text = blocks.flatMap((block) => block.lines.map((line) => line.text)).join('\n')
  return percentages([compareOcr({ text: row.text, lines: row.text.split('\n') }, text, false)])
}

describe.skipIf(folder === null)('the OCR set (skipped where ../shared/data/ocr is not there)', () => {
  test('the first engine: a page as scanned, a table and columns', async () => {
    const engine = await createPpOcr({ provider: 'cpu' })
    const scanned = await measured(engine, folder!, shortest(folder!, 'rendered-scan', 'zh', 'paras'))
    expect(scanned.cerPercent).toBeLessThan(3)
    const tabular = await measured(engine, folder!, shortest(folder!, 'rendered-clean', 'zh', 'table'))
    expect(tabular.cerPercent).toBeLessThan(2)
    const columns = await measured(engine, folder!, shortest(folder!, 'rendered-scan', 'zh', 'columns'))
    expect(columns.cerPercent).toBeLessThan(4)
    await engine.close()
  })

  test('the second engine: an English page as scanned', async () => {
    const engine = await createTesseract()
    const scanned = await measured(engine, folder!, shortest(folder!, 'rendered-scan', 'en', 'paras'))
    expect(scanned.cerPercent).toBeLessThan(3)
    expect(scanned.wordRecallPercent).toBeGreaterThan(95)
    await engine.close()
  })
})
