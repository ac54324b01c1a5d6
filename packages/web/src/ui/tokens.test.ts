// @vitest-environment node
/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')

type Oklch = [number, number, number]
const tokens = new Map<string, [Oklch, Oklch]>()
const triple = (text: string): Oklch => text.split(' ').map(Number) as Oklch
for (const [, name, light, dark] of css.matchAll(/--color-([\w-]+): light-dark\(oklch\(([\d. ]+)\), oklch\(([\d. ]+)\)\)/g)) {
  tokens.set(name!, [triple(light!), triple(dark!)])
}

/** OKLCH -> linear sRGB: Ottosson 2020. */
function toLinear([l, c, h]: Oklch): [number, number, number] {
  const a = c * Math.cos((h * Math.PI) / 180)
  const b = c * Math.sin((h * Math.PI) / 180)
  const l3 = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m3 = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s3 = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3,
    -1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3,
    -0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3,
  ]
}
const encode = (v: number): number => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055)
const decode = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)

function luminance(color: Oklch): number {
  const [r, g, b] = toLinear(color).map((v) => decode(Math.round(encode(Math.min(1, Math.max(0, v))) * 255) / 255)) as Oklch
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: Oklch, b: Oklch): number {
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}
const ratio = (a: string, b: string, theme: 0 | 1): number => contrast(tokens.get(a)![theme], tokens.get(b)![theme])

/** The contrast column of the design's colour table: text, ground, light, dark. */
const TABLE: [string, string, number, number][] = [
  ['line', 'surface', 1.33, 1.35],
  ['control', 'surface', 3.23, 3.23],
  ['ink', 'canvas', 15.9, 15.7],
  ['ink', 'surface', 16.6, 14.6],
  ['ink-2', 'surface', 7.8, 8.3],
  ['ink-2', 'hover', 6.6, 7.3],
  ['ink-3', 'surface', 5.5, 5.8],
  ['ink-3', 'hover', 4.7, 5.1],
  ['accent', 'surface', 6.3, 8.0],
  ['on-accent', 'accent', 6.3, 8.5],
  ['ink', 'accent-soft', 14.4, 11.7],
  ['accent-ink', 'accent-soft', 7.7, 8.4],
  ['ink', 'evid', 13.5, 9.0],
  ['ink', 'evid-strong', 10.1, 4.6],
  ['evid-line', 'surface', 4.0, 7.8],
  ['evid-ink', 'evid', 7.7, 8.1],
  ['ok', 'surface', 5.7, 9.0],
  ['ok', 'ok-soft', 5.0, 7.5],
  ['warn', 'surface', 5.5, 9.4],
  ['warn', 'warn-soft', 4.9, 7.8],
  ['bad', 'surface', 5.8, 7.0],
  ['bad', 'bad-soft', 5.0, 5.9],
]

describe('colour tokens', () => {
  test.each(TABLE)('%s on %s has the contrast of the design table', (text, ground, light, dark) => {
    const digits = light < 2 || light === 3.23 ? 0.006 : 0.06
    expect(Math.abs(ratio(text, ground, 0) - light)).toBeLessThanOrEqual(digits)
    expect(Math.abs(ratio(text, ground, 1) - dark)).toBeLessThanOrEqual(digits)
  })

  test('every colour lies inside sRGB, so no browser has to change it', () => {
    for (const [name, pair] of tokens) {
      for (const color of pair) {
        for (const channel of toLinear(color)) {
          expect(channel, name).toBeGreaterThan(-0.0005)
          expect(channel, name).toBeLessThan(1.0005)
        }
      }
    }
  })

  test('all text pairs reach 4.5:1 and outlines 3:1 in both themes', () => {
    for (const theme of [0, 1] as const) {
      for (const ground of ['canvas', 'surface', 'sunken', 'hover']) {
        for (const text of ['ink', 'ink-2', 'ink-3', 'accent'])
          expect(ratio(text, ground, theme), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5)
      }
      for (const outline of ['control', 'evid-line', 'accent']) expect(ratio(outline, 'surface', theme), outline).toBeGreaterThanOrEqual(3)
    }
  })
})
