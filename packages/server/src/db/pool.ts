import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { DatabaseError, type Pool, type PoolClient } from 'pg'
import { type AppError, fail } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import type { Log } from '../base/log.ts'
import type { CallOptions, Db, DbHealth, Rows, TransactionOptions, Tx } from './db.ts'
import { Entrance, type Rank } from './entrance.ts'
import { translate, unavailable } from './errors.ts'
import { Lease } from './lease.ts'

/**
 * What an engine adds to a pool of `pg` clients. The pool is the queue of the engine: PGlite has one client, so calls and
 * transactions of parallel callers follow each other and never mix.
 */
export interface Engine {
  kind: Db['engine']
  pool: Pool
  log: Log
  /** longest statement, and longest pause between two statements of a transaction */
  queryMs: number
  /** before each use of a client */
  prepare?: (client: PoolClient) => Promise<void>
  /** before running calls are awaited */
  beforeClose?: () => Promise<void>
  /** after the pool has ended */
  afterClose: () => Promise<void>
}

/** What only the layer itself asks for. */
export interface InnerOptions extends CallOptions {
  /** cut this call when interactive ones have waited for it longer than this */
  giveWayMs?: number
  /** cut this call */
  signal?: AbortSignal
}

/** Marks what runs inside a transaction; `open` turns false at its end, so what outlives it (a timer) may call again. */
interface Inside {
  open: boolean
}

const rankOf = ({ background, urgent }: CallOptions): Rank => (background === true ? 'background' : urgent === true ? 'urgent' : 'usual')

/** How often a call that gives way looks whether someone waits. */
const GIVE_WAY_CHECK_MS = 100

export class PooledDb implements Db {
  readonly engine: Db['engine']
  /** set once, by whoever opened the engine and checked them */
  versions: Db['versions'] = { postgres: '', vector: '', pg_textsearch: '' }
  readonly #engine: Engine
  readonly #inside = new AsyncLocalStorage<Inside>()
  #state: DbHealth['state'] = 'open'
  /** calls that run or wait */
  #calls = 0
  #served = 0
  /** calls that wait and somebody waits for them */
  #interactive = 0
  readonly #onError: (error: unknown) => void
  readonly #entrance: Entrance

  /** @param onError  told every error of a call, after its translation */
  constructor(engine: Engine, onError: (error: unknown) => void = () => {}) {
    this.engine = engine.kind
    this.#engine = engine
    this.#entrance = new Entrance(engine.pool.options.max)
    this.#onError = onError
  }

  /** Whether someone waits for a call that has not got its turn yet. */
  get someoneWaits(): boolean {
    return this.#interactive > 0
  }

  /** Calls that ended so far; tells whether anything happened since the last look. */
  get served(): number {
    return this.#served
  }

  async #lease(options: InnerOptions): Promise<Lease> {
    const limitMs = options.limitMs ?? this.#engine.queryMs
    if (this.#inside.getStore()?.open === true) throw fail('db.nested_call')
    if (this.#state === 'closed') throw fail('db.unavailable')
    this.#calls++
    const rank = rankOf(options)
    const done = (): void => {
      this.#calls--
      this.#served++
      this.#entrance.leave(rank)
    }
    let client: PoolClient
    if (rank !== 'background') this.#interactive++
    await this.#entrance.enter(rank)
    try {
      client = await this.#engine.pool.connect().finally(() => {
        if (rank !== 'background') this.#interactive--
      })
    } catch (error) {
      done()
      if (this.#state === 'open') this.#state = 'failing'
      // Whatever kept the engine from starting: for the caller the store is not there.
      throw this.#told(unavailable(error instanceof DatabaseError ? translate(error, limitMs, this.engine) : error))
    }
    if (this.#state === 'failing') this.#state = 'open'
    const lease = new Lease(client, this.engine, limitMs, done)
    try {
      await this.#engine.prepare?.(client)
      return lease
    } catch (error) {
      lease.release(error)
      throw this.#told(translate(error, limitMs, this.engine))
    }
  }

  #told(error: unknown): unknown {
    this.#onError(error)
    return error
  }

  async query<R extends object = Record<string, unknown>>(
    text: string,
    params?: readonly unknown[],
    options: InnerOptions = {},
  ): Promise<Rows<R>> {
    const lease = await this.#lease(options)
    const stopWatching = this.#giveWay(lease, options)
    const abort = (): void => lease.cut(fail('db.unavailable'))
    options.signal?.addEventListener('abort', abort)
    try {
      const { rows, count } = await lease.run<R>(text, params)
      return { rows, count }
    } catch (error) {
      throw this.#told(error)
    } finally {
      stopWatching?.()
      options.signal?.removeEventListener('abort', abort)
      lease.release()
    }
  }

  /**
   * The one client of the embedded engine is shared: a statement that runs and runs is cut before its limit when others
   * wait for it. Transactions are not: what they have done so far would be lost with them.
   */
  #giveWay(lease: Lease, options: InnerOptions): (() => void) | null {
    const { giveWayMs } = options
    if (giveWayMs === undefined && this.engine !== 'pglite') return null
    const patienceMs = giveWayMs ?? LIMITS.queryGiveWayMs
    const reason = (): AppError =>
      giveWayMs === undefined
        ? fail('db.query_limit', { limitMs: patienceMs })
        : fail('db.unavailable', {}, new Error('gave way to calls that waited'))
    let waitedMs = 0
    const timer = setInterval(() => {
      waitedMs = this.someoneWaits ? waitedMs + GIVE_WAY_CHECK_MS : 0
      if (waitedMs > patienceMs) lease.cut(reason())
    }, GIVE_WAY_CHECK_MS)
    return () => clearInterval(timer)
  }

  async transaction<T>(work: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const lease = await this.#lease(options)
    const inside: Inside = { open: true }
    const afterCommit: (() => void)[] = []
    const tx: Tx = {
      query: async (text, params) => {
        if (!inside.open) throw new Error('a transaction was used after its end')
        return lease.run(text, params)
      },
      afterCommit: (action) => void afterCommit.push(action),
    }
    let value: T
    try {
      await lease.run(options.frees === true ? 'begin read write' : 'begin')
      value = await Promise.race([this.#inside.run(inside, () => work(tx)), lease.lost])
      inside.open = false
      const { command } = await lease.run('commit')
      // PostgreSQL answers COMMIT with ROLLBACK when a statement had failed and `work` swallowed the error.
      if (command !== 'COMMIT') throw new Error('the transaction was rolled back because one of its statements had failed')
      lease.release()
    } catch (error) {
      inside.open = false
      await lease.run('rollback').then(
        () => lease.release(),
        (broken: unknown) => lease.release(broken),
      )
      throw this.#told(error)
    }
    for (const action of afterCommit) this.#afterCommit(action)
    return value
  }

  /** The work is done and stays done, whatever becomes of the message about it. */
  #afterCommit(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#engine.log.error({ event: 'db.after_commit.failed', error: inspect(error) })
    }
  }

  health(): DbHealth {
    return { state: this.#state, waiting: this.#entrance.waiting }
  }

  /** Lets running and waiting calls finish (each has its limit), refuses new ones, then stops the engine in order. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    await this.#engine.beforeClose?.()
    while (this.#calls > 0) await sleep(5)
    await this.#engine.pool.end()
    await this.#engine.afterClose()
  }
}
