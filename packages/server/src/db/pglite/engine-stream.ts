import { Duplex } from 'node:stream'
import { Worker } from 'node:worker_threads'
import type { EngineInput, FromEngine, ToEngine } from './worker.ts'

/** Longest start of the engine, recovery after a crash included. */
const START_MS = 120_000
/** Longest orderly stop (shutdown checkpoint); after it the thread is ended. Nothing is lost then: recovery reads the WAL. */
const STOP_MS = 20_000

/** Reason of an end that the client asked for: a call over its limit, or one that gave way. */
export const CUT = 'cut'

interface ThreadOptions {
  /** Node options of the thread; the process's own when absent */
  execArgv?: string[]
  /** told when a thread ended without being asked to close */
  onEnd: (reason: string) => void
}

/**
 * Hands out one engine thread at a time. Two threads on one folder would destroy it, so the next one starts only when the one
 * before has really ended; that is the whole purpose of this class.
 */
export class EngineThread {
  readonly #input: EngineInput
  readonly #options: ThreadOptions
  #gone: Promise<void> = Promise.resolve()
  constructor(input: EngineInput, options: ThreadOptions) {
    this.#input = input
    this.#options = options
  }

  /** A stream for one `pg` client; connecting starts the thread. */
  stream(): Duplex {
    return new EngineStream((use) => {
      this.#gone = this.#gone.then(() => this.#run(use))
    }, this.#options.onEnd)
  }

  /** Resolves when the thread has ended. */
  async #run(use: (worker: Worker) => void): Promise<void> {
    const { execArgv } = this.#options
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: this.#input, ...(execArgv && { execArgv }) })
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', () => resolve())
    })
    use(worker)
    await ended
  }

  /** Resolves when no thread has the folder open any more. */
  async gone(): Promise<void> {
    await this.#gone
  }
}

/**
 * The socket that the `pg` client believes it has: bytes go to the engine thread and come back. The methods of a network socket
 * that have no meaning here do nothing. Destroying it ends the thread, also in the middle of a query.
 */
class EngineStream extends Duplex {
  readonly #start: (use: (worker: Worker) => void) => void
  readonly #onEnd: (reason: string) => void
  #worker: Worker | null = null
  #timer: NodeJS.Timeout | undefined
  /** the client said goodbye */
  #closing = false

  constructor(start: (use: (worker: Worker) => void) => void, onEnd: (reason: string) => void) {
    super({ allowHalfOpen: true })
    this.#start = start
    this.#onEnd = onEnd
  }

  connect(): this {
    this.#timer = setTimeout(() => this.destroy(new Error(`the database engine did not start within ${START_MS} ms`)), START_MS)
    this.#start((worker) => {
      if (this.destroyed) {
        void worker.terminate()
        return
      }
      this.#worker = worker
      worker.on('message', (message: FromEngine) => this.#receive(message))
      worker.on('error', (error) => this.destroy(new Error(`the database engine failed: ${error.message}`, { cause: error })))
      worker.on('exit', () => {
        this.#worker = null
        this.destroy(this.#closing ? undefined : new Error('the database engine ended'))
      })
    })
    return this
  }

  #receive(message: FromEngine): void {
    if (message.kind === 'bytes') this.push(message.bytes)
    else if (message.kind === 'dead') this.destroy(new Error(`the database engine died: ${message.reason}`))
    else if (message.kind === 'closed') void this.#worker?.terminate()
    else {
      clearTimeout(this.#timer)
      this.emit('connect')
    }
  }

  #send(message: ToEngine, transfer: ArrayBuffer[] = []): void {
    this.#worker?.postMessage(message, transfer)
  }

  override _read(): void {
    // Answers are pushed as they come; a result is in memory as a whole anyway.
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#send({ kind: 'bytes', bytes })
    done()
  }

  /** The messages of one query arrive corked; they are one call of the engine. */
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    const bytes = new Uint8Array(chunks.reduce((sum, { chunk }) => sum + chunk.length, 0))
    let at = 0
    for (const { chunk } of chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    // Handed over, not copied once more.
    this.#send({ kind: 'bytes', bytes }, [bytes.buffer])
    done()
  }

  override _final(done: () => void): void {
    this.#closing = true
    this.#timer = setTimeout(() => this.destroy(), STOP_MS)
    this.#send({ kind: 'close' })
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer)
    if (!this.#closing) this.#onEnd(error?.message ?? CUT)
    if (this.#worker === null) {
      done(error)
      return
    }
    // Ends a running query too; it takes some milliseconds.
    this.#worker.once('exit', () => done(error))
    void this.#worker.terminate()
  }

  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    this.#worker?.ref()
    return this
  }
  unref(): this {
    this.#worker?.unref()
    return this
  }
}
