/**
 * How late the event loop is: the time by which a timer fires after its moment, measured all the time. The server parses
 * nothing on its main thread, so p99 stays under 50 ms also under load (docs/reliability.md).
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface LoopDelay {
  p50Ms: number
  p99Ms: number
  maxMs: number
}

const RESOLUTION_MS = 10
/** Figures are of the last one to two windows, so that a stall of an hour ago does not stay in them. */
const WINDOW_MS = 60_000

const ms = (nanoseconds: number): number => Math.max(0, Math.round((nanoseconds / 1e6 - RESOLUTION_MS) * 10) / 10)

export function watchLoopDelay(): { read(): LoopDelay; stop(): void } {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  const figures = (): LoopDelay =>
    histogram.count === 0
      ? { p50Ms: 0, p99Ms: 0, maxMs: 0 }
      : { p50Ms: ms(histogram.percentile(50)), p99Ms: ms(histogram.percentile(99)), maxMs: ms(histogram.max) }
  let before: LoopDelay = { p50Ms: 0, p99Ms: 0, maxMs: 0 }
  const timer = setInterval(() => {
    before = figures()
    histogram.reset()
  }, WINDOW_MS)
  timer.unref()
  return {
    read() {
      const now = figures()
      return {
        p50Ms: Math.max(now.p50Ms, before.p50Ms),
        p99Ms: Math.max(now.p99Ms, before.p99Ms),
        maxMs: Math.max(now.maxMs, before.maxMs),
      }
    },
    stop() {
      clearInterval(timer)
      histogram.disable()
    },
  }
}
