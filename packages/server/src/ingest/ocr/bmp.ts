/**
 * Windows bitmaps, which the picture library does not read: 1, 4, 8, 16, 24 and 32 bits, upright or bottom-up, without
 * compression or with bit masks (BITMAPINFOHEADER and later). Run-length coding names its way out instead.
 */
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import type { Picture } from '../../models/ocr/types.ts'

const FILE_HEADER_BYTES = 14
const INFO_HEADER_BYTES = 40
const PLAIN = 0
const BIT_FIELDS = 3
const BITS = new Set([1, 4, 8, 16, 24, 32])

export const isBmp = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x42 && bytes[1] === 0x4d && bytes.length >= FILE_HEADER_BYTES + INFO_HEADER_BYTES

/** @throws ingest.corrupt, ingest.pixel_limit, ingest.unsupported_image (run-length coding, old headers) */
export function decodeBmp(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerBytes = view.getUint32(FILE_HEADER_BYTES, true)
  const [width, signedHeight] = [view.getInt32(18, true), view.getInt32(22, true)]
  const [bits, compression] = [view.getUint16(28, true), view.getUint32(30, true)]
  if (headerBytes < INFO_HEADER_BYTES || ![PLAIN, BIT_FIELDS].includes(compression))
    throw fail('ingest.unsupported_image', { format: 'BMP (RLE)' })
  const height = Math.abs(signedHeight)
  if (width < 1 || height < 1 || !BITS.has(bits)) throw fail('ingest.corrupt', { detail: 'BMP header' })
  const megapixels = (pixels: number): string => `${Math.round(pixels / 1e6)} MP`
  if (width * height > LIMITS.picturePixels)
    throw fail('ingest.pixel_limit', { pixels: megapixels(width * height), limit: megapixels(LIMITS.picturePixels) })
  const [start, stride] = [view.getUint32(10, true), Math.ceil((width * bits) / 32) * 4]
  if (start + stride * height > bytes.length) throw fail('ingest.corrupt', { detail: 'BMP ends early' })

  const palette = bits <= 8 ? paletteOf(view, FILE_HEADER_BYTES + headerBytes, bits) : []
  const masks = bits === 16 || bits === 32 ? masksOf(view, bits, compression) : []
  const data = new Uint8Array(width * height * 3)
  for (let row = 0, to = 0; row < height; row++) {
    const from = start + (signedHeight > 0 ? height - 1 - row : row) * stride
    for (let x = 0; x < width; x++, to += 3) {
      if (bits <= 8) {
        const bitAt = x * bits
        const index = (bytes[from + (bitAt >> 3)]! >> (8 - bits - (bitAt & 7))) & (2 ** bits - 1)
        data.set(palette[index] ?? [0, 0, 0], to)
      } else if (bits === 24) {
        data[to] = bytes[from + x * 3 + 2]!
        data[to + 1] = bytes[from + x * 3 + 1]!
        data[to + 2] = bytes[from + x * 3]!
      } else {
        const value = bits === 16 ? view.getUint16(from + x * 2, true) : view.getUint32(from + x * 4, true)
        masks.forEach(({ shift, most }, c) => (data[to + c] = Math.round((((value >>> shift) & most) * 255) / most)))
      }
    }
  }
  return { data, width, height }
}

/** Red, green, blue of each entry; the file has blue first and a fourth byte. */
function paletteOf(view: DataView, at: number, bits: number): [number, number, number][] {
  const count = Math.min(view.getUint32(46, true) || 2 ** bits, 2 ** bits)
  if (at + count * 4 > view.byteLength) throw fail('ingest.corrupt', { detail: 'BMP palette' })
  return Array.from({ length: count }, (_, n) => [view.getUint8(at + n * 4 + 2), view.getUint8(at + n * 4 + 1), view.getUint8(at + n * 4)])
}

/** Where red, green and blue lie in a pixel. */
function masksOf(view: DataView, bits: number, compression: number): { shift: number; most: number }[] {
  const at = FILE_HEADER_BYTES + INFO_HEADER_BYTES
  if (compression === BIT_FIELDS && at + 12 > view.byteLength) throw fail('ingest.corrupt', { detail: 'BMP masks' })
  const masks =
    compression === BIT_FIELDS
      ? [view.getUint32(at, true), view.getUint32(at + 4, true), view.getUint32(at + 8, true)]
      : bits === 16
        ? [0x7c00, 0x03e0, 0x001f]
        : [0xff0000, 0x00ff00, 0x0000ff]
  return masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask)
    return { shift, most: Math.max(1, mask >>> shift) }
  })
}
