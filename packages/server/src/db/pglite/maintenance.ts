import { isAppError } from '../../base/fail.ts'
import type { Log } from '../../base/log.ts'
import type { PooledDb } from '../pool.ts'
import { bm25Indexes, repairIndexes, wastefulIndexes } from './indexes.ts'

/**
 * What PostgreSQL's background processes would do; PGlite has none. Everything goes through the same single client as all other
 * calls, and only while nobody waits for it:
 *
 * - CHECKPOINT after every 32 MB of WAL, else it grows without bound and a start after a crash takes ever longer
 * - ANALYZE of tables of which a fifth has changed; VACUUM (ANALYZE) of those of which a fifth is dead, and of all changed ones when idle:
 *   it reads a table that only grows from end to end for next to nothing, and a search would wait for it
 * - when nothing was written for 30 s: the BM25 memtable to disk, BM25 indexes that have grown wasteful anew, CHECKPOINT
 * - a BM25 index that was found damaged: anew, at once. It is derived data.
 */
export interface Maintenance {
  /** tells of an error of a call; damage starts the repair */
  note(error: unknown): void
  /** cuts the step that runs */
  stop(): Promise<void>
}

export interface MaintenanceOptions {
  /** between two looks while there are calls */
  tickMs: number
  /** nothing written for so long: idle */
  idleMs: number
  /** between two looks at the statistics of tables */
  vacuumMs: number
}
export const TIMES: MaintenanceOptions = { tickMs: 1000, idleMs: 30_000, vacuumMs: 60_000 }

const MB = 1024 * 1024
/** WAL since the last checkpoint: do it when nobody waits; do it in any case. */
const WAL_SOFT_BYTES = 32 * MB
const WAL_HARD_BYTES = 64 * MB
/** Not worth a checkpoint when idle. */
const WAL_IDLE_BYTES = 256 * 1024
const CHANGED_SHARE = 0.2
/** Tables with fewer changes are left alone. */
const CHANGED_ROWS = 500
/** Transaction numbers wrap at 2^31; autovacuum would freeze at 200 million. */
const FREEZE_AGE = 200_000_000
/** Long steps (VACUUM, REINDEX) have their own limit, and are cut when someone waits. */
const STEP_MS = 3_600_000
const GIVE_WAY_MS = 1500
/** A step that was cut is not begun again at once: each cut costs those who wait a second. */
const REST_MS = 300_000
/** Damage found again so soon after a repair is not repaired again. */
const REPAIR_PAUSE_MS = 60_000

export function startMaintenance(db: PooledDb, log: Log, options = TIMES): Maintenance {
  const actor = new Actor(db, log, options)
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const plan = (): void => {
    timer = setTimeout(() => {
      running = look()
    }, options.tickMs)
  }
  const look = async (): Promise<void> => {
    await actor.look()
    if (!actor.stopping.signal.aborted) plan()
  }
  plan()
  return {
    note: (error) => actor.note(error),
    stop: async () => {
      actor.stopping.abort()
      clearTimeout(timer)
      await running
    },
  }
}

class Actor {
  readonly stopping = new AbortController()
  readonly #db: PooledDb
  readonly #log: Log
  readonly #options: MaintenanceOptions
  /** position of the WAL at the last look, and since when it stands there */
  #lsn = ''
  #writtenAtMs = performance.now()
  /** position of the WAL after the last idle work: nothing to do again before something is written */
  #idleLsn = ''
  #vacuumAtMs = performance.now()
  #restUntilMs = 0
  /** idle work was begun and not all of it done */
  #interrupted = false
  #served = -1
  /** message of an error of damaged data that awaits its repair */
  #damage: string | null = null
  #repairedAtMs = Number.NEGATIVE_INFINITY

  constructor(db: PooledDb, log: Log, options: MaintenanceOptions) {
    this.#db = db
    this.#log = log
    this.#options = options
  }

