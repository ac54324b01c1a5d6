/**
 * The store as the rest of the server sees it. Two engines implement it: embedded PGlite (`pglite/`) and server
 * PostgreSQL (`postgres.ts`); the SQL is the same on both.
 */

export interface Rows<R> {
  rows: R[]
  /** rows returned or changed */
  count: number
}

/**
 * Something that runs SQL: the database itself, or one open transaction. Parameters are always bound, never spliced.
 * A JavaScript array is bound as an SQL array; what goes into json or jsonb is bound as text (`JSON.stringify`). Without parameters the
 * text may hold several statements; the answer is that of the last one. Which JavaScript values come back: types.ts.
 */
export interface Sql {
  query<R extends object = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<Rows<R>>
}

export interface Tx extends Sql {
  /** Runs `action` once, after the commit; not at all after a rollback. For in-process wake-ups only: it may be lost in a crash. */
  afterCommit(action: () => void): void
}

export interface CallOptions {
  /** nobody waits for the answer (polling, ingest): long maintenance of the embedded engine does not give way to it */
  background?: boolean
  /** somebody waits for this before anything is shown: it goes before all that waits (entrance.ts) */
  urgent?: boolean
  /** a statement of this call is cut after so long; LIMITS.queryMs unless given */
  limitMs?: number
}

export interface TransactionOptions extends CallOptions {
  /** it makes space (deletes), so it is let through when the disk is almost full and other writes get db.disk_full */
  frees?: boolean
}

/** How the store is doing, without asking it. */
export interface DbHealth {
  /** `failing`: the last attempt to reach or reopen the engine failed; every call tries again */
  state: 'open' | 'failing' | 'closed'
  /** calls that wait for their turn */
  waiting: number
}

export interface Db extends Sql {
  readonly engine: 'pglite' | 'postgres'
  query<R extends object = Record<string, unknown>>(text: string, params?: readonly unknown[], options?: CallOptions): Promise<Rows<R>>
  /**
   * One transaction; commits when `work` resolves, rolls back when it throws.
   * Calling `db.query` or `db.transaction` inside `work` throws db.nested_call at once instead of waiting for ever.
   *
   * @throws db.query_limit when one statement runs over the limit, db.unavailable when the engine died underneath,
   *         db.disk_full; errors of SQL itself arrive as the `pg` library's DatabaseError with its SQLSTATE in `code`
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Versions of engine and extensions, as read at the start. */
  readonly versions: { postgres: string; vector: string; pg_textsearch: string }
  health(): DbHealth
  close(): Promise<void>
}
