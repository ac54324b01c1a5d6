import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { read } from '../testing/read.ts'
import { countTiffPages } from './image.ts'

const white = sharp({ create: { width: 8, height: 6, channels: 3, background: '#fff' } })

describe('a picture', () => {
  it.each([
    ['a.png', () => white.clone().png().toBuffer(), 'image/png'],
    ['a.jpg', () => white.clone().jpeg().toBuffer(), 'image/jpeg'],
    ['a.webp', () => white.clone().webp().toBuffer(), 'image/webp'],
    ['a.gif', () => white.clone().gif().toBuffer(), 'image/gif'],
    ['a.avif', () => white.clone().avif().toBuffer(), 'image/avif'],
    ['a.tif', () => white.clone().tiff().toBuffer(), 'image/tiff'],
    ['misnamed.txt', () => white.clone().png().toBuffer(), 'image/png'],
  ])('%s is known by its bytes and waits for OCR', async (name, make, mediaType) => {
    const { extraction, pages } = await read(new Uint8Array(await make()), name)
    expect(extraction).toMatchObject({ mediaType, pagesTotal: 1 })
    expect(pages).toMatchObject([{ page: 1, kind: 'region', status: 'waiting', text: '', words: [] }])
  })

  it('of several TIFF pages has as many pages, from the one asked for', async () => {
    const sheets = await Promise.all([1, 2, 3].map(() => white.clone().png().toBuffer()))
    const tiff = new Uint8Array(
      await sharp(sheets, { join: { animated: true } })
        .tiff()
        .toBuffer(),
    )
    expect(countTiffPages(tiff)).toBe(3)
    expect((await read(tiff, 'a.tiff', 3)).pages.map(({ page }) => page)).toEqual([3])
  })

  it('whose TIFF directories go in a circle or nowhere comes to an end', () => {
    const circle = Buffer.from('II*\0\x08\0\0\0\0\0\x08\0\0\0', 'latin1')
    expect(countTiffPages(circle)).toBe(1)
    const nowhere = Buffer.from('II*\0\x08\0\0\0\0\0\xff\xff\xff\x7f', 'latin1')
    expect(countTiffPages(nowhere)).toBe(1)
    expect(() => countTiffPages(Buffer.from('II*\0\xff\xff\xff\x7f', 'latin1'))).toThrow(
      expect.objectContaining({ code: 'ingest.corrupt' }) as Error,
    )
  })
})
