/** Plain operations on pictures: turning, borders, grey values, scaling. */
import sharp from 'sharp'
import type { Picture, PixelBox } from '../types.ts'

export type Turn = 0 | 90 | 180 | 270

/** @returns the picture turned clockwise; the same object for 0 */
export function turn(picture: Picture, degrees: Turn): Picture {
  if (degrees === 0) return picture
  const { data, width, height } = picture
  const across = degrees !== 180
  const [outWidth, outHeight] = across ? [height, width] : [width, height]
  const out = new Uint8Array(data.length)
  for (let y = 0, from = 0; y < height; y += 1) {
    // Where the row's first pixel goes, and how far apart its neighbours are there.
    const [start, step] =
      degrees === 90
        ? [outWidth - 1 - y, outWidth]
        : degrees === 180
          ? [(outHeight - 1 - y) * outWidth + outWidth - 1, -1]
          : [(outHeight - 1) * outWidth + y, -outWidth]
    for (let x = 0, to = start * 3; x < width; x += 1, from += 3, to += step * 3) {
      out[to] = data[from]!
      out[to + 1] = data[from + 1]!
      out[to + 2] = data[from + 2]!
    }
  }
  return { data: out, width: outWidth, height: outHeight }
}

/** A box on a picture that was turned clockwise by `degrees` → the same place on the picture before; sizes are those before. */
export function turnBack([x, y, w, h]: PixelBox, degrees: Turn, width: number, height: number): PixelBox {
  if (degrees === 90) return [y, height - x - w, h, w]
  if (degrees === 180) return [width - x - w, height - y - h, w, h]
  if (degrees === 270) return [width - y - h, x, h, w]
  return [x, y, w, h]
}

/** The picture with a border of one grey value around it. */
export function bordered({ data, width, height }: Picture, border: number, value: number): Picture {
  const outWidth = width + 2 * border
  const outHeight = height + 2 * border
  const out = new Uint8Array(outWidth * outHeight * 3).fill(value)
  for (let y = 0; y < height; y += 1) {
    out.set(data.subarray(y * width * 3, (y + 1) * width * 3), ((y + border) * outWidth + border) * 3)
  }
  return { data: out, width: outWidth, height: outHeight }
}

/** Brightness of every pixel, 0 to 255 (ITU-R BT.601). */
export function greyOf({ data, width, height }: Picture): Uint8Array {
  const out = new Uint8Array(width * height)
  for (let n = 0, at = 0; n < out.length; n += 1, at += 3) out[n] = (77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]!) >> 8
  return out
}

export async function scaled({ data, width, height }: Picture, toWidth: number, toHeight: number): Promise<Picture> {
  if (toWidth === width && toHeight === height) return { data, width, height }
  const out = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(toWidth, toHeight, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer()
  return { data: out, width: toWidth, height: toHeight }
}
