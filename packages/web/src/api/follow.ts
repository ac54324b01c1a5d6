/**
 * Following a stream of numbered events over lost connections: opens it again after a growing pause and asks only for
 * what came after the last event seen.
 */
import { ApiError } from '@zhiku/contract/client.ts'

/** Pauses before the attempts 1, 2, 3 … in ms; the last one repeats. */
export const RETRY_PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000]

export const retryPauseMs = (failures: number): number => RETRY_PAUSES_MS[Math.min(failures, RETRY_PAUSES_MS.length) - 1] ?? 0

/** Resolves after `ms`, at once when `wake` is called, rejects when aborted. */
export function pause(ms: number, signal: AbortSignal, wake?: (go: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    wake?.(() => {
      clearTimeout(timer)
      resolve()
    })
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        reject(signal.reason as Error)
      },
      { once: true },
    )
  })
}

export interface FollowOptions<E> {
  open: (lastEventId: number | undefined, signal: AbortSignal) => Promise<AsyncIterable<{ id: number; event: E }>>
  /** @returns true when this was the last event */
  onEvent: (event: E) => boolean | void
  onOpen?: () => void
  /** the connection broke; the next attempt comes at this time */
  onLost?: (retryAt: number) => void
  /** gets a function that ends the current pause */
  wake?: (go: () => void) => void
  /** how many failures in a row are borne; default: no end */
  maxFailures?: number
  /** go on trying even when the server answers with a refusal */
  bearRefusals?: boolean
  signal: AbortSignal
}

/** Errors that no repetition mends: the server answered and said no. */
const isFinal = (error: unknown): boolean => error instanceof ApiError && error.status >= 400 && error.status < 500

/**
 * @returns  when `onEvent` said so
 * @throws   ApiError the server refused (4xx), or failed `maxFailures` times in a row; the abort reason
 */
export async function follow<E>(options: FollowOptions<E>): Promise<void> {
  let lastEventId: number | undefined
  let failures = 0
  const { signal } = options
  for (;;) {
    try {
      const events = await options.open(lastEventId, signal)
      options.onOpen?.()
      for await (const { id, event } of events) {
        failures = 0
        lastEventId = id
        if (options.onEvent(event) === true) return
      }
      // Ended without its last event: the server is going down or a proxy cut it.
      failures++
    } catch (error) {
      if (signal.aborted) throw error
      failures++
      if ((isFinal(error) && !options.bearRefusals) || failures >= (options.maxFailures ?? Infinity)) throw error
    }
    if (signal.aborted) throw signal.reason as Error
    const ms = retryPauseMs(failures)
    options.onLost?.(Date.now() + ms)
    await pause(ms, signal, options.wake)
  }
}
