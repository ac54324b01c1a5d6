import { AsyncLocalStorage } from 'node:async_hooks'
import { DatabaseError, type Pool, type PoolClient, type QueryResult } from 'pg'
import { fail, isAppError } from '../base/fail.ts'
import type { Db, DbHealth, Rows, Sql, Tx } from './db.ts'

/**
 * What an engine adds to a pool of `pg` clients. The pool is the queue of the engine: PGlite has one client, so calls and
 * transactions of parallel callers follow each other and never mix.
 */
export interface Engine {
  kind: Db['engine']
  pool: Pool
  /** one statement, and the pause between two statements of a transaction; then the client is destroyed */
  queryMs: number
  /** called when a client comes back, with the error that ended its work */
  released?: (error: unknown) => void
  close: () => Promise<void>
}

/** Errors by SQLSTATE that mean the same to every caller; the rest arrives as it is. */
const DISK_FULL = '53100'
const CANCELED = '57014'
const IO_ERROR = '58030'
const DAMAGED = new Set(['XX001', 'XX002'])

/**
 * Turns errors of engine, connection and disk into rows of the error table. SQL errors (constraints, syntax) stay `DatabaseError`.
 */
export function translate(error: unknown, queryMs: number): unknown {
  if (isAppError(error)) return error
  if (!(error instanceof DatabaseError)) return isConnectionError(error) ? unavailable(error) : error
  const code = error.code ?? ''
  if (code === DISK_FULL) return fail('db.disk_full', {}, error)
  if (code === CANCELED) return fail('db.query_limit', { limitMs: queryMs }, error)
  if (DAMAGED.has(code)) return fail('db.damaged', {}, error)
  if (code === IO_ERROR || code.startsWith('08') || code.startsWith('57P')) return unavailable(error)
  return error
}

const isConnectionError = (error: unknown): boolean =>
  error instanceof Error && (/database engine|connection|connect|socket/i.test(error.message) || 'syscall' in error)

/** A thread that died of a full disk says so in its last words. */
const unavailable = (error: unknown): unknown =>
  fail(/No space left|ENOSPC/.test(String(error)) ? 'db.disk_full' : 'db.unavailable', {}, error)

/**
 * One client, checked out. `run` watches the time; a client over its limit is destroyed, which ends the engine's work as well.
 */
class Lease {
  readonly #client: PoolClient
  readonly #engine: Engine
  readonly #limitMs: number
  #timer: NodeJS.Timeout | undefined
  #cut: Error | null = null
  #broken: Error | null = null
  #released = false
  constructor(engine: Engine, client: PoolClient, limitMs: number) {
    this.#engine = engine
    this.#client = client
    this.#limitMs = limitMs
    // Without a listener the death of the engine between two statements would be an uncaught exception.
    client.on('error', this.#onError)
    this.#watch()
  }

  readonly #onError = (error: Error): void => {
    this.#broken ??= error
  }

  #watch(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#cut = fail('db.query_limit', { limitMs: this.#limitMs })
      this.release(this.#cut)
    }, this.#limitMs)
  }

  async run<R extends object>(text: string, params: readonly unknown[] | undefined): Promise<Rows<R> & { command: string }> {
    const lost = this.#cut ?? this.#broken
    if (lost !== null) throw translate(lost, this.#limitMs)
    this.#watch()
    try {
      const answer: QueryResult<R> | QueryResult<R>[] =
        params === undefined ? await this.#client.query<R>(text) : await this.#client.query<R>(text, params as unknown[])
      // A text of several statements gives several results; the last one is the answer.
      const result = Array.isArray(answer) ? answer.at(-1)! : answer
      return { rows: result.rows, count: result.rowCount ?? 0, command: result.command }
    } catch (error) {
      throw translate(this.#cut ?? this.#broken ?? error, this.#limitMs)
    } finally {
      if (!this.#released) this.#watch()
    }
  }

  release(error?: unknown): void {
    if (this.#released) return
    this.#released = true
    clearTimeout(this.#timer)
    const destroy =
      this.#broken ??
      (error instanceof Error && (isAppError(error, 'db.query_limit') || isAppError(error, 'db.unavailable')) ? error : undefined)
    this.#client.release(destroy)
    this.#client.off('error', this.#onError)
    this.#engine.released?.(error)
  }
}

/** Marks that code runs inside a transaction; `open` turns false at its end, so what outlives it (timers) is free again. */
interface Inside {
  open: boolean
}

export class PooledDb implements Db {
  readonly engine: Db['engine']
  readonly #engine: Engine
  readonly #inside = new AsyncLocalStorage<Inside>()
  #versions: Db['versions'] | null = null
  #state: DbHealth['state'] = 'open'

  constructor(engine: Engine) {
    this.engine = engine.kind
    this.#engine = engine
  }

  get versions(): Db['versions'] {
    return this.#versions!
  }
  set versions(versions: Db['versions']) {
    this.#versions = versions
  }

  async #lease(limitMs = this.#engine.queryMs): Promise<Lease> {
    if (this.#inside.getStore()?.open === true) throw fail('db.nested_call')
    try {
      const client = await this.#engine.pool.connect()
      this.#state = 'open'
      return new Lease(this.#engine, client, limitMs)
    } catch (error) {
      this.#state = 'failing'
      // Whatever kept the engine from starting, the store is not there for the caller.
      throw error instanceof DatabaseError ? translate(error, limitMs) : unavailable(error)
    }
  }

  async query<R extends object = Record<string, unknown>>(text: string, params?: readonly unknown[], limitMs?: number): Promise<Rows<R>> {
    const lease = await this.#lease(limitMs)
    try {
      const { rows, count } = await lease.run<R>(text, params)
      lease.release()
      return { rows, count }
    } catch (error) {
      lease.release(error)
      throw error
    }
  }

  async transaction<T>(work: (tx: Tx) => Promise<T>, limitMs?: number): Promise<T> {
    const lease = await this.#lease(limitMs)
    const inside: Inside = { open: true }
    const afterCommit: (() => void)[] = []
    const query: Sql['query'] = async (text, params) => {
      if (!inside.open) throw new Error('a transaction was used after its end')
      return lease.run(text, params)
    }
    let value: T
    try {
      await lease.run('begin', undefined)
      value = await this.#inside.run(inside, () => work({ query, afterCommit: (action) => afterCommit.push(action) }))
      inside.open = false
      const { command } = await lease.run('commit', undefined)
      // PostgreSQL answers COMMIT with ROLLBACK when a statement had failed and the error was swallowed.
      if (command !== 'COMMIT') throw new Error('the transaction was rolled back: one of its statements had failed')
      lease.release()
    } catch (error) {
      inside.open = false
      await lease.run('rollback', undefined).then(
        () => lease.release(error),
        (gone: unknown) => lease.release(gone),
      )
      throw translate(error, this.#engine.queryMs)
    }
    for (const action of afterCommit) action()
    return value
  }

  health(): DbHealth {
    return { state: this.#state, waiting: this.#engine.pool.waitingCount }
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    await this.#engine.close()
  }
}
