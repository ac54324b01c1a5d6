/**
 * Reader children: untrusted files are read in processes of their own, with bounds. Entry point of this folder.
 *
 * Children start when first needed, serve one file after another, are replaced when they have grown or read many
 * files, and stop when nothing has come for a while. A child that crashes or goes over a bound is the error of its
 * file alone.
 */
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import type { Log } from '../../base/log.ts'
import type { ReadRequest, ReadResult } from './protocol.ts'
import { Reader, type ReaderLimits, type ReadListener } from './reader.ts'

export type { ReadChunk, ReadPage, ReadRequest, ReadResult } from './protocol.ts'
export { PIPELINE_VERSION } from './version.ts'

export interface ReaderPool {
  /** files read at the same time */
  readonly size: number
  /** processes of the children that live */
  readonly pids: readonly number[]
  /**
   * Reads one file; waits for a free reader.
   * `pages` is awaited before the child sends on: back-pressure, and the place to write a checkpoint.
   * @throws AppError ingest.*; the signal's reason when aborted (the child is killed at once); what a listener threw
   */
  read(request: ReadRequest, on: ReadListener, signal: AbortSignal): Promise<ReadResult>
  /** Kills all children; what they are reading fails. */
  close(): Promise<void>
}

export interface PoolOptions {
  size: number
  log: Log
  /** folders whose files the children may read */
  readPaths: string[]
  /** tests make them small */
  limits?: Partial<ReaderLimits>
  idleSeconds?: number
  recycleFiles?: number
}

export function createReaderPool(options: PoolOptions): ReaderPool {
  return new Pool(options)
}

class Pool implements ReaderPool {
  readonly size: number
  readonly #options: PoolOptions
  readonly #limits: ReaderLimits
  readonly #all = new Set<Reader>()
  readonly #idle: { reader: Reader; timer: NodeJS.Timeout }[] = []
  readonly #waiting: (() => void)[] = []
  #busy = 0
  #closed = false

  constructor(options: PoolOptions) {
    this.size = options.size
    this.#options = options
    this.#limits = {
      fileSeconds: LIMITS.readerFileSeconds,
      silenceSeconds: LIMITS.readerSilenceSeconds,
      rssMiB: LIMITS.readerRssMiB,
      heapMiB: LIMITS.readerHeapMiB,
      chars: LIMITS.documentChars,
      ...options.limits,
    }
  }

  get pids(): readonly number[] {
    return [...this.#all].filter((reader) => !reader.dead).flatMap((reader) => reader.pid ?? [])
  }

  async read(request: ReadRequest, on: ReadListener, signal: AbortSignal): Promise<ReadResult> {
    await this.#turn(signal)
    try {
      const reader = this.#take()
      const result = await reader.read(request, on, signal).finally(() => this.#giveBack(reader))
      return result
    } catch (error) {
      this.#options.log.debug({ event: 'ingest.reader.failed', err: error })
      throw error
    } finally {
      this.#busy--
      this.#waiting.shift()?.()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { timer } of this.#idle.splice(0)) clearTimeout(timer)
    const readers = [...this.#all]
    for (const reader of readers) reader.kill(fail('ingest.reader_crashed', { detail: 'server stopping' }))
    for (const wake of this.#waiting.splice(0)) wake()
    await Promise.all(readers.map((reader) => reader.exited))
  }

  /** Waits until fewer than `size` files are being read. */
  async #turn(signal: AbortSignal): Promise<void> {
    while (this.#busy >= this.size && !this.#closed) {
      signal.throwIfAborted()
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', leave)
          resolve()
        }
        const leave = (): void => {
          this.#waiting.splice(this.#waiting.indexOf(wake), 1)
          resolve()
        }
        this.#waiting.push(wake)
        signal.addEventListener('abort', leave, { once: true })
      })
    }
    signal.throwIfAborted()
    if (this.#closed) throw fail('ingest.reader_crashed', { detail: 'server stopping' })
    this.#busy++
  }

  #take(): Reader {
    const idle = this.#idle.pop()
    if (idle) {
      clearTimeout(idle.timer)
      return idle.reader
    }
    const reader = new Reader(this.#options.readPaths, this.#limits, (dead) => this.#forget(dead))
    this.#all.add(reader)
    void reader.exited.then(() => this.#all.delete(reader))
    return reader
  }

  #giveBack(reader: Reader): void {
    if (reader.dead) return
    const used = reader.files >= (this.#options.recycleFiles ?? LIMITS.readerRecycleFiles) || reader.rssMiB > LIMITS.readerRecycleRssMiB
    if (used || this.#closed) {
      reader.kill(null)
      return
    }
    const timer = setTimeout(() => reader.kill(null), (this.#options.idleSeconds ?? LIMITS.readerIdleSeconds) * 1000)
    timer.unref()
    this.#idle.push({ reader, timer })
  }

  #forget(reader: Reader): void {
    const at = this.#idle.findIndex((entry) => entry.reader === reader)
    if (at >= 0) clearTimeout(this.#idle.splice(at, 1)[0]!.timer)
  }
}
