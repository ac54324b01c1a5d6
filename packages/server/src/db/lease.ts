import type { PoolClient, QueryConfig, QueryResult } from 'pg'
import { fail } from '../base/fail.ts'
import type { Db, Rows } from './db.ts'
import { translate } from './errors.ts'

/**
 * Names of the program's statements, under which the embedded engine keeps their plans: in WebAssembly planning a small statement takes
 * longer than running it (docs/decisions/0012-cost-of-a-page.md).
 */
const names = new Map<string, string>()
/** The program has fewer; texts made on the fly must not fill the engine's memory. */
const NAMES_MAX = 400

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size >= NAMES_MAX) return known
  const name = `s${names.size}`
  names.set(text, name)
  return name
}

/**
 * One client of the pool, checked out. It watches the time: a statement over the limit, or a pause as long between two statements
 * of a transaction, destroys the client, which ends the work in the engine too.
 */
export class Lease {
  readonly #client: PoolClient
  readonly #limitMs: number
  readonly #engine: Db['engine']
  readonly #done: () => void
  readonly #lost = Promise.withResolvers<never>()
  #timer: NodeJS.Timeout | undefined
  /** why the client cannot be used any more: cut by us, or its engine died */
  #end: Error | null = null
  #released = false

  /** @param done  called once, when the client is given back */
  constructor(client: PoolClient, engine: Db['engine'], limitMs: number, done: () => void) {
    this.#engine = engine
    this.#client = client
    this.#limitMs = limitMs
    this.#done = done
    this.#lost.promise.catch(() => {})
    // Without a listener the death of the engine between two statements would be an uncaught exception.
    client.on('error', this.#onError)
    this.#watch()
  }

  /** Rejects when the client is lost; never resolves. */
  get lost(): Promise<never> {
    return this.#lost.promise
  }

  readonly #onError = (error: Error): void => this.#lose(error)

  #lose(reason: Error): void {
    if (this.#end !== null) return
    this.#end = reason
    this.#lost.reject(translate(reason, this.#limitMs, this.#engine))
    this.release()
  }

  /** Takes the client away from whoever uses it; the running statement is not finished. */
  cut(reason: Error): void {
    this.#lose(reason)
  }

  #watch(): void {
    clearTimeout(this.#timer)
    if (this.#released) return
    this.#timer = setTimeout(() => this.cut(fail('db.query_limit', { limitMs: this.#limitMs })), this.#limitMs)
  }

  /** Prepared where planning is expensive. A server may stand behind a proxy that does not know prepared statements. */
  #statement(text: string, params: readonly unknown[]): QueryConfig {
    const name = this.#engine === 'pglite' ? nameOf(text) : undefined
    return { text, values: [...params], ...(name !== undefined && { name }) }
  }

  /** @param params  undefined: the text may hold several statements, the answer is that of the last one */
  async run<R extends object>(text: string, params?: readonly unknown[]): Promise<Rows<R> & { command: string }> {
    if (this.#end !== null) throw translate(this.#end, this.#limitMs, this.#engine)
    if (this.#released) throw new Error('a database client was used after its release')
    this.#watch()
    try {
      const answer: QueryResult<R> | QueryResult<R>[] =
        params === undefined ? await this.#client.query<R>(text) : await this.#client.query<R>(this.#statement(text, params))
      const result = Array.isArray(answer) ? answer.at(-1)! : answer
      return { rows: result.rows, count: result.rowCount ?? 0, command: result.command }
    } catch (error) {
      throw translate(this.#end ?? error, this.#limitMs, this.#engine)
    } finally {
      this.#watch()
    }
  }

  /** @param broken  the client is in an unknown state and must not be used again */
  release(broken?: unknown): void {
    if (this.#released) return
    this.#released = true
    clearTimeout(this.#timer)
    const destroy = this.#end ?? (broken === undefined ? undefined : new Error('the client is in an unknown state', { cause: broken }))
    this.#client.release(destroy)
    this.#client.off('error', this.#onError)
    this.#done()
  }
}
