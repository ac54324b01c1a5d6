/**
 * One child, seen from the server: starts it, gives it one task at a time, and ends it when it goes over a bound.
 *
 *   idle --run--> busy --done | failed--> idle
 *                   |--time, silence, memory, output, abort, exit--> dead (a pool replaces it)
 */
import { type ChildProcess, fork } from 'node:child_process'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { ErrorCode } from '@zhiku/contract/errors.ts'
import { fail } from '../../base/fail.ts'
import type { InnerVerdict } from '../extract/types.ts'
import { FairClock } from './fair-clock.ts'
import { InnerPipe } from './inner.ts'
import { type ChildRights, childArguments, childEnvironment } from './permissions.ts'
import type { Ack, FromChild, ReadBatch, Task, TaskResult, ToChild } from './protocol.ts'
import { usageOf } from './usage.ts'

export interface ReadListener {
  /** the file is open; pagesTotal is null when it is only known at the end */
  opened(info: { pagesTotal: number | null; mediaType: string }): Promise<void>
  /** a batch of at most about LIMITS.chunksPerTransaction chunks; the next one comes after it resolves */
  pages(batch: ReadBatch): Promise<void>
  /** a file inside the file; its bytes come as they are asked for, and break off with InnerCut */
  inner?(file: { name: string; path: string }, bytes: AsyncIterable<Uint8Array>): Promise<InnerVerdict>
}

export interface RecogniseListener {
  /** the page is drawn; false when its text is known already and it need not be read */
  drawn(pictureHash: string): Promise<boolean>
}

export type Listener = Partial<ReadListener & RecogniseListener>

export interface ReaderLimits {
  /** one task */
  taskSeconds: number
  silenceSeconds: number
  rssMiB: number
  heapMiB: number
  chars: number
}

const WATCH_MS = 200
const STDERR_CHARS = 4000
const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

interface Running {
  on: Listener
  resolve(result: TaskResult): void
  reject(error: unknown): void
  /** time that counts, see FairClock; the server's own writing does not */
  usedMs: number
  silentMs: number
  /** callbacks of the server that are running */
  waiting: boolean
  chars: number
  /** the file inside the file that is on its way */
  inner: InnerPipe | null
}

/** What a child is for. */
export interface ChildKind {
  rights: ChildRights
  /** of one task: the file for a reader, the page for OCR */
  timeLimit: ErrorCode
  /** gives way to everything else on the machine */
  background: boolean
  /** a task that has begun is quickly done: it is not worth a child to cut it short */
  finishes: boolean
}

/** Nice value of a child in the background; see setpriority(2). */
const BACKGROUND_PRIORITY = 5

export class Reader {
  tasks = 0
  rssMiB = 0
  dead = false
  readonly exited: Promise<void>
  readonly #child: ChildProcess
  readonly #kind: ChildKind
  readonly #limits: ReaderLimits
  readonly #onDeath: (reader: Reader) => void
  #task: Running | null = null
  #clock = new FairClock()
  #reason: unknown = null
  #stderr = ''

  constructor(kind: ChildKind, readPaths: readonly string[], limits: ReaderLimits, onDeath: (reader: Reader) => void) {
    this.#kind = kind
    this.#limits = limits
    this.#onDeath = onDeath
    this.#child = fork(CHILD, [], {
      execArgv: childArguments(readPaths, limits.heapMiB, kind.rights),
      env: childEnvironment(),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#hold(false)
    if (kind.background) lowerPriority(this.#child.pid)
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
   * Does one task. A child does one at a time.
   * @throws AppError ingest.*; the signal's reason when aborted; what a listener threw
   */
  async run(task: Task, on: Listener, signal: AbortSignal): Promise<TaskResult> {
    signal.throwIfAborted()
    this.tasks++
    this.#clock = new FairClock()
    this.#hold(true)
    const abort = (): void => this.kill(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    const watch = setInterval(() => void this.#watch(), WATCH_MS)
    try {
      return await new Promise<TaskResult>((resolve, reject) => {
        this.#task = { on, resolve, reject, usedMs: 0, silentMs: 0, waiting: false, chars: 0, inner: null }
        if (this.dead) reject(this.#reason ?? fail('ingest.reader_crashed', { detail: 'not running' }))
        else this.#send(task)
      })
    } finally {
      clearInterval(watch)
      signal.removeEventListener('abort', abort)
      this.#task?.inner?.break()
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
        await this.#answer(task, () => task.on.opened?.({ pagesTotal: message.pagesTotal, mediaType: message.mediaType }))
        break
      case 'pages':
        task.chars += message.batch.chars
        if (task.chars > this.#limits.chars) this.kill(fail('ingest.output_limit', { limit: `${this.#limits.chars} characters` }))
        else await this.#answer(task, () => task.on.pages?.(message.batch))
        break
      case 'inner':
        task.inner = new InnerPipe(async (bytes) => (await task.on.inner?.({ name: message.name, path: message.path }, bytes)) ?? null)
        await this.#answer(task, () => task.inner?.answer())
        break
      case 'inner-part':
        await this.#answer(task, () => task.inner?.part(message.bytes))
        break
      case 'inner-end':
        await this.#answer(task, () => task.inner?.end(message.cut))
        break
      case 'drawn':
        await this.#answer(task, () => task.on.drawn?.(message.pictureHash))
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

  async #answer(task: Running, call: () => Promise<boolean | void | Omit<Ack, 'type'>> | undefined): Promise<void> {
    task.waiting = true
    try {
      const said = await call()
      this.#send(typeof said === 'object' ? { type: 'ack', ...said } : { type: 'ack', goOn: said !== false })
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
    const usage = await usageOf(this.#child.pid)
    if (usage) this.rssMiB = usage.rssMiB
    const passed = this.#clock.pass(usage?.cpuMs ?? null)
    if (!task.waiting) {
      task.usedMs += passed
      task.silentMs += passed
    }
    const { taskSeconds, silenceSeconds, rssMiB } = this.#limits
    if (task.usedMs > taskSeconds * 1000) this.kill(fail(this.#kind.timeLimit, { seconds: taskSeconds }))
    else if (task.silentMs > silenceSeconds * 1000) this.kill(fail(this.#kind.timeLimit, { seconds: silenceSeconds }))
    else if (this.rssMiB > rssMiB) this.kill(fail('ingest.memory_limit', { limit: `${rssMiB} MiB` }))
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

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, BACKGROUND_PRIORITY)
  } catch {
    // Where the system does not allow it the child works at the usual priority.
  }
}
