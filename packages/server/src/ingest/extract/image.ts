/**
 * Pictures: PNG, JPEG, WebP, AVIF, TIFF (every page), GIF (first frame), BMP. The reader only counts pages, without decoding
 * anything: each page waits for OCR, which decodes it in a child that may use native code.
 */
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import type { ExtractedPage, Extractor } from './types.ts'

const IMAGE_VERSION = 'image-1'

/** Media types by the first bytes; what is none of them is left to the decoder, which looks closer. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^\x89PNG/, 'image/png'],
  [/^\xff\xd8/, 'image/jpeg'],
  [/^BM/, 'image/bmp'],
  [/^GIF8/, 'image/gif'],
  [/^RIFF[\s\S]{4}WEBP/, 'image/webp'],
  [/^(?:II[*+]\0|MM\0[*+])/, 'image/tiff'],
  [/^[\s\S]{4}ftypavi[fs]/, 'image/avif'],
]

export const extractImage: Extractor = async ({ bytes, fromPage, progress }) => {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString('latin1')
  const mediaType = TYPES.find(([start]) => start.test(head))?.[1] ?? 'application/octet-stream'
  const pagesTotal = mediaType === 'image/tiff' ? countTiffPages(bytes) : 1
  return { mediaType, engine: IMAGE_VERSION, pagesTotal, pages: waitingPages(fromPage, pagesTotal, progress) }
}

function* waitingPages(fromPage: number, pagesTotal: number, progress: () => void): Generator<ExtractedPage> {
  for (let page = fromPage; page <= pagesTotal; page++) {
    progress()
    yield {
      page,
      kind: 'region',
      label: null,
      status: 'waiting',
      code: null,
      // Known when the picture is decoded.
      width: null,
      height: null,
      rotation: 0,
      text: '',
      blocks: [],
      words: [],
      engine: IMAGE_VERSION,
      dropped: { outside: 0, invisible: 0 },
    }
  }
}

const BIG_TIFF = 43

/**
 * Length of the chain of directories (TIFF 6.0, section 2; BigTIFF has wider fields). A chain that leads nowhere or
 * comes back to itself ends there: what can be decoded is read, the rest of the file is said to be damaged by its page.
 * Not counted further than the first page that is over the bound.
 *
 * @throws ingest.corrupt
 */
export function countTiffPages(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = bytes[0] === 0x49
  const big = bytes.length >= 16 && view.getUint16(2, little) === BIG_TIFF
  const pointer = (at: number): number => (big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little))
  const pointerBytes = big ? 8 : 4
  const seen = new Set<number>()
  let at = bytes.length >= 8 ? pointer(big ? 8 : 4) : 0
  while (seen.size <= LIMITS.documentPages && at !== 0 && at + (big ? 16 : 6) <= bytes.length && !seen.has(at)) {
    seen.add(at)
    const entries = big ? Number(view.getBigUint64(at, little)) : view.getUint16(at, little)
    const next = at + (big ? 8 + entries * 20 : 2 + entries * 12)
    at = next + pointerBytes <= bytes.length ? pointer(next) : 0
  }
  if (seen.size === 0) throw fail('ingest.corrupt', { detail: 'TIFF without a page' })
  return seen.size
}
