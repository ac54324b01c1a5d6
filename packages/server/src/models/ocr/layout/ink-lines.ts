/**
 * Finds lines of text by their ink alone, without a model: dark pixels are smeared along the line until characters touch
 * (run-length smoothing: Wong, Casey & Wahl 1982), and what hangs together is a line. For clean, level pages.
 */
import { components } from '../picture/components.ts'
import type { Item } from './columns.ts'

/** a pixel is ink when it is darker than its page's ground by this share of the contrast, and by so many grey levels: faint lines count */
const INK = 0.18
const LEAST_CONTRAST = 16
/** gaps up to so many line heights are filled */
const SMEAR = 1.1
/** lines less high than this, in pixels and in line heights, are specks; signs higher than this share of the page are pictures */
const LEAST_HEIGHT = 3
const LEAST_SHARE = 0.35
const PICTURE = 0.2
/** a sign is not so many times as wide as it is high, nor the reverse */
const SLENDER = 15
/** unbroken ink that is longer than this, in line heights, is a rule: along, and down the page */
const RULE_ALONG = 3
const RULE_DOWN = 2

export interface InkLines {
  /** upright boxes in pixels of the picture */
  lines: Item[]
  /** 1 for each pixel of a ruled line or frame */
  rules: Uint8Array
}

/** @param picture one grey value a pixel, dark on light */
export function inkLines(picture: { data: Uint8Array; width: number; height: number }): InkLines {
  const { data, width, height } = picture
  const rules = new Uint8Array(data.length)
  const sorted = data.toSorted()
  const [dark, light] = [sorted[Math.floor(data.length * 0.002)]!, sorted[Math.floor(data.length * 0.7)]!]
  if (light - dark < LEAST_CONTRAST) return { lines: [], rules }
  const limit = light - Math.max(LEAST_CONTRAST, INK * (light - dark))
  const ink = Float32Array.from(data, (value) => (value < limit ? 1 : 0))
  const first = usualHeight(signsOf(ink, width, height))
  if (first === 0) return { lines: [], rules }
  takeRules(ink, rules, width, height, first)
  const signs = signsOf(ink, width, height)
  const usual = usualHeight(signs)
  // Only what is of a sign's size is smeared: pictures would tie lines to each other.
  const kept = new Float32Array(ink.length)
  for (const box of signs) {
    for (let y = box.top; y < box.bottom; y += 1) for (let x = box.left; x < box.right; x += 1) kept[y * width + x] = ink[y * width + x]!
  }
  smear(kept, width, height, Math.max(2, Math.round(SMEAR * usual)))
  const least = Math.max(LEAST_HEIGHT, LEAST_SHARE * usual)
  return { lines: boxes(kept, width, height).filter((box) => box.bottom - box.top >= least), rules }
}

function signsOf(ink: Float32Array, width: number, height: number): Item[] {
  return boxes(ink, width, height).filter((box) => {
    const [w, h] = [box.right - box.left, box.bottom - box.top]
    return h < PICTURE * height && w < SLENDER * h && h < SLENDER * w
  })
}

/** Height of a full sign: marks and the parts of Han characters are lower. */
const usualHeight = (signs: readonly Item[]): number =>
  signs.map((box) => box.bottom - box.top).toSorted((a, b) => a - b)[Math.floor(signs.length * 0.6)] ?? 0

/** Moves the pixels of long unbroken runs from the ink to the rules. */
function takeRules(ink: Float32Array, rules: Uint8Array, width: number, height: number, usual: number): void {
  const scan = (lanes: number, length: number, lane: number, step: number, least: number): void => {
    for (let n = 0; n < lanes; n += 1) {
      let run = 0
      for (let m = 0, at = n * lane; m <= length; m += 1, at += step) {
        if (m < length && ink[at]) {
          run += 1
          continue
        }
        if (run >= least) for (let back = 1; back <= run; back += 1) rules[at - back * step] = 1
        run = 0
      }
    }
  }
  scan(height, width, width, 1, Math.max(12, RULE_ALONG * usual))
  scan(width, height, 1, width, Math.max(12, RULE_DOWN * usual))
  for (let n = 0; n < rules.length; n += 1) if (rules[n]) ink[n] = 0
}

function boxes(mask: Float32Array, width: number, height: number): Item[] {
  return components(mask, width, height, 0.5, 2).map(({ outline }) => {
    let [left, top, right, bottom] = [width, height, 0, 0]
    for (const { x, y } of outline) {
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
    return { left, top, right, bottom }
  })
}

function smear(mask: Float32Array, width: number, height: number, reach: number): void {
  for (let y = 0; y < height; y += 1) {
    let last = -Infinity
    for (let x = 0; x < width; x += 1) {
      if (!mask[y * width + x]) continue
      if (x - last > 1 && x - last <= reach) mask.fill(1, y * width + last + 1, y * width + x)
      last = x
    }
  }
}
