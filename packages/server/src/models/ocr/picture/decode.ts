/**
 * Bytes of a picture → upright RGB pictures, one page at a time: PNG, JPEG, WebP, AVIF, TIFF (every page), GIF (first frame).
 * EXIF turns are applied; transparent parts get the background on which what is drawn can be seen.
 */
import sharp, { type Metadata, type SharpOptions } from 'sharp'
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'
import type { Picture } from '../types.ts'

// One picture at a time in one process; pages run in parallel in several processes.
sharp.concurrency(1)
sharp.cache(false)

export interface DecodedFile {
  /** png, jpeg, webp, heif, tiff, gif */
  format: string
  pages: number
  /**
   * @param page from 1
   * @throws AppError ingest.pixel_limit, ingest.corrupt
   */
  picture(page: number): Promise<Picture>
}

export interface DecodeOptions {
  /** largest picture given out, in pixels; default LIMITS.picturePixels */
  limitPixels?: number
}

const FORMATS = new Set(['png', 'jpeg', 'webp', 'heif', 'tiff', 'gif'])
/** Many TIFF pages are one document; of an animation only the first frame is. */
const PAGED = new Set(['tiff'])
/** Formats whose decoder can give a smaller picture without holding the whole one. */
const SHRINK_ON_LOAD = new Set(['jpeg', 'webp'])
/** A picture that is shrunk while it is decoded may have this many times the limit. */
const SHRINK_REACH = 4

const reason = (error: unknown): string => (error instanceof Error ? error.message.split('\n')[0]!.slice(0, 80) : 'unknown')

/**
 * Looks at the header only; pixels are decoded page by page.
 * @throws AppError ingest.corrupt, ingest.unsupported_format
 */
export async function decodePicture(bytes: Uint8Array, options: DecodeOptions = {}): Promise<DecodedFile> {
  const limit = options.limitPixels ?? LIMITS.picturePixels
  const header = await metadata(bytes, {})
  if (!FORMATS.has(header.format)) throw fail('ingest.unsupported_format', { format: header.format })
  const paged = PAGED.has(header.format)
  return {
    format: header.format,
    pages: paged ? (header.pages ?? 1) : 1,
    async picture(page) {
      const source: SharpOptions = paged ? { page: page - 1, pages: 1 } : {}
      return await decodePage(bytes, source, paged && page > 1 ? await metadata(bytes, source) : header, limit)
    },
  }
}

async function metadata(bytes: Uint8Array, source: SharpOptions): Promise<Metadata> {
  try {
    // The bound on pixels is ours, checked before anything is decoded, and says what it is.
    return await sharp(bytes, { ...source, limitInputPixels: false }).metadata()
  } catch (error) {
    throw fail('ingest.corrupt', { detail: reason(error) }, error)
  }
}

async function decodePage(bytes: Uint8Array, source: SharpOptions, header: Metadata, limit: number): Promise<Picture> {
  const height = header.pageHeight ?? header.height
  const pixels = header.width * height
  // A progressive JPEG holds all its coefficients in memory, whatever size is asked for.
  const reach = SHRINK_ON_LOAD.has(header.format) && !header.isProgressive ? SHRINK_REACH : 1
  if (pixels > limit * reach) throw fail('ingest.pixel_limit', { megapixels: millions(pixels), limit: millions(limit * reach) })
  try {
    let image = sharp(bytes, { ...source, limitInputPixels: false, failOn: 'error' }).autoOrient()
    if (pixels > limit) image = image.resize({ width: shrunk(header, Math.sqrt(limit / pixels)) })
    const { data, info } = await image.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
    return { data: rgb(data, info.channels), width: info.width, height: info.height }
  } catch (error) {
    throw fail('ingest.corrupt', { detail: reason(error) }, error)
  }
}

const millions = (pixels: number): number => Math.ceil(pixels / 1e6)

/** Width after EXIF that brings the picture to `scale` of its size. */
function shrunk(header: Metadata, scale: number): number {
  const upright = header.orientation !== undefined && header.orientation >= 5 ? header.height : header.width
  return Math.max(1, Math.floor(upright * scale))
}

/** RGB from grey, grey with alpha, RGB, RGB with alpha. */
export function rgb(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data
  const pixels = data.length / channels
  const out = new Uint8Array(pixels * 3)
  const colour = channels >= 3
  const alpha = channels === 2 || channels === 4 ? channels - 1 : -1
  const ground = alpha < 0 ? 0 : background(data, channels)
  for (let n = 0, from = 0, to = 0; n < pixels; n += 1, from += channels, to += 3) {
    const share = alpha < 0 ? 255 : data[from + alpha]!
    for (let c = 0; c < 3; c += 1) {
      const value = data[from + (colour ? c : 0)]!
      out[to + c] = share === 255 ? value : Math.round((value * share + ground * (255 - share)) / 255)
    }
  }
  return out
}

/** White under dark drawings, black under light ones: by the mean brightness of what is opaque. */
function background(data: Uint8Array, channels: number): number {
  let sum = 0
  let weight = 0
  for (let at = 0; at < data.length; at += channels) {
    const share = data[at + channels - 1]!
    const grey = channels === 4 ? 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]! : data[at]!
    sum += grey * share
    weight += share
  }
  return weight > 0 && sum / weight > 127 ? 0 : 255
}
