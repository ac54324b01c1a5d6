/** What every OCR engine must do: run by the tests of each, on pictures whose text is known. */
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodePicture } from './picture/decode.ts'
import { type Turn, turn, turnBack } from './picture/raster.ts'
import { FIXTURES, type FixtureName, fixtureBytes, fixturePicture } from './testing/fixtures.ts'
import type { OcrEngine, OcrLine, OcrReading, Picture } from './types.ts'

const linesOf = (reading: OcrReading): OcrLine[] => reading.blocks.flatMap((block) => block.lines)
const textOf = (reading: OcrReading): string[] => linesOf(reading).map((line) => line.text)

/** White space between Han characters does not count, widths of marks neither. */
const comparable = (lines: readonly string[]): string[] =>
  lines.map((line) => line.normalize('NFKC').replaceAll(/(?<=[^\x20-\x7e]) +| +(?=[^\x20-\x7e])/g, ''))

/** The drawing alone on transparent ground: its darkness becomes its opacity. */
async function onTransparent(name: FixtureName, ink: number): Promise<Picture> {
  const { data, info } = await sharp(fixtureBytes(name)).greyscale().toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  const rgba = Buffer.alloc(data.length * 4, ink)
  data.forEach((value, n) => (rgba[n * 4 + 3] = 255 - value))
  const png = await sharp(rgba, { raw: { width: info.width, height: info.height, channels: 4 } })
    .png()
    .toBuffer()
  return await (await decodePicture(png)).picture(1)
}

/** The picture with the contrast of some rows lowered. */
function faded({ data, width, height }: Picture, from: number, to: number, contrast: number): Picture {
  const out = data.map((value, n) => {
    const y = Math.floor(n / 3 / width)
    return y >= from && y < to ? 255 - Math.round((255 - value) * contrast) : value
  })
  return { data: out, width, height }
}

export function engineSuite(open: () => Promise<OcrEngine>): void {
  let engine: OcrEngine
  beforeAll(async () => {
    engine = await open()
  })
  afterAll(() => engine.close())

  test.each(Object.keys(FIXTURES) as FixtureName[])('reads what is written, in reading order: %s', async (name) => {
    const reading = await engine.read(await fixturePicture(name))
    expect(comparable(textOf(reading))).toEqual(comparable(FIXTURES[name].lines))
    expect(reading).toMatchObject({ engine: engine.version, rotation: 0, inked: true })
    expect(reading.confidence).toBeGreaterThan(0.8)
    expect(linesOf(reading).filter((line) => line.doubtful)).toEqual([])
  })

  test('words cover the text of their line, and their boxes lie where the words stand', async () => {
    const { drawn, size, width, height } = FIXTURES.english
    const reading = await engine.read(await fixturePicture('english'))
    linesOf(reading).forEach((line, n) => {
      expect(line.words.map(({ start, end }) => line.text.slice(start, end))).toEqual(line.text.split(/\s+/))
      const rights = line.words.map(({ box: [x, y, w, h] }) => {
        expect(x >= 0 && y >= 0 && x + w <= width && y + h <= height).toBe(true)
        const middle = y + h / 2
        expect(middle).toBeGreaterThan(drawn[n]!.y - size)
        expect(middle).toBeLessThan(drawn[n]!.y + size / 4)
        return x + w
      })
      expect(rights).toEqual(rights.toSorted((a, b) => a - b))
      expect(line.words[0]!.box[0]).toBeGreaterThan(drawn[n]!.x - size / 2)
      expect(line.words[0]!.box[0]).toBeLessThan(drawn[n]!.x + size / 2)
    })
  })

  describe.each([90, 180, 270] as Turn[])('turned by %i degrees', (degrees) => {
    test.each(['chinese', 'english'] as FixtureName[])('reads the same, with boxes on the picture as given: %s', async (name) => {
      const upright = await fixturePicture(name)
      const given = turn(upright, degrees)
      const reading = await engine.read(given)
      expect(comparable(textOf(reading))).toEqual(comparable(FIXTURES[name].lines))
      expect(reading).toMatchObject({ rotation: (360 - degrees) % 360, width: given.width, height: given.height })
      const straight = linesOf(await engine.read(upright))
      linesOf(reading).forEach((line, n) => {
        const [x, y, w, h] = turnBack(line.box, degrees, upright.width, upright.height)
        const [sx, sy, sw, sh] = straight[n]!.box
        for (const difference of [x - sx, y - sy, x + w - sx - sw, y + h - sy - sh]) expect(Math.abs(difference)).toBeLessThan(12)
      })
    })
  })

  test('a picture that EXIF turns is read upright, in pixels of the upright picture', async () => {
    const { width, height, lines } = FIXTURES.english
    const lying = await sharp(fixtureBytes('english')).rotate(270).jpeg({ quality: 90 }).withMetadata({ orientation: 6 }).toBuffer()
    const reading = await engine.read(await (await decodePicture(lying)).picture(1))
    expect(reading).toMatchObject({ width, height, rotation: 0 })
    expect(textOf(reading)).toEqual(lines)
  })

  test.each([
    ['black', 0],
    ['white', 255],
  ])('%s on transparent', async (_, ink) => {
    expect(textOf(await engine.read(await onTransparent('english', ink)))).toEqual(FIXTURES.english.lines)
  })

  test('a faint line is kept and marked, the others are not', async () => {
    const picture = faded(await fixturePicture('english'), 66, 102, 0.22)
    const lines = linesOf(await engine.read(picture))
    expect(lines.map((line) => line.text)).toEqual(FIXTURES.english.lines)
    expect(lines.map((line) => line.doubtful)).toEqual([false, true, false, false])
  })

  test('nothing drawn is blank; something drawn that is no text is not', async () => {
    const blank: Picture = { data: new Uint8Array(300 * 200 * 3).fill(252), width: 300, height: 200 }
    expect(await engine.read(blank)).toMatchObject({ blocks: [], inked: false, confidence: 0, rotation: 0 })
    const slope = new Uint8Array(300 * 200 * 3).fill(255)
    for (let x = 0; x < 300; x += 1)
      for (let y = 0; y < 3; y += 1) slope.fill(0, ((Math.floor(x / 2) + y) * 300 + x) * 3, ((Math.floor(x / 2) + y) * 300 + x) * 3 + 3)
    expect((await engine.read({ data: slope, width: 300, height: 200 })).inked).toBe(true)
  })

  test('stops when told to, and goes on serving', async () => {
    const picture = await fixturePicture('english')
    const stop = new AbortController()
    const stopped = engine.read(picture, {}, stop.signal)
    const next = engine.read(picture)
    stop.abort(new Error('no longer wanted'))
    await expect(stopped).rejects.toThrow('no longer wanted')
    expect(textOf(await next)).toEqual(FIXTURES.english.lines)
  })

  test('a quick look reads clean text as well', async () => {
    expect(textOf(await engine.read(await fixturePicture('english'), { quick: true }))).toEqual(FIXTURES.english.lines)
  })
}
