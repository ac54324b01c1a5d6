/** What is drawn on a line picture: which columns hold ink, and how strong it is. Pure. */

export interface Ink {
  /** 1 for each column with ink */
  columns: Uint8Array
  /** brightness difference between ink and ground, 0 to 255 */
  contrast: number
}

/** share of the contrast above which a pixel counts as ink */
const INK_SHARE = 0.35
/** rows at the upper and lower edge that may show the neighbouring lines, as a share of the height */
const EDGE = 0.08
/** the strongest pixels, as a share of all: what ink looks like */
const STRONGEST = 0.03

/** @param data RGB, `height` rows of `width` */
export function inkOf(data: Uint8Array, width: number, height: number): Ink {
  const from = Math.round(height * EDGE)
  const to = height - from
  const histogram = new Uint32Array(256)
  const grey = new Uint8Array(width * (to - from))
  for (let n = 0, at = from * width * 3; n < grey.length; n += 1, at += 3) {
    const value = (77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]!) >> 8
    grey[n] = value
    histogram[value]! += 1
  }
  const ground = commonest(histogram)
  const contrast = strongest(histogram, ground, Math.max(1, Math.round(grey.length * STRONGEST)))
  const limit = Math.max(8, contrast * INK_SHARE)
  const columns = new Uint8Array(width)
  for (let n = 0; n < grey.length; n += 1) if (Math.abs(grey[n]! - ground) > limit) columns[n % width] = 1
  return { columns, contrast }
}

/** The brightness most pixels have, over a window of nine levels. */
function commonest(histogram: Uint32Array): number {
  let [best, at] = [-1, 0]
  for (let n = 0; n < 256; n += 1) {
    let sum = 0
    for (let m = Math.max(0, n - 4); m <= Math.min(255, n + 4); m += 1) sum += histogram[m]!
    if (sum > best) [best, at] = [sum, n]
  }
  return at
}

/** Difference from the ground that the `count` strongest pixels reach. */
function strongest(histogram: Uint32Array, ground: number, count: number): number {
  let left = count
  for (let difference = 255; difference > 0; difference -= 1) {
    left -= (histogram[ground - difference] ?? 0) + (histogram[ground + difference] ?? 0)
    if (left <= 0) return difference
  }
  return 0
}
