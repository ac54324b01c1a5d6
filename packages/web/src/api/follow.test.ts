import { ApiError } from '@zhiku/contract/client.ts'
import { describe, expect, test, vi } from 'vitest'
import { RETRY_PAUSES_MS, follow, retryPauseMs } from './follow.ts'

const event = (id: number) => ({ id, event: id })
async function* stream(...items: (number | Error)[]): AsyncGenerator<{ id: number; event: number }> {
  for (const item of items) {
    if (item instanceof Error) throw item
    yield event(item)
  }
}

describe('following a stream', () => {
  test('goes on after the last event seen when the line breaks', async () => {
    vi.useFakeTimers()
    const asked: (number | undefined)[] = []
    const streams = [stream(1, 2, new TypeError('network')), stream(), stream(3, 4)]
    const seen: number[] = []
    const done = follow<number>({
      open: async (last) => {
        asked.push(last)
        return streams[asked.length - 1]!
      },
      onEvent: (n) => {
        seen.push(n)
        return n === 4
      },
      signal: new AbortController().signal,
    })
    await vi.runAllTimersAsync()
    await done
    expect(seen).toEqual([1, 2, 3, 4])
    expect(asked).toEqual([undefined, 2, 2])
    vi.useRealTimers()
  })

  test('a refusal is not tried again', async () => {
    const refusal = new ApiError('run.not_found', 404, {}, '', '')
    await expect(follow({ open: () => Promise.reject(refusal), onEvent: () => true, signal: new AbortController().signal })).rejects.toBe(
      refusal,
    )
  })

  test('gives up after so many failures in a row', async () => {
    vi.useFakeTimers()
    const open = vi.fn(() => Promise.reject(new ApiError('network', 0, {}, '', '')))
    const done = follow({ open, onEvent: () => true, maxFailures: 3, signal: new AbortController().signal }).catch(
      (error: unknown) => error,
    )
    await vi.runAllTimersAsync()
    expect(await done).toMatchObject({ code: 'network' })
    expect(open).toHaveBeenCalledTimes(3)
    vi.useRealTimers()
  })

  test('a pause can be cut short, and an abort ends it', async () => {
    const stop = new AbortController()
    let wake: () => void = () => undefined
    const open = vi.fn(() => Promise.reject(new TypeError('network')))
    const done = follow({ open, onEvent: () => true, wake: (go) => (wake = go), signal: stop.signal }).catch((error: unknown) => error)
    await vi.waitFor(() => expect(open).toHaveBeenCalledTimes(1))
    wake()
    await vi.waitFor(() => expect(open).toHaveBeenCalledTimes(2))
    stop.abort(new Error('gone'))
    expect(await done).toMatchObject({ message: 'gone' })
  })

  test('pauses grow to a limit', () => {
    expect(retryPauseMs(1)).toBe(RETRY_PAUSES_MS[0])
    expect(retryPauseMs(99)).toBe(RETRY_PAUSES_MS.at(-1))
  })
})
