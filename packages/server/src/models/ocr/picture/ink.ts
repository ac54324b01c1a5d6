/** What is drawn on a line picture: which columns hold ink, and how strong it is. Pure. */

export interface Ink {
  /** 1 for each column with ink */
  columns: Uint8Array
  /** brightness difference between ink and ground, 0 to 255 */
  contrast: number
}

/** share of the contrast above which a column holds ink, and the least difference in grey levels */
const INK_SHARE = 0.35
const LEAST_INK = 8
/** rows at the upper and lower edge that may show the neighbouring lines, as a share of the height */
const EDGE = 0.08
/** the ground of a column is looked for in so many columns on each side: shadows change slowly */
const REACH = 16
/** share of the columns that are fainter than what counts as the line's contrast */
const FAINTER = 0.7

/** @param data RGB, `height` rows of `width` */
export function inkOf(data: Uint8Array, width: number, height: number): Ink {
  const rows = greyRows(data, width, height)
  const { lightest, darkest, mean } = columnsOf(rows, width)
  // Text covers less than half of its line: the mean lies nearer to the ground than to the ink.
  const dark = 2 * mean > average(lightest) + average(darkest)
  const ground = smooth(dark ? lightest : darkest)
  const strength = ground.map((level, x) => (dark ? level - darkest[x]! : lightest[x]! - level))
  const contrast = Math.max(0, strength.toSorted()[Math.floor(width * FAINTER)] ?? 0)
  const limit = Math.max(LEAST_INK, contrast * INK_SHARE)
  return { columns: Uint8Array.from(strength, (value) => (value > limit ? 1 : 0)), contrast }
}

function greyRows(data: Uint8Array, width: number, height: number): Uint8Array {
  const from = Math.round(height * EDGE)
  const grey = new Uint8Array(width * (height - 2 * from))
  for (let n = 0, at = from * width * 3; n < grey.length; n += 1, at += 3) {
    grey[n] = (77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]!) >> 8
  }
  return grey
}

/** The second lightest and second darkest value of each column, so that a speck does not count, and the mean of all. */
function columnsOf(grey: Uint8Array, width: number): { lightest: Float32Array; darkest: Float32Array; mean: number } {
  const lightest = new Float32Array(width)
  const darkest = new Float32Array(width)
  let sum = 0
  for (let x = 0; x < width; x += 1) {
    let [low, lower, high, higher] = [255, 255, 0, 0]
    for (let at = x; at < grey.length; at += width) {
      const value = grey[at]!
      sum += value
      if (value < lower) [lower, low] = [value, lower]
      else if (value < low) low = value
      if (value > higher) [higher, high] = [value, higher]
      else if (value > high) high = value
    }
    lightest[x] = high
    darkest[x] = low
  }
  return { lightest, darkest, mean: sum / Math.max(1, grey.length) }
}

const average = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** Moving mean over REACH columns on each side. */
function smooth(values: Float32Array): Float32Array {
  const sums = new Float64Array(values.length + 1)
  for (let n = 0; n < values.length; n += 1) sums[n + 1] = sums[n]! + values[n]!
  return values.map((_, n) => {
    const [from, to] = [Math.max(0, n - REACH), Math.min(values.length, n + REACH + 1)]
    return (sums[to]! - sums[from]!) / (to - from)
  })
}
