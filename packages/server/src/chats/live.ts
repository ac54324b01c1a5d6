/**
 * One answer being made. It runs on the server for itself: clients come, follow and go.
 *
 *   running ──> done          the answer came to its end, whatever it says
 *           ├─> stopped       a person stopped it
 *           ├─> interrupted   the server was shut down, or found the run left behind at its next start
 *           └─> failed        something broke; the notice says what
 *
 * Each ends with the event `done`, and what was written until then stays.
 */
import type { ErrorCode } from '@zhiku/contract/errors.ts'
import type { AskEvent } from '../ask/events.ts'
import { isAppError } from '../base/fail.ts'
import type { Log } from '../base/log.ts'
import type { Db } from '../db/db.ts'
import { Journal, type Outcome } from './journal.ts'
import type { NumberedEvent, RunIds } from './runs.sql.ts'

type Listener = (events: readonly NumberedEvent[]) => void

/** Why an answer was broken off from outside. */
class Stop extends Error {
  readonly state: 'stopped' | 'interrupted'
  constructor(state: 'stopped' | 'interrupted') {
    super(`the answer was ${state}`)
    this.state = state
  }
}

const STOP_CODES = { stopped: 'run.stopped', interrupted: 'run.interrupted' } as const satisfies Record<Stop['state'], ErrorCode>

export class LiveRun {
  readonly ids: RunIds
  /** resolves when the run has its last state, or cannot be written at all; never rejects */
  readonly ended: Promise<void>
  readonly #abort = new AbortController()
  readonly #listeners = new Set<Listener>()

  constructor(ctx: { db: Db; log: Log }, ids: RunIds, ask: (signal: AbortSignal) => AsyncIterable<AskEvent>) {
    this.ids = ids
    this.ended = this.#execute(ctx, ask)
  }

  stop(state: 'stopped' | 'interrupted'): void {
    this.#abort.abort(new Stop(state))
  }

  /** Events from now on, batch by batch; returns the way to remove the listener. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #execute({ db, log }: { db: Db; log: Log }, ask: (signal: AbortSignal) => AsyncIterable<AskEvent>): Promise<void> {
    const journal = new Journal(db, log, this.ids, (events) => this.#listeners.forEach((listener) => listener(events)))
    try {
      const outcome = await this.#answer(journal, ask, log)
      const { state, mode, durationMs, answered } = await journal.end(outcome)
      log.info({ event: 'chats.run.ended', run: this.ids.runId, state, mode, answered, durationMs }, 'answer ended')
    } catch (error) {
      // If the row still says "running", the next start or the next question in this chat ends it.
      log.error({ event: 'chats.run.lost', run: this.ids.runId, err: error }, 'answer could not be written')
    }
  }

  async #answer(journal: Journal, ask: (signal: AbortSignal) => AsyncIterable<AskEvent>, log: Log): Promise<Outcome> {
    const { signal } = this.#abort
    try {
      for await (const event of ask(signal)) {
        journal.add(event)
        signal.throwIfAborted()
      }
      return { state: 'done', notice: null }
    } catch (error) {
      if (signal.reason instanceof Stop) {
        const { state } = signal.reason
        return { state, notice: { code: STOP_CODES[state], params: {} } }
      }
      log.error({ event: 'chats.run.failed', run: this.ids.runId, err: error }, 'answer failed')
      return {
        state: 'failed',
        notice: isAppError(error)
          ? { code: error.code, params: error.params }
          : { code: 'internal', params: { requestId: this.ids.runId } },
      }
    }
  }
}
