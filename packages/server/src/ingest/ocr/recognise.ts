/** What a child does with one page that OCR has to read: draw, ask whether it is known, read, chunk. */
import { packWords, unpackWords } from '../../library/words.ts'
import type { OcrReading, Picture } from '../../models/ocr/types.ts'
import { chunkPage } from '../chunk/chunk.ts'
import { anchored } from '../pool/anchored.ts'
import type { RecogniseRequest, RecogniseResult, RecognisedPage } from '../pool/protocol.ts'
import { usedSince } from '../pool/used.ts'
import { isUnsure, readPicture } from './choose.ts'
import { type Composed, compose } from './compose.ts'
import { enginesOf } from './engines.ts'
import { hashOf, type PagePicture, pagePicture } from './page-picture.ts'

/** Where the text layer's own reader stands beside the OCR engine that read the rest of the page. */
const LAYER_ENGINE = ' + PDF'

/**
 * @param ask.drawn  false: the text of this picture is known, and it need not be read
 * @throws AppError ingest.*
 */
export async function recognise(
  request: RecogniseRequest,
  ask: { drawn(pictureHash: string): Promise<boolean> },
): Promise<RecogniseResult> {
  const cpu = process.cpuUsage()
  const started = performance.now()
  const page = await pagePicture(request, { for: 'ocr' })
  const pictureHash = hashOf(page.picture)
  const drawMs = performance.now() - started
  const answer = (made: RecognisedPage | null, provider: string | null, readMs: number): RecogniseResult => ({
    pictureHash,
    page: made,
    provider,
    ms: { draw: Math.round(drawMs), read: Math.round(readMs) },
    ...usedSince(cpu),
  })
  if (!(await ask.drawn(pictureHash))) return answer(null, null, 0)
  const readFrom = performance.now()
  const picture = request.quick ? topOf(page.picture) : page.picture
  const reading = await readPicture(enginesOf(request.provider), picture, request.engine, request.quick)
  const made = finish(request, page, reading)
  return answer(made, reading.provider === '' ? null : reading.provider, performance.now() - readFrom)
}

/** A first sight needs no more than the beginning: so much of the page's height. */
const TOP_SHARE = 0.2
/** smaller pictures are read whole */
const TOP_LEAST_PIXELS = 800

function topOf(picture: Picture): Picture {
  const height = Math.round(picture.height * TOP_SHARE)
  return picture.height < TOP_LEAST_PIXELS ? picture : { ...picture, height, data: picture.data.subarray(0, height * picture.width * 3) }
}

function finish(request: RecogniseRequest, page: PagePicture, reading: OcrReading): RecognisedPage {
  const layer = request.layer && { ...request.layer, words: request.layer.words ? unpackWords(request.layer.words) : [] }
  const composed = compose(reading.blocks, page.toPage, layer)
  const { width, height } = page.picture
  const frame = request.kind === 'region' ? { width, height, rotation: reading.rotation } : null
  const hasText = composed.text.trim() !== ''
  const fromOcr = composed.ocrChars > 0
  const read = { ...composed, kind: request.kind, label: null, page: request.page }
  const { chunks } = chunkPage(composed, request.openHeadings, request.chunking)
  return {
    status: hasText ? 'text' : reading.inked ? 'no_text' : 'blank',
    frame,
    text: composed.text,
    blocks: composed.blocks,
    words: packWords(composed.words),
    engine: engineOf(reading, composed, layer !== null),
    confidence: fromOcr ? reading.confidence : null,
    unsure: fromOcr && isUnsure(reading),
    doubts: composed.doubts,
    chunks: anchored(read, chunks, request.name),
  }
}

const engineOf = (reading: OcrReading, { text }: Composed, withLayer: boolean): string =>
  withLayer && text !== '' ? `${reading.engine}${LAYER_ENGINE}` : reading.engine
