import type { Log } from '../../base/log.ts'
import type { PooledDb } from '../pool.ts'
import { isAppError } from '../../base/fail.ts'
import { bm25Indexes, repairIndexes, wastefulIndexes } from './indexes.ts'

/**
 * What PostgreSQL's background processes would do; PGlite has none. Everything goes through the same single client as all other
 * calls, and only while nobody waits for it:
 *
 * - CHECKPOINT after every 32 MB of WAL, else it grows without bound and a start after a crash takes ever longer
 * - VACUUM (ANALYZE) of tables of which a fifth has changed
 * - when nothing was written for 30 s: CHECKPOINT, the BM25 memtable to disk, BM25 indexes that have grown wasteful anew
 * - a BM25 index that was found damaged: anew, at once. It is derived data.
 */
export interface Maintenance {
  /** tells of an error of a call; damage starts the repair */
  note(error: unknown): void
  /** cuts the step that runs */
  stop(): Promise<void>
}

export interface MaintenanceTimes {
  /** between two looks while there are calls */
  tickMs: number
  /** nothing written for so long: idle */
  idleMs: number
  /** between two looks at the statistics of tables */
  vacuumMs: number
}
export const TIMES: MaintenanceTimes = { tickMs: 1000, idleMs: 30_000, vacuumMs: 60_000 }

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
/** Damage found again so soon after a repair is not repaired again. */
const REPAIR_PAUSE_MS = 60_000
/** Long steps (VACUUM, REINDEX) have their own limit, and are cut when someone waits. */
const STEP_MS = 3_600_000
const GIVE_WAY_MS = 1500

export function startMaintenance(db: PooledDb, log: Log, times = TIMES): Maintenance {
  let lsn = ''
  let writtenAtMs = performance.now()
  let vacuumLookMs = performance.now()
  let seen = db.served
  /** position of the WAL after the last idle work: no need to do it again before something is written */
  let idleDoneLsn = ''
  /** message of an error of damaged data that awaits its repair */
  let damage: string | null = null
  let repairedAtMs = Number.NEGATIVE_INFINITY
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const nobodyWaits = (): boolean => db.health().waiting === 0

  async function step(name: string, sql: string, giveWay = true): Promise<void> {
    const startedMs = performance.now()
    const call = { limitMs: STEP_MS, signal: stopping.signal }
    await db.query(sql, undefined, giveWay ? { ...call, giveWayMs: GIVE_WAY_MS } : call)
    log.debug({ event: 'db.maintenance', step: name, durationMs: Math.round(performance.now() - startedMs) })
  }

  async function vacuumChanged(): Promise<void> {
    vacuumLookMs = performance.now()
    for (const table of await changedTables(db)) {
      if (!stopping.signal.aborted && nobodyWaits()) await step('vacuum', `vacuum (analyze) ${table}`)
    }
  }

  async function idleWork(): Promise<void> {
    await vacuumChanged()
    for (const index of await bm25Indexes(db)) await db.query('select bm25_spill_index($1)', [index], { limitMs: STEP_MS })
    for (const index of await wastefulIndexes(db)) {
      if (!stopping.signal.aborted && nobodyWaits()) await step('reindex', `reindex index ${index}`)
    }
    if (await oldTransactions(db)) await step('freeze', 'vacuum (freeze)')
    if ((await walSince(db)).bytes > WAL_IDLE_BYTES) await step('checkpoint', 'checkpoint')
    idleDoneLsn = (await walSince(db)).lsn
  }

  async function tick(): Promise<void> {
    if (damage !== null) {
      const message = damage
      damage = null
      repairedAtMs = performance.now()
      await repairIndexes(db, message, (index) => step('reindex', `reindex index ${index}`, false), log)
    }
    const wal = await walSince(db)
    if (wal.lsn !== lsn) {
      lsn = wal.lsn
      writtenAtMs = performance.now()
    }
    if (wal.bytes >= WAL_HARD_BYTES || (wal.bytes >= WAL_SOFT_BYTES && nobodyWaits())) await step('checkpoint', 'checkpoint', false)
    else if (performance.now() - vacuumLookMs >= times.vacuumMs && nobodyWaits()) await vacuumChanged()
    else if (performance.now() - writtenAtMs >= times.idleMs && lsn !== idleDoneLsn && nobodyWaits()) await idleWork()
  }

  function plan(): void {
    if (stopping.signal.aborted) return
    timer = setTimeout(() => {
      running = look().finally(plan)
    }, times.tickMs)
  }

  async function look(): Promise<void> {
    const quiet = db.served === seen && lsn === idleDoneLsn && lsn !== ''
    if (quiet && damage === null) return
    try {
      await tick()
    } catch (error) {
      // The engine may have died or the step given way; the next look tries again.
      log.debug({ event: 'db.maintenance.put_off', error: String(error) })
    }
    seen = db.served
  }
  plan()

  return {
    note: (error) => {
      if (!isAppError(error, 'db.damaged')) return
      // Damage that a repair did not cure would otherwise be repaired for ever.
      if (performance.now() - repairedAtMs > REPAIR_PAUSE_MS) damage = error.cause instanceof Error ? error.cause.message : ''
    },
    stop: async () => {
      stopping.abort()
      clearTimeout(timer)
      await running
    },
  }
}

/** WAL written since the checkpoint from which a start after a crash would replay. */
async function walSince(db: PooledDb): Promise<{ lsn: string; bytes: number }> {
  const { rows } = await db.query<{ lsn: string; bytes: number }>(
    `select pg_current_wal_lsn()::text as lsn, (pg_current_wal_lsn() - redo_lsn)::float8 as bytes from pg_control_checkpoint()`,
  )
  return rows[0]!
}

/**
 * Tables of which a fifth has changed. The counters of PostgreSQL start anew with each engine, so growth of the file since the
 * last VACUUM or ANALYZE counts too.
 */
async function changedTables(db: PooledDb): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select quote_ident(s.schemaname) || '.' || quote_ident(s.relname) as name
       from pg_stat_user_tables s join pg_class c on c.oid = s.relid
      where (s.n_mod_since_analyze >= $2 and s.n_mod_since_analyze >= $1 * c.reltuples)
         or pg_relation_size(c.oid) / 8192 > c.relpages * (1 + $1) + 50`,
    [CHANGED_SHARE, CHANGED_ROWS],
  )
  return rows.map(({ name }) => name)
}

async function oldTransactions(db: PooledDb): Promise<boolean> {
  const { rows } = await db.query<{ old: boolean }>(
    'select age(datfrozenxid) > $1 as old from pg_database where datname = current_database()',
    [FREEZE_AGE],
  )
  return rows[0]!.old
}
