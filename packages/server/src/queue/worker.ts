/**
 * Worker loop: leases jobs of one kind and runs them, `slots` at a time, until stopped.
 * Wakes on a call of `wake` (a job was enqueued in this process) and polls as a safety net.
 */
import type { Log } from '../base/log.ts'
import { isAppError } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import type { Notice } from '@zhiku/contract/entities.ts'
import type { Db, Sql } from '../db/db.ts'
import { JobPaused } from './pause.ts'
import { type Job, guard, lease, putBack, returnExpired, unlease } from './queue.ts'

export interface Handler {
  kind: string
  slots: number
  /**
   * Does the work and ends the job (`complete` or `giveUp`) in its own last transaction.
   * @throws JobPaused at a checkpoint, when the job has been paused
   */
  run(job: Job, signal: AbortSignal): Promise<void>
  /** The attempts are used up: ends the job for good. */
  exhausted(job: Job, notice: Notice): Promise<void>
}

export interface Worker {
  wake(): void
  /** Stops running jobs of a key. */
  abort(key: string): void
  running(): number
  stop(): Promise<void>
}

const POLL_MS = 1000

/** Polling is nobody's wait: upkeep of the store need not give way to it. */
const inBackground = (db: Db): Sql => ({ query: (text, params) => db.query(text, params, { background: true }) })

export function startWorker(store: Db, log: Log, handler: Handler): Worker {
  const db = inBackground(store)
  const active = new Map<number, { job: Job; abort: AbortController; done: Promise<void> }>()
  const heartbeatMs = (LIMITS.leaseSeconds * 1000) / 3
  let stopped = false
  let filling = false
  let again = false

  async function runOne(job: Job, abort: AbortController): Promise<void> {
    const heartbeat = setInterval(() => {
      guard(db, job).then(
        (held) => {
          if (held || abort.signal.aborted) return
          log.warn({ event: 'queue.lease.lost', kind: job.kind, jobKey: job.key, fence: job.fence }, 'lease lost; its work is dropped')
          abort.abort(new Error('lease lost'))
        },
        () => undefined, // a database that is being reopened; the next beat decides
      )
    }, heartbeatMs)
    try {
      // It was leased so often without getting any further: each time the process went down with it.
      if (job.attempt > LIMITS.jobAttempts) await handler.exhausted(job, { code: 'internal', params: { requestId: `job ${job.id}` } })
      else await handler.run(job, abort.signal)
    } catch (error) {
      if (error instanceof JobPaused) {
        await unlease(db, job).catch(() => undefined)
        return
      }
      const notice: Notice = isAppError(error)
        ? { code: error.code, params: error.params }
        : { code: 'internal', params: { requestId: `job ${job.id}` } }
      log.warn({ event: 'queue.job.failed', kind: job.kind, jobKey: job.key, attempt: job.attempt, err: error }, 'job failed')
      if (abort.signal.aborted) {
        // Stopped with the server, or its lease ran out: given back at once. A withdrawn job has no row any more.
        await unlease(db, job).catch(() => undefined)
      } else if (job.attempt >= LIMITS.jobAttempts) {
        await handler
          .exhausted(job, notice)
          .catch((cause: unknown) => log.error({ event: 'queue.job.stuck', err: cause }, 'job could not be ended'))
      } else {
        await putBack(db, job, notice).catch(() => undefined)
      }
    } finally {
      clearInterval(heartbeat)
      active.delete(job.id)
      worker.wake()
    }
  }

  async function fill(): Promise<void> {
    if (filling) {
      again = true
      return
    }
    filling = true
    try {
      do {
        again = false
        while (!stopped && active.size < handler.slots) {
          const job = await lease(db, handler.kind)
          if (!job) break
          const abort = new AbortController()
          const entry = { job, abort, done: Promise.resolve() }
          active.set(job.id, entry)
          entry.done = runOne(job, abort)
        }
      } while (again && !stopped)
    } catch (error) {
      log.warn({ event: 'queue.lease.failed', err: error }, 'could not lease; will try again')
    } finally {
      filling = false
    }
  }

  const timer = setInterval(() => {
    if (stopped) return
    returnExpired(db, false).then(
      () => fill(),
      () => undefined,
    )
  }, POLL_MS)

  const worker: Worker = {
    wake: () => void fill(),
    abort(key) {
      for (const entry of active.values()) if (entry.job.key === key) entry.abort.abort(new Error('withdrawn'))
    },
    running: () => active.size,
    async stop() {
      stopped = true
      clearInterval(timer)
      for (const entry of active.values()) entry.abort.abort(new Error('stopping'))
      await Promise.allSettled([...active.values()].map((entry) => entry.done))
    },
  }
  worker.wake()
  return worker
}
