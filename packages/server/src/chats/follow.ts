/** Following a run: what is stored first, then what comes, without a gap and without a double. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunId } from '@zhiku/contract/ids.ts'
import { LIMITS } from '../base/limits.ts'
import type { Sql } from '../db/db.ts'
import type { LiveRun } from './live.ts'
import { type NumberedEvent, hasEnded, listEvents } from './runs.sql.ts'

const PAGE = 500

/**
 * Events of a run after number `afterSeq`, until `done` or until the signal aborts.
 *
 * @param live  the run when this process makes it; null: it has ended, or another process makes it
 */
export async function* followEvents(
  db: Sql,
  input: { runId: RunId; afterSeq: number; live: LiveRun | null },
  signal: AbortSignal,
): AsyncGenerator<NumberedEvent> {
  const inbox = new Inbox()
  // Listening starts before the stored events are read, so none can fall between.
  const leave = input.live?.listen((events) => inbox.put(events))
  const close = (): void => inbox.close()
  void input.live?.ended.then(close)
  signal.addEventListener('abort', close)
  let seen = input.afterSeq
  try {
    for (;;) {
      // Asked before the events are read: what ended after that is found in the next round.
      const ended = await hasEnded(db, input.runId)
      for (;;) {
        const stored = await listEvents(db, input.runId, seen, PAGE)
        for (const numbered of stored) {
          if (signal.aborted) return
          seen = numbered.id
          yield numbered
        }
        if (stored.length < PAGE) break
      }
      if (ended || signal.aborted) return
      if (input.live) break
      await sleep(LIMITS.eventPollMs, undefined, { signal }).catch(() => undefined)
    }
    for await (const numbered of inbox) {
      if (signal.aborted) return
      if (numbered.id > seen) yield numbered
    }
  } finally {
    leave?.()
    signal.removeEventListener('abort', close)
  }
}

/** Events that wait to be read; iterating ends when it is closed and empty. */
class Inbox {
  #events: NumberedEvent[] = []
  #closed = false
  #wake: () => void = () => undefined

  put(events: readonly NumberedEvent[]): void {
    this.#events.push(...events)
    this.#wake()
  }

  close(): void {
    this.#closed = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<NumberedEvent> {
    for (;;) {
      const next = this.#events.shift()
      if (next) yield next
      else if (this.#closed) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
