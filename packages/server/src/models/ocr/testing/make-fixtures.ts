/**
 * Draws the fixtures again: `node packages/server/src/models/ocr/testing/make-fixtures.ts`. Needs the fonts that
 * `fixtures.ts` names (Debian: fonts-noto-cjk, fonts-liberation).
 */
import path from 'node:path'
import sharp from 'sharp'
import { type Fixture, FIXTURES, FOLDER } from './fixtures.ts'

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function svg({ width, height, font, size, drawn }: Fixture): string {
  const texts = drawn.map(({ text, x, y }) => `<text x="${x}" y="${y}">${escape(text)}</text>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${font}" font-size="${size}">
    <rect width="100%" height="100%" fill="white"/>${texts.join('')}</svg>`
}

for (const [name, fixture] of Object.entries(FIXTURES)) {
  await sharp(Buffer.from(svg(fixture)))
    .greyscale()
    .png({ palette: true, colours: 16, compressionLevel: 9 })
    .toFile(path.join(FOLDER, `${name}.png`))
}
