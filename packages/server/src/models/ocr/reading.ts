/** What both engines do at the end: the figures of a whole reading. */
import type { OcrBlock, OcrReading } from './types.ts'

/** Adds the mean confidence over all characters. */
export function readingOf(parts: Omit<OcrReading, 'confidence'>): OcrReading {
  return { ...parts, confidence: meanConfidence(parts.blocks) }
}

function meanConfidence(blocks: readonly OcrBlock[]): number {
  let [sum, weight] = [0, 0]
  for (const { lines } of blocks) {
    for (const line of lines) {
      sum += line.confidence * line.text.length
      weight += line.text.length
    }
  }
  return weight > 0 ? sum / weight : 0
}

type Stage = keyof OcrReading['ms']

/** Wall-clock time by stage: `end` closes the stage that ran since the last call. */
export function stopwatch(): { ms: OcrReading['ms']; end(stage: Stage): void } {
  const ms = { prepare: 0, detect: 0, recognise: 0, arrange: 0 }
  let since = performance.now()
  return {
    ms,
    end(stage) {
      const now = performance.now()
      ms[stage] += now - since
      since = now
    },
  }
}

/** One call after the other: the sessions of an engine serve one picture at a time. */
export function oneAtATime(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const result = last.then(task)
    last = result.catch(() => {})
    return result
  }
}