  note(error: unknown): void {
    if (!isAppError(error, 'db.damaged')) return
    // Damage that a repair did not cure would otherwise be repaired for ever.
    if (performance.now() - this.#repairedAtMs < REPAIR_PAUSE_MS) return
    this.#damage = error.cause instanceof Error ? error.cause.message : ''
  }

  async look(): Promise<void> {
    // Without a call since the last look, and with the idle work done, the process can sleep.
    const quiet = this.#db.served === this.#served && this.#lsn === this.#idleLsn
    if (quiet && this.#damage === null) return
    try {
      await this.#tick()
    } catch (error) {
      // The engine may have died or be closing; the next look tries again.
      this.#log.debug({ event: 'db.maintenance.put_off', error: String(error) })
    }
    this.#served = this.#db.served
  }

  async #tick(): Promise<void> {
    if (this.#damage !== null) await this.#repair(this.#damage)
    const wal = await walSince(this.#db)
    if (wal.lsn !== this.#lsn) {
      this.#lsn = wal.lsn
      this.#writtenAtMs = performance.now()
    }
    const nowMs = performance.now()
    const resting = nowMs < this.#restUntilMs || this.#db.someoneWaits
    if (wal.bytes >= WAL_HARD_BYTES || (wal.bytes >= WAL_SOFT_BYTES && !this.#db.someoneWaits))
      await this.#step('checkpoint', 'checkpoint', false)
    else if (!resting && nowMs - this.#vacuumAtMs >= this.#options.vacuumMs) await this.#tolerantly(() => this.#lookAtTables())
    else if (!resting && nowMs - this.#writtenAtMs >= this.#options.idleMs && this.#lsn !== this.#idleLsn) await this.#idleWork()
  }

  async #repair(message: string): Promise<void> {
    this.#damage = null
    this.#repairedAtMs = performance.now()
    await repairIndexes(this.#db, message, (index) => this.#step('reindex', `reindex index ${index}`, false), this.#log)
  }

  async #idleWork(): Promise<void> {
    const db = this.#db
    this.#interrupted = false
    await this.#tolerantly(() => this.#vacuumChanged())
    await this.#tolerantly(async () => {
      for (const index of await bm25Indexes(db))
        await this.#step('spill', `select bm25_spill_index('${index.replaceAll("'", "''")}')`, true)
      for (const index of await wastefulIndexes(db)) await this.#step('reindex', `reindex index ${index}`, true)
    })
    if (await hasOldTransactions(db)) await this.#tolerantly(() => this.#step('freeze', 'vacuum (freeze)', true))
    if ((await walSince(db)).bytes > WAL_IDLE_BYTES) await this.#step('checkpoint', 'checkpoint', false)
    if (!this.#interrupted) this.#idleLsn = this.#lsn = (await walSince(db)).lsn
  }

  async #vacuumChanged(): Promise<void> {
    this.#vacuumAtMs = performance.now()
    for (const { name } of await changedTables(this.#db)) await this.#step('vacuum', `vacuum (analyze) ${name}`, true)
  }

  /** While there is work. */
  async #lookAtTables(): Promise<void> {
    this.#vacuumAtMs = performance.now()
    for (const { name, dead } of await changedTables(this.#db))
      await (dead ? this.#step('vacuum', `vacuum (analyze) ${name}`, true) : this.#step('analyze', `analyze ${name}`, true))
  }

  /** One part of the work that fails must not keep the others from being done. */
  async #tolerantly(work: () => Promise<void>): Promise<void> {
    if (performance.now() < this.#restUntilMs) return
    try {
      await work()
    } catch (error) {
      if (isAppError(error, 'db.unavailable')) {
        this.#restUntilMs = performance.now() + REST_MS
        this.#interrupted = true
      }
      this.#log.warn({ event: 'db.maintenance.failed', error: String(error) })
    }
  }

  /** One statement. A long one (`givesWay`) is not begun while someone waits, and is cut when someone has waited too long. */
  async #step(name: string, sql: string, givesWay: boolean): Promise<void> {
    if (givesWay && this.#db.someoneWaits) {
      this.#interrupted = true
      return
    }
    const startedMs = performance.now()
    const giveWayMs = givesWay ? GIVE_WAY_MS : Number.POSITIVE_INFINITY
    await this.#db.query(sql, undefined, { limitMs: STEP_MS, giveWayMs, signal: this.stopping.signal, background: true })
    this.#log.debug({ event: 'db.maintenance', step: name, durationMs: Math.round(performance.now() - startedMs) })
  }
}

/** WAL written since the checkpoint from which a start after a crash would replay. */
async function walSince(db: PooledDb): Promise<{ lsn: string; bytes: number }> {
  const { rows } = await db.query<{ lsn: string; bytes: number }>(
    `select pg_current_wal_lsn()::text as lsn, (pg_current_wal_lsn() - redo_lsn)::float8 as bytes from pg_control_checkpoint()`,
    undefined,
    { background: true },
  )
  return rows[0]!
}

/**
 * Tables of which a fifth has changed. The counters of PostgreSQL start anew with each engine, so growth of the file since the
 * last VACUUM or ANALYZE counts too.
 */
async function changedTables(db: PooledDb): Promise<{ name: string; dead: boolean }[]> {
  const { rows } = await db.query<{ name: string; dead: boolean }>(
    `select quote_ident(s.schemaname) || '.' || quote_ident(s.relname) as name, s.n_dead_tup >= $2 and s.n_dead_tup >= $1 * c.reltuples as dead
       from pg_stat_user_tables s join pg_class c on c.oid = s.relid
      where (s.n_mod_since_analyze >= $2 and s.n_mod_since_analyze >= $1 * c.reltuples)
         or pg_relation_size(c.oid) / 8192 > c.relpages * (1 + $1) + 50`,
    [CHANGED_SHARE, CHANGED_ROWS],
    { background: true },
  )
  return rows
}

async function hasOldTransactions(db: PooledDb): Promise<boolean> {
  const { rows } = await db.query<{ old: boolean }>(
    'select age(datfrozenxid) > $1 as old from pg_database where datname = current_database()',
    [FREEZE_AGE],
    { background: true },
  )
  return rows[0]!.old
}
