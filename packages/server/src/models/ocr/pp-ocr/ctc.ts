/** Greedy CTC decoding with the place of every character (Graves et al. 2006). Pure. */

export interface Glyph {
  /** one character of the key list */
  text: string
  /** middle of the steps that gave it, as a share of the line picture's width, 0 to 1 */
  at: number
  /** the highest probability among those steps */
  confidence: number
}

/**
 * @param scores  probabilities, `steps` rows of `keys.length`, from `offset` on
 * @param keys    characters by class; class 0 is the blank
 */
export function decodeCtc(scores: Float32Array, offset: number, steps: number, keys: readonly string[]): Glyph[] {
  const classes = keys.length
  const glyphs: Glyph[] = []
  let last = 0
  let from = 0
  let best = 0
  const close = (end: number): void => {
    if (last !== 0) glyphs.push({ text: keys[last]!, at: (from + end) / 2 / steps, confidence: best })
  }
  for (let step = 0; step < steps; step += 1) {
    const row = offset + step * classes
    let top = 0
    let value = scores[row]!
    for (let n = 1; n < classes; n += 1) {
      if (scores[row + n]! > value) {
        value = scores[row + n]!
        top = n
      }
    }
    if (top === last) {
      best = Math.max(best, value)
      continue
    }
    close(step)
    last = top
    from = step
    best = value
  }
  close(steps)
  return glyphs
}
