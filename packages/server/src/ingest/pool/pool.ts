/**
 * Children: untrusted files are read, drawn and recognised in processes of their own, with bounds. Entry point of this folder.
 *
 * There are two kinds: readers (`createReaderPool`) and those that see (`createSightPool`), which may load add-ons.
 * Children start when first needed, do one task after another, are replaced when they have grown or done many, and stop
 * when nothing has come for a while. A child that crashes or goes over a bound is the error of its task alone.
 */
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import type { Log } from '../../base/log.ts'
import type { DrawRequest, DrawResult, ReadRequest, ReadResult, RecogniseRequest, RecogniseResult, Task, TaskResult } from './protocol.ts'
import { type ChildKind, type Listener, Reader, type ReaderLimits, type ReadListener, type RecogniseListener } from './reader.ts'
import { type Turn, Turns } from './turns.ts'

export type { ReadBatch, ReadChunk, ReadRequest, ReadResult, RecogniseRequest, RecogniseResult, RecognisedPage } from './protocol.ts'
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

export interface SightPool {
  /** pages recognised at the same time */
  readonly size: number
  readonly pids: readonly number[]
  /** pages that could begin at once */
  readonly free: number
  /** execution provider that the last page ran on; null until there was one */
  readonly provider: string | null
  /** Reads one page by OCR; waits for its turn. @throws as `read` */
  recognise(request: RecogniseRequest, turn: Turn, on: RecogniseListener, signal: AbortSignal): Promise<RecogniseResult>
  /** Picture of one page, for a viewer; never waits for pages that are being recognised. @throws as `read` */
  draw(request: DrawRequest, signal: AbortSignal): Promise<DrawResult>
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
  recycleTasks?: number
}

const READS: ChildKind = { rights: 'read', timeLimit: 'ingest.time_limit', background: false, finishes: false }
const RECOGNISES: ChildKind = { rights: 'see', timeLimit: 'ingest.page_time_limit', background: true, finishes: false }
const DRAWS: ChildKind = { rights: 'see', timeLimit: 'ingest.page_time_limit', background: false, finishes: true }

const NEVER = new AbortController().signal

const READ_LIMITS: ReaderLimits = {
  taskSeconds: LIMITS.readerFileSeconds,
  silenceSeconds: LIMITS.readerSilenceSeconds,
  rssMiB: LIMITS.readerRssMiB,
  heapMiB: LIMITS.readerHeapMiB,
  chars: LIMITS.documentChars,
}
const SIGHT_LIMITS: ReaderLimits = {
  taskSeconds: LIMITS.ocrPageSeconds,
  // An engine gives no sign of life while it works on a page.
  silenceSeconds: LIMITS.ocrPageSeconds,
  rssMiB: LIMITS.ocrRssMiB,
  heapMiB: LIMITS.readerHeapMiB,
  chars: LIMITS.pageChars,
}

export function createReaderPool(options: PoolOptions): ReaderPool {
  const pool = new Pool(READS, LIMITS.readerRecycleRssMiB, READ_LIMITS, options)
  return {
    size: options.size,
    get pids() {
      return pool.pids
    },
    // A file is one turn: first come, first served.
    read: async (request, on, signal) =>
      (await pool.run({ type: 'read', request }, { owner: '', group: '', urgent: false }, on, signal)) as ReadResult,
    close: () => pool.close(),
  }
}

export function createSightPool(options: PoolOptions): SightPool {
  const pages = new Pool(RECOGNISES, LIMITS.ocrRecycleRssMiB, SIGHT_LIMITS, options)
  const drawing = new Pool(DRAWS, LIMITS.readerRecycleRssMiB, SIGHT_LIMITS, { ...options, size: 1 })
  let provider: string | null = null
  return {
    size: options.size,
    get pids() {
      return [...pages.pids, ...drawing.pids]
    },
    get free() {
      return pages.free
    },
    get provider() {
      return provider
    },
    async recognise(request, turn, on, signal) {
      const result = (await pages.run({ type: 'recognise', request }, turn, on, signal)) as RecogniseResult
      provider = result.provider ?? provider
      return result
    },
    draw: async (request, signal) =>
      (await drawing.run({ type: 'draw', request }, { owner: '', group: '', urgent: true }, {}, signal)) as DrawResult,
    async close() {
      await Promise.all([pages.close(), drawing.close()])
    },
  }
}

class Pool {
  readonly #kind: ChildKind
  readonly #recycleRssMiB: number
  readonly #options: PoolOptions
  readonly #limits: ReaderLimits
  readonly #turns: Turns
  readonly #all = new Set<Reader>()
  readonly #idle: { reader: Reader; timer: NodeJS.Timeout }[] = []
  #closed = false

  constructor(kind: ChildKind, recycleRssMiB: number, limits: ReaderLimits, options: PoolOptions) {
    this.#kind = kind
    this.#recycleRssMiB = recycleRssMiB
    this.#options = options
    this.#limits = { ...limits, ...options.limits }
    this.#turns = new Turns(options.size)
  }

  get pids(): readonly number[] {
    return [...this.#all].filter((reader) => !reader.dead).flatMap((reader) => reader.pid ?? [])
  }

  get free(): number {
    return this.#turns.free
  }

  async run(task: Task, turn: Turn, on: Listener, signal: AbortSignal): Promise<TaskResult> {
    const done = await this.#turns.take(turn, signal)
    try {
      if (this.#closed) throw STOPPING()
      const reader = this.#take()
      return await reader.run(task, on, this.#kind.finishes ? NEVER : signal).finally(() => this.#giveBack(reader))
    } catch (error) {
      this.#options.log.debug({ event: 'ingest.child.failed', task: task.type, err: error })
      throw error
    } finally {
      done()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { timer } of this.#idle.splice(0)) clearTimeout(timer)
    const readers = [...this.#all]
    this.#turns.close(STOPPING())
    for (const reader of readers) reader.kill(STOPPING())
    await Promise.all(readers.map((reader) => reader.exited))
  }

  #take(): Reader {
    const idle = this.#idle.pop()
    if (idle) {
      clearTimeout(idle.timer)
      return idle.reader
    }
    const reader = new Reader(this.#kind, this.#options.readPaths, this.#limits, (dead) => this.#forget(dead))
    this.#all.add(reader)
    void reader.exited.then(() => this.#all.delete(reader))
    return reader
  }

  #giveBack(reader: Reader): void {
    if (reader.dead) return
    const used = reader.tasks >= (this.#options.recycleTasks ?? LIMITS.readerRecycleFiles) || reader.rssMiB > this.#recycleRssMiB
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

const STOPPING = (): Error => fail('ingest.reader_crashed', { detail: 'server stopping' })
