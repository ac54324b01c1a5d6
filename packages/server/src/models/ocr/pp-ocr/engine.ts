/** The first engine: PP-OCRv4 on onnxruntime with own work before and after. */
import { faintBelow, SURE_CONFIDENCE } from '../doubt.ts'
import { arrange, type ReadLine } from '../layout/arrange.ts'
import { edgeShare } from '../picture/drawn.ts'
import { bordered } from '../picture/raster.ts'
import { oneAtATime, readingOf, stopwatch } from '../reading.ts'
import type { ExecutionProvider, OcrEngine, OcrOptions, OcrReading, Picture } from '../types.ts'
import { lean } from './graph/lean.ts'
import { lineText } from './line-text.ts'
import { type Line, readLines } from './read-lines.ts'
import { RUNTIME, type Session, openSession } from './session.ts'
import { splitAtGutters } from './split.ts'
import { cellsOf, gapsOf, spaceLimit, type SpacedLine, withSpaces } from './spaces.ts'
import { makeUpright } from './upright.ts'
import { readKeys, readWeights } from './weights.ts'

/** longest side of what the detector sees, in pixels: enough for A4 at 150 dpi; and for the first sight */
const DETECT_LIMIT = 960
const QUICK_LIMIT = 736
/** tight crops get so many white pixels around them: text that touches the edge is not found */
const TIGHT_SIDE = 100
const BORDER = 20
/** lines that the detector was less sure of are marked */
const SURE_SCORE = 0.5
/** what is read with less confidence is texture, not text */
const LEAST_CONFIDENCE = 0.35
/** share of pixels at edges below which a page without text is blank */
const DRAWN_SHARE = 2e-5

export interface PpOcrOptions {
  /** falls back to cpu by itself; the reading says which is in use */
  provider: ExecutionProvider
}

interface Sessions {
  detection: Session
  recognition: Session
  direction: Session
  keys: readonly string[]
}

/** @throws Error when the weights are missing or are others, or not even the CPU can run them */
export async function createPpOcr(options: PpOcrOptions): Promise<OcrEngine> {
  const weights = readWeights()
  const sessions: Sessions = {
    detection: await openSession(lean(weights.detection), options.provider),
    recognition: await openSession(lean(weights.recognition), options.provider),
    direction: await openSession(weights.direction, 'cpu'),
    keys: readKeys(weights.keys),
  }
  const version = `PP-OCRv4 (${RUNTIME})`
  const queue = oneAtATime()
  return {
    name: 'pp-ocr',
    version,
    read: (picture, readOptions = {}, signal) => queue(() => read(sessions, version, picture, readOptions, signal)),
    close: () =>
      queue(async () => {
        for (const session of [sessions.detection, sessions.recognition, sessions.direction]) await session.close()
      }),
  }
}

async function read(sessions: Sessions, version: string, given: Picture, options: OcrOptions, signal?: AbortSignal): Promise<OcrReading> {
  const between = (): void => signal?.throwIfAborted()
  between()
  const clock = stopwatch()
  const base = { engine: version, provider: sessions.recognition.provider, width: given.width, height: given.height, ms: clock.ms }
  const edges = edgeShare(given)
  if (edges === 0) return readingOf({ ...base, rotation: 0, blocks: [], inked: false })
  const border = Math.min(given.width, given.height) < TIGHT_SIDE ? BORDER : 0
  const picture = border > 0 ? bordered(given, border, 255) : given
  clock.end('prepare')

  const quick = options.quick ?? false
  const upright = await makeUpright(sessions, picture, quick ? QUICK_LIMIT : DETECT_LIMIT, between)
  clock.end('detect')

  const reader = { session: sessions.recognition, keys: sessions.keys, picture: upright.picture, between }
  const lines = await readLines(reader, splitAtGutters(upright.picture, upright.found), options.lang ?? 'auto', quick)
  clock.end('recognise')

  const { width, height } = upright.picture
  const blocks = arrange(texts(lines), { rotation: upright.rotation, width, height, border })
  clock.end('arrange')
  return readingOf({ ...base, rotation: upright.rotation, blocks, inked: blocks.length > 0 || edges > DRAWN_SHARE })
}

/** Lines as text: spaces put back by what the page teaches, doubtful ones marked, empty ones and texture left out. */
function texts(lines: readonly Line[]): ReadLine[] {
  const spaced = lines.map((line): SpacedLine => ({ glyphs: line.glyphs, columns: line.ink.columns, stretch: line.stretch }))
  const limit = spaceLimit(gapsOf(spaced))
  const faint = faintBelow(lines.map((line) => line.ink.contrast))
  return lines.flatMap((line, n) =>
    cellsOf(spaced[n]!).flatMap((glyphs, at, cells) => {
      const { text, words, confidence } = lineText(withSpaces({ ...spaced[n]!, glyphs }, limit))
      if (text === '' || confidence < LEAST_CONFIDENCE) return []
      const doubtful = confidence < SURE_CONFIDENCE || line.score < SURE_SCORE || line.ink.contrast < faint
      const whole = { quad: line.quad, text, confidence, doubtful, words }
      return cells.length === 1 ? [whole] : [partOf(whole, at === 0 ? 0 : words[0]!.from, at === cells.length - 1 ? 1 : words.at(-1)!.to)]
    }),
  )
}

/** The line with the quad of one of its cells, which reaches from one share of the length to another. */
function partOf(line: ReadLine, from: number, to: number): ReadLine {
  const { quad } = line
  const length = quad.length * (to - from)
  const share = (at: number): number => Math.min(1, Math.max(0, (at - from) / (to - from)))
  return {
    ...line,
    quad: { ...quad, x: quad.x + quad.ux * quad.length * from, y: quad.y + quad.uy * quad.length * from, length },
    words: line.words.map((word) => ({ ...word, from: share(word.from), to: share(word.to) })),
  }
}
