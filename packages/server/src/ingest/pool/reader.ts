/**
 * One reader child, seen from the server: starts it, gives it one file at a time, and ends it when it goes over a bound.
 *
 *   idle --read--> busy --done | failed--> idle
 *                   |--time, silence, memory, output, abort, exit--> dead (a pool replaces it)
 */
import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fail } from '../../base/fail.ts'
import { readerArguments, readerEnvironment } from './permissions.ts'
import type { FromChild, ReadPage, ReadRequest, ReadResult, ToChild } from './protocol.ts'

export interface ReadListener {
  /** the file is open; pagesTotal is null when it is only known at the end */
  opened(info: { pagesTotal: number | null; mediaType: string }): Promise<void>
  /** a batch of at most about LIMITS.chunksPerTransaction chunks; the next one comes after it resolves */
  pages(batch: ReadPage[]): Promise<void>
}

export interface ReaderLimits {
  fileSeconds: number
  silenceSeconds: number
  rssMiB: number
  heapMiB: number
  chars: number
}

const WATCH_MS = 200
const STDERR_CHARS = 4000
const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

interface Task {
  on: ReadListener
  resolve(result: ReadResult): void
  reject(error: unknown): void
  /** time that counts: the server's own writing does not */
  usedMs: number
  silentMs: number
  /** callbacks of the server that are running */
  waiting: boolean
  chars: number
}

export class Reader {
  files = 0
  rssMiB = 0
  dead = false
  readonly exited: Promise<void>
  readonly #child: ChildProcess
  readonly #limits: ReaderLimits
  readonly #onDeath: (reader: Reader) => void
  #task: Task | null = null
  #reason: unknown = null
  #stderr = ''

  constructor(readPaths: readonly string[], limits: ReaderLimits, onDeath: (reader: Reader) => void) {
    this.#limits = limits
    this.#onDeath = onDeath
    this.#child = fork(CHILD, [], {
      execArgv: readerArguments(readPaths, limits.heapMiB),
      env: readerEnvironment(),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#hold(false)
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS)))
    this.#child.on('message', (message: FromChild) => void this.#message(message))
    this.exited = new Promise((resolve) => {
      this.#child.on('error', (error) => this.#ended(error.message, resolve))
      // `close` comes after the last of standard error, `exit` may come before it.
      this.#child.on('close', (code, signal) => this.#ended(signal ?? `exit ${code}`, resolve))
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /**
   * Reads one file. A reader reads one at a time.
   * @throws AppError ingest.*; the signal's reason when aborted; what a listener threw
   */
  async read(request: ReadRequest, on: ReadListener, signal: AbortSignal): Promise<ReadResult> {
    signal.throwIfAborted()
    this.files++
    this.#hold(true)
    const abort = (): void => this.kill(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    const watch = setInterval(() => void this.#watch(), WATCH_MS)
    try {
      return await new Promise<ReadResult>((resolve, reject) => {
        this.#task = { on, resolve, reject, usedMs: 0, silentMs: 0, waiting: false, chars: 0 }
        if (this.dead) reject(this.#reason ?? fail('ingest.reader_crashed', { detail: 'not running' }))
        else this.#send({ type: 'read', request })
      })
    } finally {
      clearInterval(watch)
      signal.removeEventListener('abort', abort)
      this.#task = null
      if (!this.dead) this.#hold(false)
    }
  }

  /** Ends the child at once. What it is reading fails with `reason`. */
  kill(reason: unknown): void {
    if (this.dead) return
    this.dead = true
    this.#reason = reason
    this.#hold(true)
    this.#child.kill('SIGKILL')
    this.#task?.reject(reason)
    this.#onDeath(this)
  }

  /** An idle reader must not keep the server from ending; one that reads or is being ended must. */
  #hold(on: boolean): void {
    if (on) {
      this.#child.ref()
      this.#child.channel?.ref()
    } else {
      this.#child.unref()
      this.#child.channel?.unref()
    }
  }

  #send(message: ToChild): void {
    // A child that died between two messages is reported by its `close`.
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  async #message(message: FromChild): Promise<void> {
    const task = this.#task
    if (!task || this.dead) return
    task.silentMs = 0
    switch (message.type) {
      case 'progress':
        this.rssMiB = message.rssMiB
        break
      case 'opened':
        await this.#answer(task, () => task.on.opened({ pagesTotal: message.pagesTotal, mediaType: message.mediaType }))
        break
      case 'pages':
        for (const page of message.batch) task.chars += page.text.length
        if (task.chars > this.#limits.chars) this.kill(fail('ingest.output_limit', { limit: `${this.#limits.chars} characters` }))
        else await this.#answer(task, () => task.on.pages(message.batch))
        break
      case 'done':
        this.rssMiB = message.result.rssMiB
        task.resolve(message.result)
        break
      case 'failed':
        if (message.fatal) this.kill(fail(message.code, message.params))
        else task.reject(fail(message.code, message.params))
        break
    }
  }

  async #answer(task: Task, call: () => Promise<void>): Promise<void> {
    task.waiting = true
    try {
      await call()
      this.#send({ type: 'ack' })
    } catch (error) {
      this.kill(error)
    } finally {
      task.waiting = false
      task.silentMs = 0
    }
  }

  async #watch(): Promise<void> {
    const task = this.#task
    if (!task || this.dead) return
    if (!task.waiting) {
      task.usedMs += WATCH_MS
      task.silentMs += WATCH_MS
    }
    const { fileSeconds, silenceSeconds, rssMiB } = this.#limits
    if (task.usedMs > fileSeconds * 1000) return this.kill(fail('ingest.time_limit', { seconds: fileSeconds }))
    if (task.silentMs > silenceSeconds * 1000) return this.kill(fail('ingest.time_limit', { seconds: silenceSeconds }))
    this.rssMiB = (await residentMiB(this.#child.pid)) ?? this.rssMiB
    if (this.rssMiB > rssMiB) this.kill(fail('ingest.memory_limit', { limit: `${rssMiB} MiB` }))
  }

  #ended(how: string, resolve: () => void): void {
    resolve()
    if (this.dead) return
    this.dead = true
    const outOfMemory = /heap out of memory|Allocation failed/.test(this.#stderr)
    this.#reason = outOfMemory
      ? fail('ingest.memory_limit', { limit: `${this.#limits.heapMiB} MiB` })
      : fail('ingest.reader_crashed', { detail: how }, this.#stderr)
    this.#task?.reject(this.#reason)
    this.#onDeath(this)
  }
}

/** Resident memory as the kernel counts it; null where there is no /proc, where the child's own reports serve. */
async function residentMiB(pid: number | undefined): Promise<number | null> {
  if (process.platform !== 'linux' || pid === undefined) return null
  try {
    const status = await readFile(`/proc/${pid}/status`, 'latin1')
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
    return kib === undefined ? null : Math.round(Number(kib) / 1024)
  } catch {
    // The process has just ended; its `close` event says how.
    return null
  }
}
