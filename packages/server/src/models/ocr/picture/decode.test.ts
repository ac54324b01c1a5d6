import sharp, { type Sharp } from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodePicture, rgb } from './decode.ts'

const plain = (width: number, height: number, background: string): Sharp => sharp({ create: { width, height, channels: 3, background } })

describe('formats', () => {
  test.each(['png', 'jpeg', 'webp', 'tiff', 'gif', 'avif'] as const)('%s', async (format) => {
    const bytes = await plain(40, 20, 'red').toFormat(format).toBuffer()
    const file = await decodePicture(bytes)
    expect(file.pages).toBe(1)
    const picture = await file.picture(1)
    expect([picture.width, picture.height, picture.data.length]).toEqual([40, 20, 2400])
    expect(picture.data[0]).toBeGreaterThan(240)
    expect(picture.data[1]).toBeLessThan(20)
  })

  test('every page of a TIFF, the first frame of a GIF', async () => {
    const frames = [plain(30, 30, 'white'), plain(30, 30, 'black'), plain(30, 30, 'white')].map((frame) => frame.png().toBuffer())
    const joined = sharp(await Promise.all(frames), { join: { animated: true } })
    const tiff = await decodePicture(await joined.clone().tiff().toBuffer())
    expect(tiff.pages).toBe(3)
    const greys = [1, 2, 3].map(async (page) => (await tiff.picture(page)).data[0])
    expect(await Promise.all(greys)).toEqual([255, 0, 255])
    const gif = await decodePicture(await joined.clone().gif().toBuffer())
    expect(gif.pages).toBe(1)
    expect((await gif.picture(1)).height).toBe(30)
  })

  test('what is no picture, or half of one, is said to be so', async () => {
    await expect(decodePicture(Buffer.from('not a picture'))).rejects.toMatchObject({ code: 'ingest.corrupt' })
    const whole = await sharp(Buffer.from(Array.from({ length: 300 * 300 * 3 }, (_, n) => (n * 7919) % 251)), {
      raw: { width: 300, height: 300, channels: 3 },
    })
      .png()
      .toBuffer()
    const file = await decodePicture(whole.subarray(0, whole.length / 2))
    await expect(file.picture(1)).rejects.toMatchObject({ code: 'ingest.corrupt' })
    await expect(decodePicture(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'))).rejects.toMatchObject({
      code: 'ingest.unsupported_format',
    })
  })
})

describe('the bound on pixels', () => {
  test('a PNG above it is refused before it is decoded; the error names the bound', async () => {
    const bytes = await plain(2000, 1000, 'white').png().toBuffer()
    const file = await decodePicture(bytes, { limitPixels: 1_000_000 })
    await expect(file.picture(1)).rejects.toMatchObject({ code: 'ingest.pixel_limit', params: { megapixels: 2, limit: 1 } })
  })

  test('a JPEG is shrunk while it is decoded, up to four times the bound', async () => {
    const bytes = await plain(2000, 1000, 'white').jpeg().toBuffer()
    const picture = await (await decodePicture(bytes, { limitPixels: 1_000_000 })).picture(1)
    expect(picture.width * picture.height).toBeLessThanOrEqual(1_000_000)
    expect(picture.width / picture.height).toBeCloseTo(2, 1)
    await expect((await decodePicture(bytes, { limitPixels: 400_000 })).picture(1)).rejects.toMatchObject({ code: 'ingest.pixel_limit' })
  })
})

test('grey, alpha and both become RGB on the ground that shows the drawing', () => {
  expect([...rgb(Uint8Array.of(7), 1)]).toEqual([7, 7, 7])
  // dark drawing: white under it; light drawing: black under it
  expect([...rgb(Uint8Array.of(0, 255, 0, 0), 2)]).toEqual([0, 0, 0, 255, 255, 255])
  expect([...rgb(Uint8Array.of(255, 255, 255, 255, 9, 9, 9, 0), 4)]).toEqual([255, 255, 255, 0, 0, 0])
  expect([...rgb(Uint8Array.of(0, 0, 0, 128), 4)]).toEqual([127, 127, 127])
})
