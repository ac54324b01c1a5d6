/**
 * The second engine: Tesseract, for clean English, for a quick first sight, and to check the first engine. It is given one
 * column of text at a time by our own layout, in one language chosen by what is written: with two languages at once, and
 * with its own page analysis on Chinese, it does far worse.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { faintBelow, SURE_CONFIDENCE } from '../doubt.ts'
import { arrange, type ReadLine } from '../layout/arrange.ts'
import { edgeShare } from '../picture/drawn.ts'
import { inkOf } from '../picture/ink.ts'
import { sampleQuad } from '../picture/quad.ts'
import { oneAtATime, readingOf, stopwatch } from '../reading.ts'
import type { OcrEngine, OcrOptions, OcrReading, Picture } from '../types.ts'
import { type TesseractCore, type TesseractLang, packagedCore, systemCore } from './core.ts'
import { linesOf } from './lines.ts'
import { type LevelPage, cutOut, levelPage, regionsOf } from './page.ts'
import { parseTsv } from './tsv.ts'

/** lines that are read first to learn the script; mean confidence of the English data from which the page is English */
const PROBES = 3
const ENGLISH = 0.8
/** below this mean confidence a region is read in the other language too, and a page turned by 180 degrees */
const BAD = 0.6
/** words below this are texture, not text */
const LEAST_CONFIDENCE = 0.2
const DRAWN_SHARE = 2e-5
/** a line is drawn so large to judge how faint it is */
const JUDGED_HEIGHT = 24

export interface TesseractOptions {
  /** path of the system's `tesseract`; the packaged build is used without it, or when it cannot be run */
  program?: string
}

/** @throws Error when the packaged build or its data cannot be loaded */
export async function createTesseract(options: TesseractOptions = {}): Promise<OcrEngine> {
  const core = (options.program ? await systemCore(options.program) : null) ?? (await packagedCore())
  const queue = oneAtATime()
  return {
    name: 'tesseract',
    version: core.version,
    read: (picture, readOptions = {}, signal) => queue(() => read(core, picture, readOptions, signal)),
    close: () => queue(async () => core.close()),
  }
}

type Lines = Omit<ReadLine, 'doubtful'>[]

async function read(core: TesseractCore, given: Picture, options: OcrOptions, signal?: AbortSignal): Promise<OcrReading> {
  const clock = stopwatch()
  const base = { engine: core.version, provider: '', width: given.width, height: given.height, ms: clock.ms }
  signal?.throwIfAborted()
  const edges = edgeShare(given)
  if (edges === 0) return readingOf({ ...base, rotation: 0, blocks: [], inked: false })
  let page = await levelPage(given)
  clock.end('prepare')
  let lines = await readPage(core, page, options, signal)
  if (meanConfidence(lines) < BAD && options.quick !== true) {
    const other = await levelPage(given, page.rotation === 90 ? 270 : 180)
    const again = await readPage(core, other, options, signal)
    if (meanConfidence(again) > meanConfidence(lines)) [page, lines] = [other, again]
  }
  clock.end('recognise')
  const { width, height } = page.upright
  const blocks = arrange(marked(page, lines), { rotation: page.rotation, width, height, border: 0 })
  clock.end('arrange')
  return readingOf({ ...base, rotation: page.rotation, blocks, inked: blocks.length > 0 || edges > DRAWN_SHARE })
}

async function readPage(core: TesseractCore, page: LevelPage, options: OcrOptions, signal?: AbortSignal): Promise<Lines> {
  const readRegion = async (region: LevelPage['lines'][number], lang: TesseractLang): Promise<Lines> => {
    await breathe()
    signal?.throwIfAborted()
    const { picture, left, top } = cutOut(page.grey, region)
    const lines = parseTsv(await core.read(picture, lang, signal))
      .map((line) => line.filter((word) => word.confidence >= LEAST_CONFIDENCE))
      .filter((line) => line.length > 0)
      .map((line) => line.map((word) => ({ ...word, left: word.left + left, top: word.top + top })))
    return linesOf(lines, page.quad)
  }
  const lang = await choose(page, options.lang ?? 'auto', readRegion)
  const lines: Lines = []
  for (const region of regionsOf(page.lines)) {
    let own = await readRegion(region, lang)
    if (meanConfidence(own) < BAD && options.quick !== true) {
      const other = await readRegion(region, lang === 'eng' ? 'chi_sim' : 'eng')
      if (meanConfidence(other) > meanConfidence(own)) own = other
    }
    lines.push(...own)
  }
  return lines
}

/** English when the English data is sure of the widest lines, else Chinese, which reads Latin letters too. */
async function choose(
  page: LevelPage,
  lang: 'zh' | 'en' | 'auto',
  readRegion: (region: LevelPage['lines'][number], lang: TesseractLang) => Promise<Lines>,
): Promise<TesseractLang> {
  if (lang !== 'auto') return lang === 'en' ? 'eng' : 'chi_sim'
  const probes: Lines = []
  for (const line of page.lines.toSorted((a, b) => b.right - b.left - (a.right - a.left)).slice(0, PROBES)) {
    probes.push(...(await readRegion(line, 'eng')))
  }
  return meanConfidence(probes) >= ENGLISH ? 'eng' : 'chi_sim'
}

function meanConfidence(lines: Lines): number {
  const weight = lines.reduce((sum, line) => sum + line.text.length, 0)
  return lines.reduce((sum, line) => sum + line.confidence * line.text.length, 0) / Math.max(1, weight)
}

function marked(page: LevelPage, lines: Lines): ReadLine[] {
  const contrasts = lines.map(({ quad }) => {
    const width = Math.max(8, Math.min(1600, Math.round((quad.length / quad.height) * JUDGED_HEIGHT)))
    return inkOf(sampleQuad(page.upright, quad, width, JUDGED_HEIGHT), width, JUDGED_HEIGHT).contrast
  })
  const faint = faintBelow(contrasts)
  return lines.map((line, n) => ({ ...line, doubtful: line.confidence < SURE_CONFIDENCE || contrasts[n]! < faint }))
}
